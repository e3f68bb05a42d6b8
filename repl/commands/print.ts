/** `print`: the value of an expression. */

import { addressOf, expressionValue, refuse } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { showValue } from "../session/show.ts";
import { SIZES, valueText } from "../views/memory.ts";
import type { Command } from "./command.ts";

/** Shows the value of an expression of gdb's or, if it is none, of TypeScript. */
async function show(session: Session, expression: string): Promise<void> {
  const value = expressionValue(session, expression);
  if (typeof value === "bigint") return showValue(session, value);
  const outcome = await session.evaluator.evaluate(expression);
  if (outcome.kind === "value") return showValue(session, outcome.value);
  if (outcome.kind === "thrown" && outcome.error instanceof ReferenceError) refuse(session, value);
  if (outcome.kind === "thrown") throw outcome.error;
}

export const print: Command = {
  name: "print",
  aliases: ["p", "inspect"],
  usage: "print[/FORMAT] EXPRESSION",
  summary: "Show the value of an expression",
  details: "EXPRESSION is as for `x`, or TypeScript. FORMAT is a letter of `x`: p/d $rax.",
  example: "print $rsp+8\nprint/d $rdi",
  async run(session, text) {
    const match = /^(?:\/([a-z]*))?\s*(.*)$/s.exec(text);
    const [letters, expression] = [match?.[1] ?? "", match?.[2] ?? ""];
    if (expression === "") throw new CommandError("Cannot print nothing: write an expression, as in `print $rsp+8`");
    if (letters === "") return await show(session, expression);
    const value = await addressOf(session, expression);
    const size = [...letters].map((letter) => SIZES[letter]).find((each) => each !== undefined) ?? 8;
    const format = [...letters].find((letter) => !(letter in SIZES)) ?? "x";
    session.out.print(valueText(value, format, size, session.describe, false));
  },
};
