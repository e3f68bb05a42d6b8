/**
 * Line coverage as lcov's tracefiles have it: genhtml, editors and code hosts read that.
 *
 * Leaves out branches and checksums. geninfo(1), "FILES".
 */

import type { SourceCoverage } from "./source_coverage.ts";

/**
 * Writes a tracefile.
 *
 * @param files What ran of each source file.
 * @param testName Name of the test, if it has one: letters, digits and underscores.
 * @returns The text of the tracefile.
 */
export function toLcov(files: readonly SourceCoverage[], testName = ""): string {
  return files.filter(({ lines }) => lines.length > 0).map((file) => record(file, testName)).join("");
}

function record({ path, lines, functions }: SourceCoverage, testName: string): string {
  return [
    `TN:${testName}`,
    `SF:${path}`,
    ...functions.map(({ name, line }) => `FN:${line},${name}`),
    ...functions.map(({ name, count }) => `FNDA:${count},${name}`),
    `FNF:${functions.length}`,
    `FNH:${functions.filter(({ count }) => count > 0).length}`,
    ...lines.map(({ line, count }) => `DA:${line},${count}`),
    `LF:${lines.length}`,
    `LH:${lines.filter(({ count }) => count > 0).length}`,
    "end_of_record\n",
  ].join("\n");
}
