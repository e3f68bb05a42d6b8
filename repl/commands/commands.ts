/** `commands`: what is typed when a breakpoint has stopped the guest; see "Breakpoint Command Lists" in the gdb manual. */

import { statementsOf } from "../prompt/execute.ts";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";
import { attachmentsOf, numbersOf } from "./numbers.ts";

/** The numbers on the first line, and what follows on it or below. */
function parts(text: string): { readonly numbers: string; readonly inline: string; readonly body: readonly string[] } {
  const [first, ...body] = text.split("\n");
  const [, numbers = "", inline = ""] = /^\s*((?:[\d\s,-]|\$bpnum)*)(.*)$/.exec(first) ?? [];
  return { numbers: numbers.trim(), inline: inline.trim(), body };
}

function isEnd(line: string): boolean {
  return line.trim() === "end";
}

export const commands: Command = {
  name: "commands",
  usage: "commands [NUMBER...] [LINE]",
  summary: "Have lines typed when a breakpoint, watchpoint or catchpoint has stopped the guest",
  details:
    "The lines follow, up to `end`; each is a command or TypeScript, and a function is called with the CPU. With `silent`\n" +
    "as the first line, the stop is not shown. A line that has the guest go on is the last that is done. A LINE beside\n" +
    "the number is all there is. Without a number, it is for the last breakpoint; without lines, there are none any more.",
  example: "break main\ncommands\nsilent\nprint $rdi\nend",
  run(session, text) {
    const { numbers, inline, body } = parts(text);
    const last = session.attachments.lastNumber;
    if (numbers === "" && last === 0) throw new CommandError("There is no breakpoint yet; `break` makes one");
    const lines = inline === "" ? body.filter((line) => !isEnd(line)) : [inline, ...body];
    const statements = statementsOf(lines.map((line) => line.trim()));
    for (const each of attachmentsOf(session, numbers === "" ? String(last) : numbers)) {
      if (each.kind === "hook") {
        throw new CommandError(`${each.number} is a hook: it has a closure, and stops nothing by itself`);
      }
      each.commands = statements;
    }
  },
  wantsMore(text) {
    const { inline, body } = parts(text);
    return inline === "" && !body.some(isEnd);
  },
  complete: numbersOf,
};
