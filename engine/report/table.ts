/** Texts of reports: tables with aligned columns, and names for places in the guest. */

import type { Image, SymbolAt } from "../symbols/mod.ts";

/**
 * Lines of a table, columns apart by two spaces; numbers are aligned to the right.
 *
 * @param header Titles of the columns.
 * @param rows As many cells as the header has.
 * @returns The lines, the header first, each with a newline.
 */
export function textTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, String(row[column]).length), title.length)
  );
  const isRight = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  const line = (cells: readonly (string | number)[]) =>
    cells.map((cell, column) => {
      const text = String(cell);
      return isRight[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
    }).join("  ").trimEnd() + "\n";
  return [header, ...rows].map(line).join("");
}

/** The name of a place for people: the symbol's, or the image and the distance from its base. */
export function symbolLabel(
  symbol: Pick<SymbolAt, "name" | "offset"> | undefined,
  image: Image | undefined,
  address: bigint,
): string {
  if (symbol !== undefined) return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
  return image === undefined ? `0x${address.toString(16)}` : `${image.name}+0x${(address - image.base).toString(16)}`;
}
