/** Colours of the terminal as functions, so that views are pure: with {@linkcode PLAIN} they write text alone. */

/** What views can do to text. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const same = (text: string) => text;
const wrap = (code: number, end: number) => (text: string) => `\x1b[${code}m${text}\x1b[${end}m`;

/** Text as it is: for pipes, for NO_COLOR, for TERM=dumb. */
export const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

/** ANSI colours; see console_codes(4). */
export const COLOURED: Style = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  red: wrap(31, 39),
  green: wrap(32, 39),
  yellow: wrap(33, 39),
  cyan: wrap(36, 39),
};

/** Whether to colour: no-color.org, and a terminal that understands it. */
export function styleFor(
  isTerminal: boolean,
  variables: { readonly NO_COLOR?: string; readonly TERM?: string },
): Style {
  const { NO_COLOR, TERM } = variables;
  return isTerminal && !NO_COLOR && TERM !== "dumb" ? COLOURED : PLAIN;
}
