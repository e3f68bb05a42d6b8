/** `catch`, `tcatch`: stop the guest at events; see "Setting Catchpoints" in the gdb manual. */

import { signalName, signalNumber, suggest, SYSCALL_NUMBERS } from "../../mod.ts";
import type { Target } from "../session/attachment.ts";
import { loadTarget, processTarget, signalTarget, syscallTarget } from "../session/catch_targets.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { SIGNALS } from "../session/signal_policy.ts";
import { SYSCALL_GROUPS } from "../session/syscall_groups.ts";
import { conditionOf } from "./break.ts";
import type { Command } from "./command.ts";

const NAMES = Object.keys(SYSCALL_NUMBERS);
const BY_NUMBER: ReadonlyMap<string, string> = new Map(
  Object.entries(SYSCALL_NUMBERS).map(([name, number]) => [String(number), name]),
);

/** Names of system calls that a word means: a name, a number, `group:file`. */
function syscallsOf(word: string): readonly string[] {
  const group = /^g(?:roup)?:(.+)$/.exec(word)?.[1];
  if (group !== undefined) {
    const members = SYSCALL_GROUPS[group];
    if (members !== undefined) return members;
    throw new CommandError(
      `There is no group of system calls ${group}; there are ${Object.keys(SYSCALL_GROUPS).join(", ")}`,
    );
  }
  const name = BY_NUMBER.get(word) ?? word;
  if (name in SYSCALL_NUMBERS) return [name];
  throw new CommandError(`There is no system call ${word}${didYouMean(suggest(word, NAMES))}`);
}

function signalsOf(word: string): string {
  try {
    return signalName(signalNumber(word));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(
      `There is no signal ${word}${didYouMean(suggest(word.toUpperCase(), Object.keys(SIGNALS)))}`,
    );
  }
}

function pattern(text: string): RegExp | undefined {
  if (text === "") return undefined;
  try {
    return new RegExp(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError(error.message);
  }
}

const EVENTS: Readonly<Record<string, (text: string) => Target>> = {
  syscall: (text) => syscallTarget(text.split(/[\s,]+/).filter((word) => word !== "").flatMap(syscallsOf), text),
  signal: (text) => signalTarget(text.split(/[\s,]+/).filter((word) => word !== "" && word !== "all").map(signalsOf)),
  load: (text) => loadTarget(pattern(text)),
  fork: () => processTarget("fork"),
  vfork: () => processTarget("vfork"),
  exec: () => processTarget("exec"),
};

async function makeCatch(session: Session, text: string, isTemporary: boolean): Promise<void> {
  const [, event = "", what = "", conditionText] = /^(\S*)\s*(.*?)(?:(?:^|\s+)if\s+(.+))?$/s.exec(text) ?? [];
  const make = EVENTS[event];
  if (make === undefined) {
    const known = Object.keys(EVENTS);
    throw new CommandError(
      `Catch what? There are ${known.join(", ")}${
        event === "" ? "" : `, not ${event}${didYouMean(suggest(event, known))}`
      }`,
    );
  }
  const condition = conditionText === undefined ? undefined : await conditionOf(session, conditionText);
  const { title, where } = session.attachments.addStop(make(what), isTemporary, condition);
  session.out.print(`${title} (${where})`);
}

function completions(): string[] {
  return [
    ...Object.keys(EVENTS),
    ...Object.keys(SIGNALS),
    ...Object.keys(SYSCALL_GROUPS).map((each) => `group:${each}`),
    ...NAMES,
  ];
}

export const catchCommand: Command = {
  name: "catch",
  usage:
    "catch syscall [NAME | NUMBER | group:GROUP]... | signal [NAME]... | load [REGEXP] | fork | vfork | exec [if EXPRESSION]",
  summary: "Stop the guest at an event: a system call, a signal, an image being mapped, a new process",
  details:
    "A system call stops twice: before it is made, when its number and arguments can be changed, and when it has\n" +
    "returned. A signal stops before it takes its effect. An image stops before any of its code has run, a\n" +
    "process before it has; fork(2) and clone(2) are fork, and posix_spawn(3), which shares memory, is vfork.",
  example: "catch syscall write\ncatch signal SIGSEGV\ncatch load libm",
  run: (session, text) => makeCatch(session, text, false),
  complete: completions,
};

export const tcatch: Command = {
  name: "tcatch",
  usage: "tcatch EVENT",
  summary: "Stop the guest at an event once; see `help catch`",
  example: "tcatch syscall write",
  run: (session, text) => makeCatch(session, text, true),
  complete: completions,
};
