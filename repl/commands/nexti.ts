/** `nexti`: see "Continuing and Stepping" in the gdb manual. */

import { type Command, countOf } from "./command.ts";

export const nexti: Command = {
  name: "nexti",
  aliases: ["ni"],
  usage: "nexti [COUNT]",
  summary: "Execute one instruction, a call as a whole",
  details: "A breakpoint inside the called function stops there.",
  example: "nexti 3",
  async run(session, text) {
    const count = countOf(text);
    await session.run(() => session.control.instructions(count, true));
  },
  complete: () => [],
};
