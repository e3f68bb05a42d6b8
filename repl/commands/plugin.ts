/** `plugin`: plugins in use, and their reports. */

import { suggest } from "../../mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const plugin: Command = {
  name: "plugin",
  usage: "plugin [list | report [NAME]]",
  summary: "List plugins in use, or have them report what they know so far",
  example: "plugin list",
  run(session, text) {
    const { plugins } = session.emulator;
    const [action, name] = text.split(/\s+/);
    if (action === "" || action === "list") {
      const rows = plugins.map(({ plugin }) => `${plugin.name}  ${plugin.description}`);
      return session.out.print(rows.length === 0 ? "No plugin is in use." : rows);
    }
    if (action !== "report") throw new CommandError(`plugin cannot ${action}: it can list and report`);
    const chosen = plugins.filter(({ plugin }) => name === undefined || plugin.name === name);
    if (chosen.length === 0) {
      const near = didYouMean(suggest(name ?? "", plugins.map(({ plugin }) => plugin.name)));
      throw new CommandError(`No plugin ${name ?? ""} is in use`.replace("  ", " ") + near);
    }
    for (const each of chosen) {
      const parts: string[] = [];
      each.report({ write: (part) => void parts.push(part) });
      session.out.print(parts.join("").replace(/\n$/, "").split("\n"));
    }
  },
  complete: (session) => ["list", "report", ...session.emulator.plugins.map(({ plugin }) => plugin.name)],
};
