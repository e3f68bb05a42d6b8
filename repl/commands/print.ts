/** `print`: the value of an expression. */

import { addressOf, expressionValue, refuse } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { shownValue } from "../session/show.ts";
import { SIZES, valueText } from "../views/memory.ts";
import type { Command } from "./command.ts";

/** Lines for the value of an expression of gdb's or, if it is none, of TypeScript. */
export async function printLines(session: Session, format: string, expression: string): Promise<string[]> {
  if (format !== "") {
    const value = await addressOf(session, expression);
    const size = [...format].map((letter) => SIZES[letter]).find((each) => each !== undefined) ?? 8;
    const letter = [...format].find((each) => !(each in SIZES)) ?? "x";
    return [valueText(value, letter, size, session.describe, false)];
  }
  const value = expressionValue(session, expression);
  if (typeof value === "bigint") return shownValue(session, value);
  const outcome = await session.evaluator.evaluate(expression);
  if (outcome.kind === "value") return shownValue(session, outcome.value);
  if (outcome.kind === "thrown" && outcome.error instanceof ReferenceError) refuse(session, value);
  if (outcome.kind === "thrown") throw outcome.error;
  throw new CommandError("Not waited for any longer");
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
    const [format, expression] = [match?.[1] ?? "", match?.[2] ?? ""];
    if (expression === "") throw new CommandError("Cannot print nothing: write an expression, as in `print $rsp+8`");
    session.out.print(await printLines(session, format, expression));
  },
};
