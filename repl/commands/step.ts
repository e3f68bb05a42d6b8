/** `step`: see "Continuing and Stepping" in the gdb manual. */

import { type Command, countOf } from "./command.ts";

export const step: Command = {
  name: "step",
  aliases: ["s"],
  usage: "step [COUNT]",
  summary: "Execute a source line, or one instruction where no lines are known",
  details: "Calls are entered. A breakpoint, or a hook that stops, ends it early.",
  example: "step 3",
  async run(session, text) {
    const count = countOf(text);
    await session.run(() => session.control.lines(count, false));
  },
  complete: () => [],
};
