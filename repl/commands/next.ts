/** `next`: see "Continuing and Stepping" in the gdb manual. */

import { type Command, countOf } from "./command.ts";

export const next: Command = {
  name: "next",
  aliases: ["n", "nexti", "ni"],
  usage: "next [COUNT]",
  summary: "Execute one instruction, a call as a whole",
  details: "A breakpoint inside the called function stops there.",
  example: "next 3",
  async run(session, text) {
    const count = countOf(text);
    await session.run(() => session.control.next(count));
  },
  complete: () => [],
};
