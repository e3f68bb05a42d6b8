/** `quit`: ends the session. */

import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const quit: Command = {
  name: "quit",
  aliases: ["q", "exit"],
  usage: "quit [STATUS]",
  summary: "End the guest and the session; in a closure's `repl()`, have the closure go on",
  example: "quit",
  run(session, text) {
    if (session.isVisited) return session.leave();
    const status = Number(text);
    if (!Number.isInteger(status) || status < 0 || status > 255) {
      throw new CommandError(`Cannot quit with ${text}: 0 to 255`);
    }
    session.quitStatus = status;
  },
  complete: () => [],
};
