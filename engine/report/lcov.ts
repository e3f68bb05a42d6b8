/**
 * Coverage as lcov's tracefiles have it: genhtml, editors and code hosts read that.
 *
 * Leaves out checksums. geninfo(1), "TRACEFILE FORMAT".
 */

import { summaryOf } from "./coverage_summary.ts";
import type { CoveredBranch, SourceCoverage } from "./source_coverage.ts";

/**
 * Writes a tracefile.
 *
 * @param files What ran of each source file.
 * @param testName Name of the test, if it has one: letters, digits and underscores.
 * @returns The text of the tracefile.
 */
export function toLcov(files: readonly SourceCoverage[], testName = ""): string {
  return files.map((file) => record(file, testName)).join("");
}

function record(file: SourceCoverage, testName: string): string {
  const { lines, functions, branches } = summaryOf(file);
  return [
    `TN:${testName}`,
    `SF:${file.path}`,
    ...file.functions.map(({ name, line }) => `FN:${line},${name}`),
    ...file.functions.map(({ name, count }) => `FNDA:${count},${name}`),
    `FNF:${functions.found}`,
    `FNH:${functions.hit}`,
    ...branchLines(file.branches),
    ...branches.found > 0 ? [`BRF:${branches.found}`, `BRH:${branches.hit}`] : [],
    ...file.lines.map(({ line, count }) => `DA:${line},${count}`),
    `LF:${lines.found}`,
    `LH:${lines.hit}`,
    "end_of_record\n",
  ].join("\n");
}

/** Two lines a jump: not taken, then taken. `-` is a jump that was never reached. */
function branchLines(branches: readonly CoveredBranch[]): string[] {
  const blocks = new Map<number, number>();
  return branches.flatMap(({ line, taken, notTaken }) => {
    const block = blocks.get(line) ?? 0;
    blocks.set(line, block + 1);
    const isReached = taken + notTaken > 0;
    return [notTaken, taken].map((count, branch) => `BRDA:${line},${block},${branch},${isReached ? count : "-"}`);
  });
}
