/** `unsource`: takes a script away. */

import { basename, resolve } from "node:path";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const unsource: Command = {
  name: "unsource",
  usage: "unsource FILE",
  summary: "Detach all that a sourced file attached",
  example: "unsource hooks.ts",
  run(session, text) {
    const found = session.scripts.list().find(({ path }) => path === resolve(text) || basename(path) === text);
    if (found === undefined) throw new CommandError(`${text || "Nothing"} was not sourced; \`source\` shows what was`);
    session.scripts.unload(found.path);
  },
  complete: (session) => session.scripts.list().map(({ path }) => basename(path)),
};
