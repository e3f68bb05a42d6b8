/** `regs`: registers as gdb's `info registers` shows them. */

import { suggest } from "../../mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import { registerLines } from "../views/registers.ts";
import type { Command } from "./command.ts";

export const regs: Command = {
  name: "regs",
  aliases: ["registers"],
  usage: "regs [NAME...]",
  summary: "Show the registers",
  example: "regs rip rsp",
  run(session, text) {
    const all = session.registers();
    const names = text.split(/\s+/).filter((word) => word !== "")
      .map((word) => word.replace(/^\$/, "").replace(/^pc$/, "rip").replace(/^sp$/, "rsp"));
    for (const name of names) {
      if (name in all) continue;
      throw new CommandError(`There is no register \`${name}\`${didYouMean(suggest(name, Object.keys(all)))}`);
    }
    const chosen = names.length === 0 ? all : Object.fromEntries(names.map((name) => [name, all[name]]));
    session.out.print(registerLines(chosen, session.describe));
  },
  complete: (session) => Object.keys(session.registers()),
};
