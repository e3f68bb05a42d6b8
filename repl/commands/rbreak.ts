/** `rbreak`: breakpoints on all functions that a pattern fits. */

import { CommandError } from "../session/errors.ts";
import { makeBreakpoint } from "./break.ts";
import type { Command } from "./command.ts";

const MOST = 200;

export const rbreak: Command = {
  name: "rbreak",
  usage: "rbreak [IMAGE:]REGEXP",
  summary: "Stop the guest at all functions whose names a pattern fits",
  details:
    "Each function has a breakpoint of its own. Without an IMAGE, the program's functions; those of a library are\n" +
    "known once it is mapped. `break /REGEXP/` makes one breakpoint for all, in every image.",
  example: "rbreak ^mai",
  async run(session, text) {
    const { symbols } = session.emulator;
    const [, image = "", source = ""] = /^(?:([\w.+-]+):(?!:))?(.*)$/s.exec(text) ?? [];
    let pattern: RegExp;
    try {
      pattern = new RegExp(source);
    } catch (error) {
      if (error instanceof SyntaxError) throw new CommandError(error.message);
      throw error;
    }
    const isMeant = (each: { readonly name: string; readonly role: string }) =>
      image === "" ? each.role === "program" : each.name === image;
    const found = symbols.matching(pattern).filter((each) => isMeant(each.image));
    if (found.length === 0) throw new CommandError(`No function matches ${text}; \`symbols\` lists the names`);
    if (found.length > MOST) {
      throw new CommandError(
        `${found.length} functions match: too many; \`break /${source}/\` makes one breakpoint of them`,
      );
    }
    for (const { address } of found) await makeBreakpoint(session, `*0x${address.toString(16)}`, false);
  },
};
