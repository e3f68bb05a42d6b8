/**
 * Source with the count of each line before it, as gcov prints it: `5:    8:  total += x;`.
 *
 * `#####` is a line that never ran, `-` one without code. Leaves out branches and blocks. gcov(1).
 */

import type { SourceCoverage } from "./source_coverage.ts";

/**
 * Writes a listing.
 *
 * @param coverage What ran of the file.
 * @param source Its text; undefined if it cannot be read: then only lines with code are listed.
 * @returns The listing, a line of source each.
 */
export function sourceListing({ path, lines }: SourceCoverage, source: string | undefined): string {
  const counts = new Map(lines.map(({ line, count }) => [line, count]));
  const ran = lines.filter(({ count }) => count > 0).length;
  const share = lines.length === 0 ? "0.0" : (100 * ran / lines.length).toFixed(1);
  const rows = source === undefined
    ? lines.map(({ line }) => [line, ""] as const)
    : source.replace(/\n$/, "").split("\n").map((text, index) => [index + 1, text] as const);
  return [
    `${path}: ${ran} of ${lines.length} lines ran (${share}%)`,
    ...rows.map(([line, text]) => `${countText(counts.get(line)).padStart(9)}:${String(line).padStart(5)}:${text}`),
  ].join("\n") + "\n";
}

function countText(count: number | undefined): string {
  if (count === undefined) return "-";
  return count === 0 ? "#####" : String(count);
}
