/** Expressions that are shown after each stop; see "Automatic Display" in the gdb manual. */

import { printLines } from "../commands/print.ts";
import { examine } from "../commands/x.ts";
import { CommandError } from "./errors.ts";
import type { Session } from "./session.ts";

/** One of them. */
export interface Display {
  readonly number: number;
  /** Letters of `x` and `print`; may be empty. */
  readonly format: string;
  readonly expression: string;
  isEnabled: boolean;
}

/** The displays of a session. */
export class Displays {
  readonly #list: Display[] = [];
  #next = 1;

  /** In the order of their numbers. */
  list(): readonly Display[] {
    return this.#list;
  }

  /** Adds one. */
  add(format: string, expression: string): Display {
    const display = { number: this.#next++, format, expression, isEnabled: true };
    this.#list.push(display);
    return display;
  }

  /** Takes one away. @throws {CommandError} If there is none of that number. */
  remove(number: number): void {
    const at = this.#list.findIndex((each) => each.number === number);
    if (at < 0) throw new CommandError(`There is no display number ${number}; see \`info display\``);
    this.#list.splice(at, 1);
  }

  /** Takes all away, and begins to number anew. */
  clear(): void {
    this.#list.length = 0;
    this.#next = 1;
  }

  /** Shows all that are enabled; one that cannot be shown says why. */
  async show(session: Session): Promise<void> {
    for (const display of this.#list) {
      if (!display.isEnabled) continue;
      try {
        await showDisplay(session, display);
      } catch (error) {
        session.out.print(`${display.number}: ${displayText(display)}`);
        session.showError(error);
      }
    }
  }
}

/** As it is typed after `display`. */
export function displayText({ format, expression }: Display): string {
  return format === "" ? expression : `/${format} ${expression}`;
}

/** Shows one: memory below its number, a value beside it. */
export async function showDisplay(session: Session, display: Display): Promise<void> {
  const { number, format, expression } = display;
  if (/[is]|[bhwg]/.test(format)) {
    session.out.print(`${number}: x/${format} ${expression}`);
    return await examine(session, `/${format} ${expression}`);
  }
  const [first, ...rest] = await printLines(session, format, expression);
  session.out.print([`${number}: ${displayText(display)} = ${first}`, ...rest]);
}
