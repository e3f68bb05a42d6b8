/** `stepi`: see "Continuing and Stepping" in the gdb manual. */

import { type Command, countOf } from "./command.ts";

export const stepi: Command = {
  name: "stepi",
  aliases: ["si"],
  usage: "stepi [COUNT]",
  summary: "Execute one instruction, or COUNT",
  details: "Calls are entered. A REP instruction's iteration counts as one.",
  example: "stepi 3",
  async run(session, text) {
    const count = countOf(text);
    await session.run(() => session.control.instructions(count, false));
  },
  complete: () => [],
};
