/** `ptype`: what a type is made of; see "Examining the Symbol Table" in the gdb manual. */

import { typeLines } from "../../mod.ts";
import { interpretC } from "../session/c_value.ts";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const ptype: Command = {
  name: "ptype",
  usage: "ptype EXPRESSION | TYPE",
  summary: "Show what a type, or the type of a variable, is made of",
  details: "TYPE is written as in C: struct node, unsigned long, node_t *. The program must have debug information.",
  example: "ptype main",
  run(session, text) {
    if (text === "") {
      throw new CommandError("Cannot show the type of nothing: write `ptype struct node` or `ptype variable`");
    }
    const found = interpretC(session, text);
    if (found === undefined) throw new CommandError(`No symbol "${text}" in current context.`);
    const lines = typeLines("type" in found ? found.type : found.value.type);
    session.out.print([`type = ${lines[0]}`, ...lines.slice(1)]);
  },
};
