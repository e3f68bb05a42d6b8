/** `condition`: when a breakpoint stops. */

import { CommandError } from "../session/errors.ts";
import { conditionOf } from "./break.ts";
import type { Command } from "./command.ts";
import { numbersOf } from "./numbers.ts";

export const condition: Command = {
  name: "condition",
  usage: "condition NUMBER [EXPRESSION]",
  summary: "Have a breakpoint stop only where an expression is true",
  details: "Without an expression, it always stops.",
  example: "break main\ncondition 1 $rdi > 1",
  async run(session, text) {
    const match = /^(\d+)\s*(.*)$/s.exec(text);
    const breakpoint = match === null ? undefined : session.attachments.get(Number(match[1]));
    if (match === null || breakpoint === undefined) {
      throw new CommandError(`No breakpoint number ${text.split(" ")[0] || "given"}; see \`info breakpoints\``);
    }
    breakpoint.condition = match[2] === "" ? undefined : await conditionOf(session, match[2]);
    if (match[2] === "") session.out.print(`Breakpoint ${breakpoint.number} now unconditional.`);
  },
  complete: numbersOf,
};
