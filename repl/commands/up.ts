/** `up`: the caller; see "Selecting a Frame" in the gdb manual. */

import { showFrame } from "../session/show_frame.ts";
import { type Command, countOf } from "./command.ts";

export const up: Command = {
  name: "up",
  usage: "up [COUNT]",
  summary: "Select the caller of the selected frame",
  details: "`print`, `info locals`, `list` and the like are about the selected frame, until the guest goes on.",
  example: "break main\nrun\nup",
  run(session, text) {
    session.requireAlive();
    showFrame(session, session.selection.select(session.selection.level + countOf(text)));
  },
  complete: () => [],
};
