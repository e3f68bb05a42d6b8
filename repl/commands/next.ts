/** `next`: see "Continuing and Stepping" in the gdb manual. */

import { type Command, countOf } from "./command.ts";

export const next: Command = {
  name: "next",
  aliases: ["n"],
  usage: "next [COUNT]",
  summary: "Execute a source line or an instruction, calls as a whole",
  details: "A breakpoint inside a called function stops there.",
  example: "next 3",
  async run(session, text) {
    const count = countOf(text);
    await session.run(() => session.control.lines(count, true));
  },
  complete: () => [],
};
