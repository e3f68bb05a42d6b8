/** Symbols found by a pattern, one a line. */

import { hex } from "./hex.ts";

/** A symbol, as far as it is shown. */
export interface SymbolRow {
  readonly address: bigint;
  readonly size: number;
  readonly kind: string;
  readonly name: string;
  readonly image: { readonly name: string };
}

/** Address, size, kind, image and name. @param limit Most lines. */
export function symbolLines(symbols: readonly SymbolRow[], limit: number): string[] {
  const shown = symbols.slice(0, limit);
  const [address, size, kind, image] = [
    ...[shown.map((each) => hex(each.address)), shown.map((each) => String(each.size))],
    ...[shown.map((each) => each.kind), shown.map((each) => each.image.name)],
  ].map((column) => Math.max(0, ...column.map((cell) => cell.length)));
  const lines = shown.map((each) =>
    `${hex(each.address).padEnd(address)}  ${String(each.size).padStart(size)}  ${each.kind.padEnd(kind)}  ` +
    `${each.image.name.padEnd(image)}  ${each.name}`
  );
  const left = symbols.length - shown.length;
  return left > 0 ? [...lines, `... ${left} more; a narrower pattern shows them`] : lines;
}
