/** What is done about signals, as gdb's `info signals` has it. */

/** One signal. */
export interface SignalRow {
  readonly name: string;
  readonly meaning: string;
  readonly stop: boolean;
  readonly print: boolean;
  readonly pass: boolean;
}

/** Lines of the table, with a heading. */
export function signalLines(rows: readonly SignalRow[]): string[] {
  const word = (is: boolean) => is ? "Yes" : "No";
  return [
    "Signal        Stop\tPrint\tPass to program\tDescription",
    ...rows.map(({ name, meaning, stop, print, pass }) =>
      `${name.padEnd(13)} ${word(stop)}\t${word(print)}\t${word(pass)}\t\t${meaning}`
    ),
  ];
}
