/**
 * What an expression came to, as people read it: addresses in hexadecimal with their symbol, bytes as a hexdump,
 * anything else as the runtime shows it.
 */

import { type Describe, hex } from "./hex.ts";
import { hexdumpLines } from "./hexdump.ts";

/** Lines for a value; none for undefined. @param inspect Shows what is not a number, text or bytes. */
export function valueLines(value: unknown, describe: Describe, inspect: (value: unknown) => string): string[] {
  if (value === undefined) return [];
  if (typeof value === "bigint") return [bigintText(value, describe)];
  if (value instanceof Uint8Array) return value.length === 0 ? ["(no bytes)"] : hexdumpLines(value);
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "bigint")) {
    return [`[ ${value.map((item) => bigintText(item, describe)).join(", ")} ]`];
  }
  return inspect(value).split("\n");
}

function bigintText(value: bigint, describe: Describe): string {
  if (value > -10n && value < 10n) return `${value}n`;
  const where = value > 0n ? describe(value) : undefined;
  return where === undefined ? `${hex(value)} (${value}n)` : `${hex(value)} <${where}>`;
}
