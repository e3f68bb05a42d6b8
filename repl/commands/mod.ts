/** All commands of the prompt, in the order that help shows them. */

import { type ScriptCommand } from "../../mod.ts";
import { addCommand, addedCommand, addedCommands } from "./added.ts";
import { backtrace } from "./backtrace.ts";
import { breakCommand } from "./break.ts";
import type { Command } from "./command.ts";
import { catchCommand, tcatch } from "./catch.ts";
import { commands } from "./commands.ts";
import { condition } from "./condition.ts";
import { context } from "./context.ts";
import { continueCommand } from "./continue.ts";
import { cov } from "./cov.ts";
import { deleteCommand } from "./delete.ts";
import { disableCommand } from "./disable.ts";
import { disasm } from "./disasm.ts";
import { display, undisplay } from "./display.ts";
import { down } from "./down.ts";
import { enableCommand } from "./enable.ts";
import { finish } from "./finish.ts";
import { frame } from "./frame.ts";
import { handle, kill, signal } from "./handle.ts";
import { makeHelp } from "./help.ts";
import { hexdump } from "./hexdump.ts";
import { hook } from "./hook.ts";
import { ignore } from "./ignore.ts";
import { images } from "./images.ts";
import { info } from "./info.ts";
import { interrupt } from "./interrupt.ts";
import { jump } from "./jump.ts";
import { list } from "./list.ts";
import { live } from "./live.ts";
import { maps } from "./maps.ts";
import { next } from "./next.ts";
import { nexti } from "./nexti.ts";
import { plugin } from "./plugin.ts";
import { print } from "./print.ts";
import { processes } from "./processes.ts";
import { ptype } from "./ptype.ts";
import { quit } from "./quit.ts";
import { rbreak } from "./rbreak.ts";
import { record } from "./record.ts";
import { regs } from "./regs.ts";
import { replay } from "./replay.ts";
import { run } from "./run.ts";
import { search } from "./search.ts";
import { sessionCommand } from "./session.ts";
import { set, show } from "./set.ts";
import { source } from "./source.ts";
import { stack } from "./stack.ts";
import { start } from "./start.ts";
import { step } from "./step.ts";
import { stepi } from "./stepi.ts";
import { strings } from "./strings.ts";
import { symbols } from "./symbols.ts";
import { tbreak } from "./tbreak.ts";
import { thread, threads } from "./threads.ts";
import { unsource } from "./unsource.ts";
import { advance, until } from "./until.ts";
import { up } from "./up.ts";
import { awatch, rwatch, watch } from "./watch.ts";
import { whatis } from "./whatis.ts";
import { x } from "./x.ts";

/** The table. */
export const COMMANDS: readonly Command[] = [
  ...[run, start, continueCommand, step, next, stepi, nexti, finish, until, advance, jump, signal, kill, interrupt],
  ...[breakCommand, tbreak, rbreak, watch, rwatch, awatch, catchCommand, tcatch, handle],
  ...[condition, ignore, commands, enableCommand, disableCommand, deleteCommand, hook, display, undisplay, set, show],
  ...[cov, live, disasm, list, regs, x, hexdump, print, ptype, whatis, symbols, backtrace, frame, up, down],
  ...[threads, thread, processes, stack, context, maps],
  ...[images, strings, search, info],
  ...[plugin, source, unsource, sessionCommand, record, replay, makeHelp(allCommands), quit],
];

const BY_WORD = new Map(
  COMMANDS.flatMap((command) => [command.name, ...command.aliases ?? []].map((word) => [word, command] as const)),
);

/** The command of a word. */
export function commandOf(word: string): Command | undefined {
  return BY_WORD.get(word) ?? addedCommand(word);
}

/** The table, and what was added to it. */
export function allCommands(): readonly Command[] {
  return [...COMMANDS, ...addedCommands()];
}

/** Adds a command. @throws {CommandError} If it cannot have that name, or has nothing to run. */
export function defineCommand(name: string, command: ScriptCommand): Disposable {
  return addCommand(name, command, (word) => BY_WORD.has(word));
}

/** Every word that names a command. */
export function commandWords(): readonly string[] {
  return [...BY_WORD.keys(), ...addedCommands().map(({ name }) => name)];
}
