/** Numbers and addresses as text. */

import { demangle, type Symbols } from "../../mod.ts";

/** Says in words where an address is: `main+4`, or nothing where no image is. */
export type Describe = (address: bigint) => string | undefined;

/** The same by symbols. */
export function describeBy(symbols: Symbols, address: bigint): string | undefined {
  const found = symbols.at(address);
  return found && `${demangle(found.name)}${found.offset === 0 ? "" : `+${found.offset}`}`;
}

/** `0x1f`. */
export function hex(value: bigint | number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** `0x401136 <main+4>`, as gdb writes an address. */
export function place(address: bigint, describe: Describe): string {
  const where = describe(address);
  return where === undefined ? hex(address) : `${hex(address)} <${where}>`;
}

/** `1,234,567`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Pads the shown text, not the escape sequences around it. */
export function pad(text: string, width: number): string {
  // deno-lint-ignore no-control-regex
  const shown = text.replace(/\x1b\[\d+m/g, "").length;
  return text + " ".repeat(Math.max(0, width - shown));
}
