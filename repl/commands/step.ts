/** `step`: see "Continuing and Stepping" in the gdb manual. */

import { type Command, countOf } from "./command.ts";

export const step: Command = {
  name: "step",
  aliases: ["s", "stepi", "si"],
  usage: "step [COUNT]",
  summary: "Execute one instruction, or COUNT",
  details: "Calls are entered. A breakpoint or a hook that stops ends it early.",
  example: "step 3",
  async run(session, text) {
    const count = countOf(text);
    await session.run(() => session.control.step(count));
  },
  complete: () => [],
};
