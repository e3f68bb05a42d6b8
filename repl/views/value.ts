/**
 * What an expression came to, as people read it: addresses in hexadecimal with their symbol, bytes as a hexdump,
 * anything else as the runtime shows it.
 */

import { type Describe, hex } from "./hex.ts";
import { hexdumpLines } from "./hexdump.ts";

/** Most rows of a table. */
const MOST_ROWS = 50;

/** Lines for a value; none for undefined. @param inspect Shows what is not a number, text or bytes. */
export function valueLines(value: unknown, describe: Describe, inspect: (value: unknown) => string): string[] {
  if (value === undefined) return [];
  if (typeof value === "bigint") return [bigintText(value, describe)];
  if (value instanceof Uint8Array) return value.length === 0 ? ["(no bytes)"] : hexdumpLines(value);
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "bigint")) {
    return [`[ ${value.map((item) => bigintText(item, describe)).join(", ")} ]`];
  }
  if (value instanceof Map && value.size > 0) return mapLines(value, describe, inspect);
  return inspect(value).split("\n");
}

/** Keys and values in columns; where the values are numbers, the largest first. */
function mapLines(
  map: ReadonlyMap<unknown, unknown>,
  describe: Describe,
  inspect: (value: unknown) => string,
): string[] {
  const text = (each: unknown) => typeof each === "string" ? each : valueLines(each, describe, inspect).join(" ");
  const isNumber = (each: unknown): each is number | bigint => typeof each === "number" || typeof each === "bigint";
  const entries = [...map];
  if (entries.every(([, value]) => isNumber(value))) entries.sort(([, one], [, other]) => Number(other) - Number(one));
  const rows = entries.slice(0, MOST_ROWS).map(([key, value]) => [text(key), text(value)] as const);
  const width = Math.max(...rows.map(([, value]) => value.length));
  const left = entries.length - rows.length;
  return [
    ...rows.map(([key, value]) => `${value.padStart(width)}  ${key}`),
    ...(left > 0 ? [`... ${left} more`] : []),
  ];
}

function bigintText(value: bigint, describe: Describe): string {
  if (value > -10n && value < 10n) return `${value}n`;
  const where = value > 0n ? describe(value) : undefined;
  return where === undefined ? `${hex(value)} (${value}n)` : `${hex(value)} <${where}>`;
}
