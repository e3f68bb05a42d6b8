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
  /** Whether long output is shown a page at a time. */
  pages: boolean;
  /** Resolves when all that was printed has been shown: long output waits for keys. */
  settle(): Promise<void>;
  /** The guest is about to write to the terminal: the line that is being typed goes out of its way. */
  beforeGuestOutput(): void;
  /** The guest has written: the line that is being typed comes back below. */
  afterGuestOutput(): void;
  /** Writes over the whole screen. */
  repaint(lines: readonly string[]): void;
}
