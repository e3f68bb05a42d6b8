/** Where a session writes: lines, with colours if the terminal has them. */

import type { Style } from "../views/style.ts";

/** What commands write to. */
export interface Output {
  readonly style: Style;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  readonly isTerminal: boolean;
  /** Writes lines; above the line that is being typed, if one is. */
  print(lines: readonly string[] | string): void;
  /** Begins a new line if the guest may have left one unfinished. */
  freshLine(): void;
  /** Writes over the whole screen. */
  repaint(lines: readonly string[]): void;
}
