/** `list`: source lines. */

import { addressOf } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import { sourceRows } from "../session/source_text.ts";
import { sourceLines } from "../views/source.ts";
import type { Command } from "./command.ts";

export const list: Command = {
  name: "list",
  aliases: ["l"],
  usage: "list [LOCATION]",
  summary: "Show source lines around a place",
  details: "The program must have debug information (gcc -g), and its source must be on this machine.",
  example: "list main",
  async run(session, text) {
    const address = text === "" ? session.emulator.cpu.pc : await addressOf(session, text);
    const place = session.emulator.symbols.lineAt(address);
    if (place === undefined) throw new CommandError("No source line is known there; compile with -g, or use `disasm`");
    const rows = sourceRows(place, 5, 5);
    if (rows.length === 0) {
      throw new CommandError(`Cannot show ${place.file}:${place.line}: there is no ${place.directory}/${place.file}`);
    }
    session.out.print(sourceLines(rows, session.out.style));
  },
};
