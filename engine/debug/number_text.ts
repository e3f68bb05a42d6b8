/** Numbers and characters as C writes them and gdb shows them. */

/** A floating point number with the digits that tell it from others: 9 of 4 bytes, 17 of 8, 18 of more. */
export function floatText(value: number, size: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  return general(value, size === 4 ? 9 : size === 8 ? 17 : 18);
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
