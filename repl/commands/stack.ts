/** `stack`: the top of the stack, each word with what it leads to. */

import { addressOf, requireMapped } from "../session/address.ts";
import { stackWords } from "../session/context.ts";
import { stackLines } from "../views/stack.ts";
import { type Command, countOf } from "./command.ts";

export const stack: Command = {
  name: "stack",
  aliases: ["telescope"],
  usage: "stack [COUNT] [ADDRESS]",
  summary: "Show words of the stack, and what each leads to",
  example: "stack 4",
  async run(session, text) {
    const [, count = "", address = ""] = /^(\d*)\s*(.*)$/s.exec(text) ?? [];
    const start = address === "" ? session.emulator.cpu.sp : await addressOf(session, address);
    requireMapped(session, start);
    session.out.print(stackLines(stackWords(session, start, countOf(count, 8)), session.out.style));
  },
};
