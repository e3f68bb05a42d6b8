/** `handle`, `signal`: what is done about signals, and sending one; see "Signals" and "Signaling" in the gdb manual. */

import { suggest } from "../../mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { signalNamed, SIGNALS, type SignalTreatment } from "../session/signal_policy.ts";
import { signalLines } from "../views/signals.ts";
import type { Command } from "./command.ts";

const KEYWORDS: Readonly<Record<string, Partial<SignalTreatment>>> = {
  stop: { stop: true },
  nostop: { stop: false },
  print: { print: true },
  noprint: { print: false },
  pass: { pass: true },
  nopass: { pass: false },
  ignore: { pass: false },
  noignore: { pass: true },
};

/** The name of a signal. @throws {CommandError} If there is none such. */
function named(text: string): string {
  const name = signalNamed(text);
  if (name !== undefined) return name;
  throw new CommandError(`There is no signal ${text}${didYouMean(suggest(text.toUpperCase(), Object.keys(SIGNALS)))}`);
}

/** Shows what is done about signals. */
export function showSignals(session: Session, names: readonly string[]): void {
  session.out.print(
    signalLines(names.map((name) => ({ name, meaning: SIGNALS[name] ?? "", ...session.signals.of(name) }))),
  );
}

/** `info signals [NAME]`. */
export function infoSignals(session: Session, text: string): void {
  showSignals(session, text === "" ? Object.keys(SIGNALS) : [named(text)]);
}

export const handle: Command = {
  name: "handle",
  usage: "handle SIGNAL... [stop | nostop | print | noprint | pass | nopass]...",
  summary: "Say what is done when the guest gets a signal",
  details:
    "stop: the guest stops before the signal takes its effect. print: it is said that it came. pass: the guest gets\n" +
    "it. SIGNAL may be `all`: then those that debuggers use, SIGINT and SIGTRAP, stay as they are. `info signals` shows\n" +
    "all; it begins as in gdb.",
  example: "handle SIGUSR1 nostop noprint",
  run(session, text) {
    const words = text.split(/[\s,]+/).filter((word) => word !== "");
    const names = words.filter((word) => !(word in KEYWORDS)).flatMap((word) =>
      word === "all" ? Object.keys(SIGNALS).filter((name) => !["SIGINT", "SIGTRAP"].includes(name)) : [named(word)]
    );
    if (names.length === 0) throw new CommandError("Which signal? As in `handle SIGUSR1 nostop`");
    const changes = words.flatMap((word) => KEYWORDS[word] ?? []);
    for (const name of names) for (const change of changes) session.signals.set(name, change);
    showSignals(session, names);
  },
  complete: () => [...Object.keys(SIGNALS), "all", ...Object.keys(KEYWORDS)],
};

export const signal: Command = {
  name: "signal",
  usage: "signal NAME | 0",
  summary: "Let the guest go on with a signal; 0: without the one that stopped it",
  details: "The guest does not stop for this signal. `catch signal` does.",
  example: "handle SIGUSR1 nostop\nsignal SIGWINCH",
  async run(session, text) {
    session.requireAlive();
    if (text === "") throw new CommandError("Which signal? As in `signal SIGUSR1`, or `signal 0` for none");
    if (text === "0") session.signals.drop();
    else session.signals.send(session.emulator, named(text));
    session.out.print(text === "0" ? "Continuing with no signal." : `Continuing with signal ${named(text)}.`);
    await session.run(() => session.control.continue());
  },
  complete: () => Object.keys(SIGNALS),
};

export const kill: Command = {
  name: "kill",
  aliases: ["k"],
  usage: "kill",
  summary: "End the guest at once; it is loaded anew, before its first instruction",
  details: "Nothing more of it runs, not even handlers. Breakpoints and hooks stay.",
  example: "kill",
  async run(session) {
    session.requireAlive();
    const { pid } = session.emulator;
    await session.restart();
    session.out.print(`[Inferior 1 (process ${pid}) killed]`);
  },
  complete: () => [],
};
