/** What a command of the prompt is: a row of the table in mod.ts. */

import type { Session } from "../session/session.ts";

/** A command. */
export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** `break [LOCATION] [if EXPRESSION]`. */
  readonly usage: string;
  /** One line, without a period. */
  readonly summary: string;
  /** What more there is to know. */
  readonly details?: string;
  /** Lines that can be typed as they are. */
  readonly example: string;
  /**
   * Does it.
   *
   * @param text What follows the command's name, without blanks around it.
   * @throws {CommandError} If it cannot be done, with what to do instead.
   */
  run(session: Session, text: string): void | Promise<void>;
  /** Whether what follows the command's name goes on on the next line. */
  wantsMore?(text: string): boolean;
  /** What the word being typed may become; by default, symbols. */
  complete?(session: Session, text: string): readonly string[];
}

/** Reads a count that may be missing. @throws {SyntaxError} If it is no positive number. */
export function countOf(text: string, byDefault = 1): number {
  if (text === "") return byDefault;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new SyntaxError(`Cannot read \`${text}\`: a number of times is wanted, such as 3`);
}
