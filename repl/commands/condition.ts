/** `condition`: when a breakpoint stops. */

import { conditionOf } from "./break.ts";
import type { Command } from "./command.ts";
import { attachmentAnd, numbersOf } from "./numbers.ts";

export const condition: Command = {
  name: "condition",
  usage: "condition NUMBER [EXPRESSION]",
  summary: "Have a breakpoint, watchpoint or catchpoint stop only where an expression is true",
  details: "Without an expression, it always stops.",
  example: "break main\ncondition 1 $rdi > 1",
  async run(session, text) {
    const [attachment, expression] = attachmentAnd(session, text);
    attachment.condition = expression === "" ? undefined : await conditionOf(session, expression);
    if (expression === "") session.out.print(`Breakpoint ${attachment.number} now unconditional.`);
  },
  complete: numbersOf,
};
