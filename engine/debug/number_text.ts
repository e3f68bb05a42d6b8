/** Numbers and characters as C writes them and gdb shows them. */

/** A floating point number with the digits that tell it from others: 9 of 4 bytes, 17 of more. */
export function floatText(value: number, size: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  return general(value, size === 4 ? 9 : 17);
}

/** An x87 number, 64 bits of mantissa with the leading one and 15 of exponent, with 21 digits, which tell it from others. */
export function extendedText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const mantissa = view.getBigUint64(0, true);
  const high = view.getUint16(8, true);
  const [sign, biased] = [high & 0x8000 ? "-" : "", high & 0x7fff];
  if (biased === 0x7fff) return mantissa << 1n & 0xffff_ffff_ffff_ffffn ? `${sign}nan` : `${sign}inf`;
  if (mantissa === 0n) return `${sign}0`;
  const exponent = BigInt(Math.max(biased, 1) - 16383 - 63);
  const [above, below] = exponent < 0n ? [mantissa, 1n << -exponent] : [mantissa << exponent, 1n];
  return `${sign}${ratioText(above, below, 21)}`;
}

/** A ratio with a number of digits, as printf's %g; rounded to even. */
function ratioText(above: bigint, below: bigint, digits: number): string {
  let power = above.toString().length - below.toString().length;
  // The length of a quotient is that or one less.
  if (above * 10n ** BigInt(Math.max(-power, 0)) < below * 10n ** BigInt(Math.max(power, 0))) power--;
  const shift = digits - 1 - power;
  const scaled = [above * 10n ** BigInt(Math.max(shift, 0)), below * 10n ** BigInt(Math.max(-shift, 0))] as const;
  const [floor, rest] = [scaled[0] / scaled[1], scaled[0] % scaled[1] * 2n];
  const isUp = rest > scaled[1] || rest === scaled[1] && floor % 2n === 1n;
  let text = `${isUp ? floor + 1n : floor}`;
  if (text.length > digits) [text, power] = [text.slice(0, digits), power + 1];
  const trimmed = text.replace(/0+$/, "");
  if (power < -4 || power >= digits) {
    const mantissa = trimmed.length > 1 ? `${trimmed[0]}.${trimmed.slice(1)}` : trimmed;
    return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (power < 0) return `0.${"0".repeat(-power - 1)}${trimmed}`;
  const [whole, fraction] = [text.slice(0, power + 1), text.slice(power + 1).replace(/0+$/, "")];
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** As printf's %g: trailing zeros are left out, large and small numbers have an exponent. */
function general(value: number, digits: number): string {
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const trimmed = (text: string) => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  if (exponent >= -4 && exponent < digits) return trimmed(value.toFixed(Math.max(0, digits - 1 - exponent)));
  const sign = exponent < 0 ? "-" : "+";
  return `${trimmed(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
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

/** A character inside quotes. @param quote The quotes, which are escaped. */
export function characterText(code: number, quote: '"' | "'"): string {
  if (code === quote.charCodeAt(0)) return `\\${quote}`;
  const escape = ESCAPES[code];
  if (escape !== undefined) return escape;
  if (code >= 32 && code < 127) return String.fromCharCode(code);
  if (code < 256) return `\\${code.toString(8).padStart(3, "0")}`;
  return code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
    ? String.fromCodePoint(code)
    : `\\x${code.toString(16)}`;
}

/** Elements alike that are shown as one with their number. */
const REPEATS = 10;

/** A run of elements alike. */
export interface Run<T> {
  readonly item: T;
  readonly count: number;
}

/** Groups elements that are alike one after another. */
export function runsOf<T>(items: Iterable<T>, isSame: (a: T, b: T) => boolean): Run<T>[] {
  const runs: { item: T; count: number }[] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last !== undefined && isSame(last.item, item)) last.count++;
    else runs.push({ item, count: 1 });
  }
  return runs;
}

/** Whether a run is shown as one element with its number. */
export function isRepeat({ count }: { readonly count: number }): boolean {
  return count >= REPEATS;
}

/**
 * A text in quotes; long runs of one character stand outside of them.
 *
 * @param codes Its characters.
 * @param prefix Before each opening quote: `L`, `u`, `U`.
 * @param isCut Whether there is more, which is shown by dots.
 */
export function quotedText(codes: readonly number[], prefix = "", isCut = false): string {
  const parts: string[] = [];
  let open: string | undefined;
  const close = () => {
    if (open !== undefined) parts.push(`${prefix}"${open}"`);
    open = undefined;
  };
  for (const run of runsOf(codes, (a, b) => a === b)) {
    if (isRepeat(run)) {
      close();
      parts.push(`${prefix}'${characterText(run.item, "'")}' <repeats ${run.count} times>`);
    } else open = (open ?? "") + characterText(run.item, '"').repeat(run.count);
  }
  close();
  if (parts.length === 0) parts.push(`${prefix}""`);
  return parts.join(", ") + (isCut ? "..." : "");
}
