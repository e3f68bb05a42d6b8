/** `context`: registers, code and stack. */

import { contextLines } from "../session/context.ts";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const context: Command = {
  name: "context",
  aliases: ["ctx"],
  usage: "context [on | off]",
  summary: "Show registers, code and stack; on or off: after each stop",
  details: "A register that changed since the last stop has a * beside its name.",
  example: "context",
  run(session, text) {
    if (text === "on" || text === "off") session.showsContext = text === "on";
    else if (text !== "") throw new CommandError(`Cannot set the context to ${text}: it is on or off`);
    else session.out.print(contextLines(session, true, session.emulator.cpu.pc));
  },
  complete: () => ["on", "off"],
};
