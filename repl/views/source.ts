/** Source lines as gdb lists them: number, tab, text. */

import type { Style } from "./style.ts";

/** A line. */
export interface SourceRow {
  readonly number: number;
  readonly text: string;
  /** Whether the guest is there. */
  readonly isHere: boolean;
}

/** One line each; the guest's is marked if there are others. */
export function sourceLines(rows: readonly SourceRow[], style: Style): string[] {
  return rows.map(({ number, text, isHere }) => {
    if (rows.length === 1) return `${number}\t${text}`;
    return isHere ? style.bold(`=>${number}\t${text}`) : `  ${number}\t${text}`;
  });
}
