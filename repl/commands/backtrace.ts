/** `backtrace`: the callers. */

import { frameLine, variableLines } from "../views/frame.ts";
import { type Command, countOf } from "./command.ts";

export const backtrace: Command = {
  name: "backtrace",
  aliases: ["bt", "where"],
  usage: "backtrace [full] [COUNT]",
  summary: "Show the callers of the function at hand",
  details:
    "Callers are found by call frame information, the code of prologues, and frame pointers. What is only found on\n" +
    "the stack is a guess, and says so: it may be left over from an earlier call. Where there is debug information,\n" +
    "inlined calls are frames too, with arguments; full shows the variables of each.",
  example: "break main\nrun\nbacktrace",
  run(session, text) {
    const isFull = /^full\b/.test(text);
    const count = countOf(text.replace(/^full\s*/, ""), 20);
    const { out, describe } = session;
    for (const frame of session.selection.list(count).slice(0, count)) {
      out.print(frameLine(frame, describe, out.style));
      if (!isFull || !frame.isKnown) continue;
      const { locals } = frame;
      out.print(locals.length === 0 ? "No locals." : variableLines(locals).map((line) => `        ${line}`));
    }
  },
  complete: () => [],
};
