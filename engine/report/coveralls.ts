/**
 * Coverage as the Coveralls service takes it: the `source_files` of a job.
 *
 * Leaves out what belongs to whoever sends it: the token, the service's name, the commit. Coveralls, "API Reference".
 */

import { createHash } from "node:crypto";
import { relativePath } from "./cobertura.ts";
import type { SourceCoverage } from "./source_coverage.ts";

/**
 * Writes a job.
 *
 * @param files What ran of each source file.
 * @param root The folder that files are relative to.
 * @param read Gives the text of a source; undefined if it cannot be read.
 * @returns The text of the JSON file.
 */
export function toCoveralls(
  files: readonly SourceCoverage[],
  root: string,
  read: (path: string) => string | undefined,
): string {
  return JSON.stringify({
    source_files: files.map((file) => {
      const text = read(file.path);
      const counts = new Map(file.lines.map(({ line, count }) => [line, count]));
      const last = text === undefined ? file.lines.at(-1)?.line ?? 0 : text.replace(/\n$/, "").split("\n").length;
      return {
        name: relativePath(file.path, root),
        ...(text === undefined ? {} : { source_digest: createHash("md5").update(text).digest("hex") }),
        coverage: Array.from({ length: last }, (_, index) => counts.get(index + 1) ?? null),
        branches: branchesOf(file),
      };
    }),
  }) + "\n";
}

/** Line, number of the jump in its line, 0 for not taken and 1 for taken, count; one after the other. */
function branchesOf({ branches }: SourceCoverage): number[] {
  const blocks = new Map<number, number>();
  return branches.flatMap(({ line, taken, notTaken }) => {
    const block = blocks.get(line) ?? 0;
    blocks.set(line, block + 1);
    return [line, block, 0, notTaken, line, block, 1, taken];
  });
}
