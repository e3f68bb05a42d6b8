/** `backtrace`: the callers. */

import { backtraceLines } from "../views/backtrace.ts";
import { type Command, countOf } from "./command.ts";

export const backtrace: Command = {
  name: "backtrace",
  aliases: ["bt", "where"],
  usage: "backtrace [COUNT]",
  summary: "Show the callers of the function at hand",
  details:
    "Callers are found by call frame information, the code of prologues, and frame pointers. What is only found on\n" +
    "the stack is a guess, and says so: it may be left over from an earlier call.",
  example: "break main\nrun\nbacktrace",
  run(session, text) {
    const frames = session.emulator.cpu.backtrace(countOf(text, 20));
    const list = frames.map(({ pc, how, source }) => ({ pc, how, ...(source === undefined ? {} : { source }) }));
    session.out.print(backtraceLines(list, session.describe, session.out.style));
  },
  complete: () => [],
};
