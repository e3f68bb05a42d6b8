/** `images`: the files mapped in the guest, gdb's `info sharedlibrary`. */

import { imageLines } from "../views/maps.ts";
import type { Command } from "./command.ts";

export const images: Command = {
  name: "images",
  aliases: ["sharedlibrary"],
  usage: "images",
  summary: "Show the program, its interpreter and its libraries",
  example: "images",
  run(session) {
    session.out.print(imageLines(session.emulator.symbols.images));
  },
  complete: () => [],
};
