/** `list`: source lines. */

import type { SourcePlace } from "../../mod.ts";
import { addressOf, locationOf } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { sourceRows } from "../session/source_text.ts";
import { sourceLines } from "../views/source.ts";
import type { Command } from "./command.ts";

/** The line of a place: of code, or a line of a file whether it has code or not. */
async function placeOf(session: Session, text: string): Promise<SourcePlace | undefined> {
  const { symbols } = session.emulator;
  const line = /^(?:(.+):)?(\d+)$/.exec(text);
  if (line === null) return symbols.statementAt(await addressOf(session, text));
  const found = symbols.find(line[1] === undefined ? String(await locationOf(session, text)) : text).source;
  return found === undefined ? undefined : { ...found, line: Number(line[2]) };
}

export const list: Command = {
  name: "list",
  aliases: ["l"],
  usage: "list [LOCATION]",
  summary: "Show source lines around a place",
  details: "The program must have debug information (gcc -g), and its source must be on this machine.",
  example: "list main",
  async run(session, text) {
    const place = text === "" ? session.selection.current?.source : await placeOf(session, text);
    if (place === undefined) throw new CommandError("No source line is known there; compile with -g, or use `disasm`");
    const rows = sourceRows(place, 5, 5);
    if (rows.length === 0) {
      throw new CommandError(`Cannot show ${place.file}:${place.line}: there is no ${place.directory}/${place.file}`);
    }
    session.out.print(sourceLines(rows, session.out.style));
  },
};
