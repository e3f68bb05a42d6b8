/**
 * What ran of sources as text: source with the count of each line before it, as gcov prints it, and tables by file,
 * function and branch.
 *
 * `#####` is a line that never ran, `-` one without code. gcov(1).
 */

import { demangle } from "../symbols/mod.ts";
import { relativePath } from "./cobertura.ts";
import { percentText, type Share, summaryOf, totalOf } from "./coverage_summary.ts";
import type { SourceCoverage } from "./source_coverage.ts";
import { textTable } from "./table.ts";

/**
 * Writes a listing.
 *
 * @param coverage What ran of the file.
 * @param source Its text; undefined if it cannot be read: then only lines with code are listed.
 * @returns The listing, a line of source each.
 */
export function sourceListing(coverage: SourceCoverage, source: string | undefined): string {
  const { path, lines } = coverage;
  const counts = new Map(lines.map(({ line, count }) => [line, count]));
  const { lines: share } = summaryOf(coverage);
  const rows = source === undefined
    ? lines.map(({ line }) => [line, ""] as const)
    : source.replace(/\n$/, "").split("\n").map((text, index) => [index + 1, text] as const);
  return [
    `${path}: ${share.hit} of ${share.found} lines ran (${percentText(share)}%)`,
    ...rows.map(([line, text]) => `${countText(counts.get(line)).padStart(9)}:${String(line).padStart(5)}:${text}`),
  ].join("\n") + "\n";
}

/** A table of files: how much of each ran. */
export function fileTable(files: readonly SourceCoverage[], root: string): string {
  const summaries = files.map(summaryOf);
  const named = files.map(({ path }, index) => [relativePath(path, root), summaries[index]] as const);
  return textTable(
    ["LINES", "", "FUNCTIONS", "", "BRANCHES", "", "FILE"],
    [...named, ["in all", totalOf(summaries)] as const].map(([name, { lines, functions, branches }]) => [
      ...cells(lines),
      ...cells(functions),
      ...cells(branches),
      name,
    ]),
  );
}

/** A table of functions, by file and line: how often each was entered. */
export function functionTable(files: readonly SourceCoverage[], root: string): string {
  return textTable(
    ["CALLS", "FUNCTION", "WHERE"],
    files.flatMap(({ path, functions }) =>
      functions.map(({ name, line, count }) => [count, demangle(name), `${relativePath(path, root)}:${line}`])
    ),
  );
}

/** A table of conditional jumps, by file and line: how often each went which way. */
export function branchTable(files: readonly SourceCoverage[], root: string): string {
  return textTable(
    ["TAKEN", "NOT TAKEN", "WHERE"],
    files.flatMap(({ path, branches }) =>
      branches.map(({ line, taken, notTaken }) => [taken, notTaken, `${relativePath(path, root)}:${line}`])
    ),
  );
}

function cells(share: Share): string[] {
  return [`${percentText(share, "-")}%`.replace("-%", "-").padStart(6), `${share.hit}/${share.found}`];
}

function countText(count: number | undefined): string {
  if (count === undefined) return "-";
  return count === 0 ? "#####" : String(count);
}
