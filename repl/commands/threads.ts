/** `threads` and `thread`: the guest's threads, and which one is looked at. */

import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { threadLines } from "../views/threads.ts";
import type { Command } from "./command.ts";

export const threads: Command = {
  name: "threads",
  usage: "threads",
  summary: "Show the guest's threads",
  details: "The one that is marked is looked at: `regs`, `backtrace` and `stepi` are about it.",
  example: "threads",
  run(session) {
    session.requireAlive();
    session.out.print(threadLines(session.emulator.threads, session.where));
  },
  complete: () => [],
};

export const thread: Command = {
  name: "thread",
  usage: "thread [NUMBER]",
  summary: "Look at another thread",
  details: "When the guest goes on, threads run in turn, whichever is looked at; `stepi` and `step` execute this one.",
  example: "thread 1",
  run(session, text) {
    session.requireAlive();
    const { emulator } = session;
    const all = emulator.threads;
    const chosen = all.find(({ number, id, isSelected }) =>
      text === "" ? isSelected : String(number) === text || String(id) === text
    );
    if (chosen === undefined) {
      throw new CommandError(`There is no thread \`${text}\`; there are ${all.map(({ number }) => number).join(", ")}`);
    }
    emulator.selectThread(chosen.id);
    session.out.print(threadLines([{ ...chosen, isSelected: true }], session.where));
  },
  complete: (session: Session) => session.isRunning ? [] : session.emulator.threads.map(({ number }) => String(number)),
};
