/** `down`: what the selected frame called; see "Selecting a Frame" in the gdb manual. */

import { showFrame } from "../session/show_frame.ts";
import { type Command, countOf } from "./command.ts";

export const down: Command = {
  name: "down",
  usage: "down [COUNT]",
  summary: "Select the frame that the selected one called",
  example: "break main\nrun\nup\ndown",
  run(session, text) {
    session.requireAlive();
    showFrame(session, session.selection.select(session.selection.level - countOf(text)));
  },
  complete: () => [],
};
