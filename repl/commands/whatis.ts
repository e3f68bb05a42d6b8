/** `whatis`: the name of a type; see "Examining the Symbol Table" in the gdb manual. */

import { typeName } from "../../mod.ts";
import { interpretC } from "../session/c_value.ts";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const whatis: Command = {
  name: "whatis",
  usage: "whatis EXPRESSION",
  summary: "Show the type of an expression by its name",
  example: "whatis main",
  run(session, text) {
    if (text === "") {
      throw new CommandError("Cannot show the type of nothing: write an expression, as in `whatis main`");
    }
    const found = interpretC(session, text);
    if (found === undefined) throw new CommandError(`No symbol "${text}" in current context.`);
    session.out.print(`type = ${typeName("type" in found ? found.type : found.value.type)}`);
  },
};
