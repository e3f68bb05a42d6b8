/** `frame`: a frame by its number; see "Selecting a Frame" in the gdb manual. */

import { showFrame } from "../session/show_frame.ts";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const frame: Command = {
  name: "frame",
  aliases: ["f"],
  usage: "frame [NUMBER]",
  summary: "Select a frame by its number in the backtrace, and show it",
  example: "break main\nrun\nframe 1",
  run(session, text) {
    session.requireAlive();
    if (!/^\d*$/.test(text)) {
      throw new CommandError(`Cannot select frame ${text}: its number is wanted, as in \`frame 1\``);
    }
    showFrame(session, session.selection.select(text === "" ? session.selection.level : Number(text)));
  },
  complete: () => [],
};
