/** `backtrace`: the callers. */

import { frames } from "../session/frames.ts";
import { backtraceLines } from "../views/backtrace.ts";
import { type Command, countOf } from "./command.ts";

export const backtrace: Command = {
  name: "backtrace",
  aliases: ["bt", "where"],
  usage: "backtrace [COUNT]",
  summary: "Show the callers of the function at hand",
  details:
    "Callers are found by frame pointers and return addresses; what is only found on the stack is a guess, and\n" +
    "says so: it may be left over from an earlier call.",
  example: "break main\nrun\nbacktrace",
  run(session, text) {
    const list = frames(session.emulator, countOf(text, 20));
    session.out.print(backtraceLines(list, session.describe, session.out.style));
  },
  complete: () => [],
};
