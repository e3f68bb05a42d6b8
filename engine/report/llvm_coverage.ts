/**
 * Coverage as `llvm-cov export -format=text` writes it, version 2.0.1: tools for clang's and Rust's coverage read that.
 *
 * Debug information knows lines, not regions: each line is a region of its own. A branch is a region of its line with
 * the counts of a jump that was not taken, then taken. Leaves out expansions. LLVM, `CoverageExporterJson.cpp`.
 */

import { type CoverageSummary, type Share, summaryOf, totalOf } from "./coverage_summary.ts";
import type { CoveredBranch, CoveredFunction, SourceCoverage } from "./source_coverage.ts";

const BRANCH_REGION = 4;
const CODE_REGION = 0;

/**
 * Writes a report.
 *
 * @param files What ran of each source file.
 * @returns The text of the JSON file.
 */
export function toLlvmCoverage(files: readonly SourceCoverage[]): string {
  return JSON.stringify({
    data: [{
      files: files.map((file) => ({
        filename: file.path,
        segments: segmentsOf(file),
        branches: file.branches.map(branchRegion),
        expansions: [],
        summary: summaryJson(summaryOf(file)),
      })),
      functions: files.flatMap((file) => file.functions.map((each) => functionJson(each, file))),
      totals: summaryJson(totalOf(files.map(summaryOf))),
    }],
    type: "llvm.coverage.json.export",
    version: "2.0.1",
  }) + "\n";
}

/** Where the count changes: line, column, count, whether there is one, whether a region begins, whether it is a gap. */
function segmentsOf({ lines }: SourceCoverage): unknown[][] {
  const segments: unknown[][] = [];
  lines.forEach(({ line, count }, index) => {
    segments.push([line, 1, count, true, true, false]);
    if (lines[index + 1]?.line !== line + 1) segments.push([line + 1, 1, 0, false, false, false]);
  });
  return segments;
}

/** Lines and columns of its start and end, counts of both ways, file, expanded file, kind. */
function branchRegion({ line, taken, notTaken }: CoveredBranch): number[] {
  return [line, 1, line + 1, 1, notTaken, taken, 0, 0, BRANCH_REGION];
}

function functionJson({ name, line, endLine, count }: CoveredFunction, { path, lines, branches }: SourceCoverage) {
  const isInside = (each: { readonly line: number }) => line <= each.line && each.line <= endLine;
  return {
    name,
    count,
    regions: lines.filter(isInside).map((each) => [each.line, 1, each.line + 1, 1, each.count, 0, 0, CODE_REGION]),
    branches: branches.filter(isInside).map(branchRegion),
    filenames: [path],
  };
}

function summaryJson({ lines, functions, branches }: CoverageSummary) {
  return {
    branches: { ...shareJson(branches), notcovered: branches.found - branches.hit },
    functions: shareJson(functions),
    instantiations: shareJson(functions),
    lines: shareJson(lines),
    regions: { ...shareJson(lines), notcovered: lines.found - lines.hit },
  };
}

function shareJson({ found, hit }: Share) {
  return { count: found, covered: hit, percent: found === 0 ? 0 : 100 * hit / found };
}
