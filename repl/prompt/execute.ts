/** Does what was typed: a command of the table, or TypeScript. */

import { suggest, UnknownImageError, UnknownSymbolError } from "../../mod.ts";
import { commandOf, commandWords } from "../commands/mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { showValue } from "../session/show.ts";
import { isIncomplete, readCommand } from "./syntax.ts";

/** Whether a text, which begins with a command's name or not, goes on on the next line. */
export function wantsMore(text: string): boolean {
  const line = readCommand(text);
  return (line === undefined || commandOf(line.word) === undefined) && isIncomplete(text);
}

/**
 * Runs a text and shows what came of it.
 *
 * @returns Whether it worked.
 */
export async function execute(session: Session, text: string): Promise<boolean> {
  try {
    await perform(session, text.trim());
    return true;
  } catch (error) {
    const isPlain = error instanceof UnknownSymbolError || error instanceof UnknownImageError;
    session.showError(isPlain ? new CommandError(error.message) : error);
    return false;
  }
}

async function perform(session: Session, text: string): Promise<void> {
  if (text === "" || text.startsWith("#")) return;
  const line = readCommand(text);
  const command = line === undefined ? undefined : commandOf(line.word);
  if (line !== undefined && command !== undefined) return await command.run(session, line.rest);
  const outcome = await session.evaluator.evaluate(text);
  const hit = session.attachments.peekHit();
  if (hit !== undefined && !session.isRunning) {
    session.showStop({ kind: "stopped", pc: session.emulator.cpu.pc, why: `breakpoint ${hit.number}` });
  }
  if (outcome.kind === "value") return showValue(session, outcome.value);
  if (outcome.kind === "abandoned") throw new CommandError("Not waited for any longer");
  throw explained(outcome.error, text);
}

/** A misspelt command is TypeScript that does not work: then the error says what command it may have been. */
function explained(error: unknown, text: string): unknown {
  const word = /^\s*([A-Za-z]+)(?=$|[\s/])/.exec(text)?.[1];
  if (word === undefined || !(error instanceof SyntaxError || error instanceof ReferenceError)) return error;
  if (error instanceof ReferenceError && !error.message.startsWith(`${word} is not`)) return error;
  const near = suggest(word, commandWords().filter((each) => each.length > 1));
  return near.length === 0 ? error : new CommandError(`${error.name}: ${error.message}${didYouMean(near)}`);
}
