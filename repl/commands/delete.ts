/** `delete`: see "Deleting Breakpoints" in the gdb manual. */

import type { Command } from "./command.ts";
import { attachmentsOf, numbersOf } from "./numbers.ts";
import { undisplay } from "./display.ts";

export const deleteCommand: Command = {
  name: "delete",
  aliases: ["d", "del"],
  usage: "delete [NUMBER...]",
  summary: "Take breakpoints, watchpoints, catchpoints and hooks away",
  details: "Without a number, all but hooks. 2-4 means those from 2 to 4. `delete display NUMBER` is for displays.",
  example: "break main\ndelete 1",
  run(session, text) {
    const display = /^display\b\s*(.*)$/s.exec(text);
    if (display !== null) return undisplay.run(session, display[1]);
    for (const each of attachmentsOf(session, text)) each.detach();
  },
  complete: (session) => ["display", ...numbersOf(session)],
};
