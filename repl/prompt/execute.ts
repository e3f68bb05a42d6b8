/** Does what was typed: a command of the table, or TypeScript. */

import { DwarfError, suggest, UnknownImageError, UnknownSymbolError } from "../../mod.ts";
import { commandOf, commandWords } from "../commands/mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { showValue } from "../session/show.ts";
import { isIncomplete, readCommand } from "./syntax.ts";

/** Whether a text, which begins with a command's name or not, goes on on the next line. */
export function wantsMore(text: string): boolean {
  if (text.trimStart().startsWith("#")) return false;
  const line = readCommand(text);
  const command = line === undefined ? undefined : commandOf(line.word);
  if (line === undefined || command === undefined) return isIncomplete(text);
  return command.wantsMore?.(line.rest) ?? false;
}

/** The statements of lines: commands, and TypeScript that may take several lines. */
export function statementsOf(lines: readonly string[]): string[] {
  const statements: string[] = [];
  let text: string | undefined;
  for (const line of lines) {
    text = text === undefined ? line : `${text}\n${line}`;
    if (wantsMore(text)) continue;
    if (text.trim() !== "") statements.push(text.trim());
    text = undefined;
  }
  return text === undefined ? statements : [...statements, text];
}

/**
 * Runs a text and shows what came of it, then what breakpoints want typed.
 *
 * @returns Whether it worked.
 */
export async function execute(session: Session, text: string): Promise<boolean> {
  const worked = await executeAlone(session, text) && await runDue(session);
  await session.out.settle();
  session.onInput?.(text);
  return worked;
}

const running = new WeakSet<Session>();

/**
 * Types what attachments that stopped the guest want typed, until it is done or fails. What one of these lines has the
 * guest come to is typed here, too, not by the line: a loop of stops does not nest.
 *
 * @returns Whether it worked.
 */
export async function runDue(session: Session): Promise<boolean> {
  if (running.has(session)) return true;
  running.add(session);
  try {
    for (let text = session.due.shift(); text !== undefined; text = session.due.shift()) {
      if (session.quitStatus !== undefined) break;
      if (await executeAlone(session, text, true)) continue;
      session.due = [];
      return false;
    }
    return true;
  } finally {
    running.delete(session);
  }
}

/** @param isDue Whether a breakpoint wants it typed: then a function that it comes to is called. */
async function executeAlone(session: Session, text: string, isDue = false): Promise<boolean> {
  try {
    await perform(session, text.trim(), isDue);
    return true;
  } catch (error) {
    const isPlain = error instanceof UnknownSymbolError || error instanceof DwarfError ||
      error instanceof UnknownImageError;
    session.showError(isPlain ? new CommandError(error.message) : error);
    return false;
  }
}

async function perform(session: Session, text: string, isDue: boolean): Promise<void> {
  if (text === "" || text.startsWith("#")) return;
  const line = readCommand(text);
  const command = line === undefined ? undefined : commandOf(line.word);
  if (line !== undefined && command !== undefined) return await command.run(session, line.rest);
  const outcome = await session.evaluator.evaluate(text);
  const hit = session.attachments.peekHit();
  if (hit !== undefined && !session.isRunning) {
    await session.showStop({ kind: "stopped", pc: session.emulator.cpu.pc, why: `breakpoint ${hit.number}` });
  }
  if (outcome.kind === "value") {
    const { value } = outcome;
    return showValue(session, isDue && typeof value === "function" ? await value(session.emulator.cpu) : value);
  }
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
