/** `maps`: what is mapped where. */

import { mapLines } from "../views/maps.ts";
import type { Command } from "./command.ts";

export const maps: Command = {
  name: "maps",
  aliases: ["vmmap"],
  usage: "maps [TEXT]",
  summary: "Show what is mapped where; with TEXT, the lines that have it",
  example: "maps stack",
  run(session, text) {
    session.out.print(mapLines(session.emulator.memory.regions.list()).filter((line) => line.includes(text)));
  },
  complete: () => [],
};
