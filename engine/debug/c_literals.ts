/** Values that an expression of C writes out: numbers, characters, texts. ISO C, section 6.4.4. */

import type { DebugType } from "../binary/dwarf/mod.ts";
import { floatValue } from "./c_operations.ts";
import { CHAR, DOUBLE, INT, LONG, UNSIGNED, UNSIGNED_LONG } from "./c_types.ts";
import type { Target } from "./target.ts";
import { DebugValue } from "./value.ts";

/** A number as C writes it, in the first type that has room for it. @throws {SyntaxError} If it is none. */
export function numberLiteral(target: Target, text: string): DebugValue {
  const isHex = /^0x/i.test(text);
  if (!isHex && /[.e]|f$/i.test(text)) {
    return floatValue(target, DOUBLE, Number(text.replace(/[fl]+$/i, "")));
  }
  const [, digits, suffix = ""] = /^(0x[0-9a-f]+|\d+)([ul]*)$/i.exec(text) ?? [];
  if (digits === undefined) throw new SyntaxError(`Cannot read the number ${text}`);
  const isOctal = /^0\d/.test(digits);
  if (isOctal && /[89]/.test(digits)) throw new SyntaxError(`Cannot read the number ${text}: it is not octal`);
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  if (value >= 1n << 64n) throw new SyntaxError("Numeric constant too large.");
  const isUnsigned = /u/i.test(suffix);
  const isLong = /l/i.test(suffix);
  if (!isUnsigned && !isLong && value < 1n << 31n) return DebugValue.of(target, INT, value);
  if (!isLong && value < 1n << 32n && (isHex || isUnsigned)) return DebugValue.of(target, UNSIGNED, value);
  return DebugValue.of(target, !isUnsigned && value < 1n << 63n ? LONG : UNSIGNED_LONG, value);
}

/** A text, with a zero at its end. */
export function textLiteral(target: Target, text: string): DebugValue {
  const bytes = new TextEncoder().encode(`${text}\0`);
  const type: DebugType = { kind: "array", name: undefined, size: bytes.length, target: CHAR, counts: [bytes.length] };
  return new DebugValue(target, type, { kind: "bytes", bytes });
}
