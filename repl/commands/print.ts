/** `print`: the value of an expression. */

import { type DebugValue, type Evaluated, valueText as debugText } from "../../mod.ts";
import { addressOf, expressionValue, refuse } from "../session/address.ts";
import { interpretCalls, refuseC } from "../session/c_value.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { shownValue } from "../session/show.ts";
import { SIZES, valueText } from "../views/memory.ts";
import type { Command } from "./command.ts";

/** Lines for the value of an expression of C, of one over registers or, if it is neither, of TypeScript. */
export async function printLines(session: Session, format: string, expression: string): Promise<string[]> {
  const isRaw = format.includes("r");
  if (format.replace("r", "") !== "") {
    const [value, own] = await numberOf(session, expression);
    const size = [...format].map((letter) => SIZES[letter]).find((each) => each !== undefined) ?? own;
    const letter = [...format].find((each) => !(each in SIZES)) ?? "x";
    return [valueText(value, letter, size, session.describe, false)];
  }
  const found = await interpretCalls(session, expression);
  if (found !== undefined) return [cLine(session, found, isRaw)];
  const value = expressionValue(session, expression);
  if (typeof value === "bigint") return shownValue(session, value);
  const outcome = await session.evaluator.evaluate(expression);
  if (outcome.kind === "value") return shownValue(session, outcome.value);
  if (outcome.kind === "thrown" && outcome.error instanceof ReferenceError) refuse(session, value);
  if (outcome.kind === "thrown" && outcome.error instanceof SyntaxError) refuseC(session, expression);
  if (outcome.kind === "thrown") throw outcome.error;
  throw new CommandError("Not waited for any longer");
}

function cLine(session: Session, found: Evaluated, isRaw: boolean): string {
  if ("type" in found) throw new CommandError("Attempt to use a type name as an expression; see `ptype`");
  return `$${session.selection.keep(found.value)} = ${debugText(found.value, { isTop: true, isRaw })}`;
}

/** The number that a format is to show. */
async function numberOf(session: Session, expression: string): Promise<[value: bigint, size: number]> {
  const found = await interpretCalls(session, expression);
  if (found === undefined || "type" in found || !isNumber(found.value)) {
    return [await addressOf(session, expression), 8];
  }
  return [found.value.unsigned, found.value.bare.size];
}

function isNumber({ bare: { kind, size } }: DebugValue): boolean {
  return size <= 8 && (kind === "base" || kind === "enumeration" || kind === "pointer");
}

export const print: Command = {
  name: "print",
  aliases: ["p", "inspect"],
  usage: "print[/FORMAT] EXPRESSION",
  summary: "Show the value of an expression",
  details:
    "EXPRESSION is one of C over the variables of the selected frame: node->next->value, *ptr, array[3], &x, *argv@2,\n" +
    "(char)x, x = 5, length(list). It may have registers, $rax, and values shown before, $1. What no variable is called is as for `x`,\n" +
    "or TypeScript. FORMAT is a letter of `x`: p/d $rax; p/r shows a container by its fields.",
  example: "print $rsp+8\nprint/d $rdi",
  async run(session, text) {
    const match = /^(?:\/([a-z]*))?\s*(.*)$/s.exec(text);
    const [format, expression] = [match?.[1] ?? "", match?.[2] ?? ""];
    if (expression === "") throw new CommandError("Cannot print nothing: write an expression, as in `print $rsp+8`");
    session.out.print(await printLines(session, format, expression));
  },
};
