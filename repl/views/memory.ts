/**
 * Memory as gdb's `x` command writes it: `x/8gx`, `x/2s`, `x/4dw`, `x/c`.
 *
 * Leaves out instructions (see disassembly.ts). See "Examining Memory" in the gdb manual.
 */

import { type Describe, place } from "./hex.ts";

/** Formats of `x`. */
export const FORMATS = "xduotacfszi";
/** Sizes of `x`, in bytes. */
export const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 };

/** What is asked for after `x/`. */
export interface ExamineFormat {
  readonly count: number;
  readonly format: string;
  /** In bytes. */
  readonly size: number;
}

/**
 * Reads `8gx`, `s`, `3i`; what is not given stays as it was.
 *
 * @throws {SyntaxError} If a letter means nothing.
 */
export function parseFormat(text: string, last: ExamineFormat): ExamineFormat {
  const match = /^(-?\d*)([a-z]*)$/.exec(text);
  if (match === null) throw new SyntaxError(`Cannot read the format /${text}: write a count and letters, such as /8gx`);
  let { format } = last;
  let size: number | undefined;
  for (const letter of match[2]) {
    if (letter in SIZES) size = SIZES[letter];
    else if (FORMATS.includes(letter)) format = letter;
    else throw new SyntaxError(`Cannot read the format /${text}: ${letter} is none of ${FORMATS} or bhwg`);
  }
  const count = match[1] === "" || match[1] === "-" ? 1 : Number(match[1]);
  if (format === "a") size = 8;
  else if (format === "c") size ??= match[2] === "" ? last.size : 1;
  else if (format === "f") size ??= last.size === 4 ? 4 : 8;
  return { count, format, size: size ?? (last.size || 4) };
}

/** Values a line. */
const PER_LINE: Readonly<Record<number, number>> = { 1: 8, 2: 8, 4: 4, 8: 2 };

function read(view: DataView, at: number, size: number): bigint {
  if (size === 8) return view.getBigUint64(at, true);
  return BigInt(size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at));
}

/** `65 'A'`. */
export function characterText(value: bigint): string {
  const byte = Number(BigInt.asUintN(8, value));
  return `${Number(BigInt.asIntN(8, value))} '${escapeByte(byte, "'")}'`;
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  27: "\\033",
  92: "\\\\",
};

function escapeByte(byte: number, quote: string): string {
  if (ESCAPES[byte] !== undefined) return ESCAPES[byte];
  if (byte === quote.charCodeAt(0)) return `\\${quote}`;
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
}

/** Bytes as a string in quotes, in gdb's escapes. */
export function stringText(bytes: Uint8Array): string {
  return `"${[...bytes].map((byte) => escapeByte(byte, '"')).join("")}"`;
}

/** As printf(3) writes with %g and that precision. */
function float(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan(0x8000000000000)";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = value.toExponential(digits - 1).split("e");
  const exponent = Number(exponentText);
  const trimmed = (text: string) => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  if (exponent >= -4 && exponent < digits) return trimmed(value.toFixed(digits - 1 - exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${trimmed(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** One value in a format of `x` or `print`; `isPadded` writes leading zeros, as `x` does. */
export function valueText(bits: bigint, format: string, size: number, describe: Describe, isPadded = true): string {
  const value = BigInt.asUintN(size * 8, bits);
  const padded = (text: string, width: number) => isPadded ? text.padStart(width, "0") : text;
  switch (format) {
    case "d":
      return String(BigInt.asIntN(size * 8, value));
    case "u":
      return String(value);
    case "o":
      return value === 0n ? "0" : `0${value.toString(8)}`;
    case "t":
      return padded(value.toString(2), size * 8);
    case "a":
      return place(value, describe);
    case "c":
      return characterText(value);
    case "f": {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, value, true);
      return size === 4 ? float(view.getFloat32(0, true), 9) : float(view.getFloat64(0, true), 17);
    }
    default:
      return `0x${padded(value.toString(16), size * 2)}`;
  }
}

/** Lines of `x` for numbers: an address, then values with tabs between. */
export function examineLines(
  bytes: Uint8Array<ArrayBuffer>,
  address: bigint,
  { format, size }: ExamineFormat,
  describe: Describe,
): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const perLine = PER_LINE[size];
  const lines: string[] = [];
  for (let at = 0; at + size <= bytes.length;) {
    const start = address + BigInt(at);
    const values: string[] = [];
    while (values.length < perLine && at + size <= bytes.length) {
      values.push(valueText(read(view, at, size), format, size, describe));
      at += size;
    }
    lines.push(`${place(start, describe)}:\t${values.join("\t")}`);
  }
  return lines;
}
