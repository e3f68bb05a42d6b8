/** How much of files ran: lines, functions and branches found and hit, by file and in all. */

import type { SourceCoverage } from "./source_coverage.ts";

/** How many things there are, and how many of them ran. */
export interface Share {
  /** How many there are. */
  readonly found: number;
  /** How many of them ran. */
  readonly hit: number;
}

/** What ran of a file, or of several. */
export interface CoverageSummary {
  /** Lines with code. */
  readonly lines: Share;
  /** Functions. */
  readonly functions: Share;
  /** Ways that conditional jumps can go: two each. */
  readonly branches: Share;
}

/** Counts what ran of one file. */
export function summaryOf({ lines, functions, branches }: SourceCoverage): CoverageSummary {
  const ways = branches.flatMap(({ taken, notTaken }) => [taken, notTaken]);
  return {
    lines: shareOf(lines.map(({ count }) => count)),
    functions: shareOf(functions.map(({ count }) => count)),
    branches: shareOf(ways),
  };
}

/** Adds summaries up. */
export function totalOf(summaries: readonly CoverageSummary[]): CoverageSummary {
  const add = (name: keyof CoverageSummary) => ({
    found: summaries.reduce((sum, each) => sum + each[name].found, 0),
    hit: summaries.reduce((sum, each) => sum + each[name].hit, 0),
  });
  return { lines: add("lines"), functions: add("functions"), branches: add("branches") };
}

/**
 * The share as a percentage, such as `66.7`: 100.0 only if all ran.
 *
 * @param none What to give if there is nothing.
 */
export function percentText({ found, hit }: Share, none = "100.0"): string {
  if (found === 0) return none;
  return hit === found ? "100.0" : (Math.floor(1000 * hit / found) / 10).toFixed(1);
}

function shareOf(counts: readonly number[]): Share {
  return { found: counts.length, hit: counts.filter((count) => count > 0).length };
}
