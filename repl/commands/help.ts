/** `help`: what can be typed. */

import { suggest } from "../../mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import { helpTable, helpTopic } from "../views/help.ts";
import type { Command } from "./command.ts";

/** Makes the command, over the table that it explains. */
export function makeHelp(table: () => readonly Command[]): Command {
  return {
    name: "help",
    aliases: ["h"],
    usage: "help [COMMAND]",
    summary: "Show what can be typed, or how a command is used",
    example: "help break",
    run(session, text) {
      const { out } = session;
      if (text === "") return out.print(helpTable(table(), out));
      const topic = table().find(({ name, aliases = [] }) => name === text || aliases.includes(text));
      if (topic !== undefined) return out.print(helpTopic(topic, out));
      const names = table().flatMap(({ name, aliases = [] }) => [name, ...aliases]);
      throw new CommandError(`There is no command \`${text}\`${didYouMean(suggest(text, names))}`);
    },
    complete: () => table().map(({ name }) => name),
  };
}
