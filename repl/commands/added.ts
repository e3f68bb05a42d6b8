/** Commands that the user's own code adds to the prompt. They stand beside the built-in ones and cannot replace them. */

import type { ScriptCommand } from "../../mod.ts";
import { CommandError } from "../session/errors.ts";
import { showValue } from "../session/show.ts";
import type { Command } from "./command.ts";

const added = new Map<string, Command>();

/** Commands that were added, in their order. */
export function addedCommands(): readonly Command[] {
  return [...added.values()];
}

/** One of them by its name. */
export function addedCommand(word: string): Command | undefined {
  return added.get(word);
}

/**
 * Adds a command; one that was added before under the same name goes.
 *
 * @param isBuiltIn Whether a word is taken.
 * @throws {CommandError} If it cannot have that name, or has nothing to run.
 */
export function addCommand(name: string, command: ScriptCommand, isBuiltIn: (word: string) => boolean): Disposable {
  if (!/^[a-z]+$/.test(name)) throw new CommandError(`Cannot add command \`${name}\`: a name is of letters a to z`);
  if (isBuiltIn(name)) throw new CommandError(`Cannot add command \`${name}\`: Ceratops has one of that name`);
  const { usage = name, summary, details, example = usage } = command;
  if (typeof command.run !== "function" || typeof summary !== "string") {
    throw new CommandError(`Cannot add command \`${name}\`: it needs a summary and a function run(text)`);
  }
  const made: Command = {
    name,
    usage,
    summary,
    example,
    ...(details === undefined ? {} : { details }),
    async run(session, text) {
      showValue(session, await command.run(text));
    },
  };
  added.set(name, made);
  return {
    [Symbol.dispose]() {
      if (added.get(name) === made) added.delete(name);
    },
  };
}
