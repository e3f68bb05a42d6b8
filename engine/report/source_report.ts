/** A report of what ran of sources, in any of its formats. Leaves out the formats themselves, a file each. */

import { toCobertura } from "./cobertura.ts";
import { coverageHtml } from "./coverage_html.ts";
import { toCoveralls } from "./coveralls.ts";
import { toLcov } from "./lcov.ts";
import { toLlvmCoverage } from "./llvm_coverage.ts";
import type { SourceCoverage } from "./source_coverage.ts";
import { branchTable, fileTable, functionTable, sourceListing } from "./source_listing.ts";

/** Formats of reports on sources. */
export const SOURCE_FORMATS = ["lcov", "cobertura", "llvm", "coveralls", "html", "text"] as const;
/** One of {@linkcode SOURCE_FORMATS}. */
export type SourceFormat = typeof SOURCE_FORMATS[number];

/** What a report needs to know. */
export interface SourceReportOptions {
  /** The folder that files are named from; what is outside keeps its whole path. */
  readonly root: string;
  /** What the text lists. */
  readonly by?: "line" | "function" | "branch" | "file";
  /** What was run, for people to read. */
  readonly title?: string;
  /** When it was measured, in milliseconds since 1970. */
  readonly timestamp: number;
  /** Gives the text of a source; undefined if it cannot be read. */
  read(path: string): string | undefined;
}

/**
 * Writes a report.
 *
 * @param files What ran of each source file.
 * @returns Its text.
 */
export function sourceReport(
  files: readonly SourceCoverage[],
  format: SourceFormat,
  options: SourceReportOptions,
): string {
  const { root, by = "line", read } = options;
  switch (format) {
    case "lcov":
      return toLcov(files);
    case "cobertura":
      return toCobertura(files, options);
    case "llvm":
      return toLlvmCoverage(files);
    case "coveralls":
      return toCoveralls(files, root, read);
    case "html":
      return coverageHtml(files, options);
    case "text":
      if (files.length === 0) return "No source lines are known: compile with -g\n";
      if (by === "file") return fileTable(files, root);
      if (by === "function") return functionTable(files, root);
      if (by === "branch") return branchTable(files, root);
      return files.map((file) => sourceListing(file, read(file.path))).join("");
  }
}
