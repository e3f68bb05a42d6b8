/** `disable`: see "Disabling Breakpoints" in the gdb manual. */

import type { Command } from "./command.ts";
import { setDisplays } from "./enable.ts";
import { attachmentsOf, numbersOf } from "./numbers.ts";

export const disableCommand: Command = {
  name: "disable",
  aliases: ["dis"],
  usage: "disable [NUMBER...]",
  summary: "Have breakpoints, watchpoints, catchpoints and hooks do nothing for now",
  details: "Without a number, all but hooks. 2-4 means those from 2 to 4. `disable display NUMBER` is for displays.",
  example: "break main\ndisable 1",
  run(session, text) {
    const display = /^display\b(.*)$/s.exec(text);
    if (display !== null) return setDisplays(session, display[1], false);
    for (const each of attachmentsOf(session, text)) each.disable();
  },
  complete: (session) => ["display", ...numbersOf(session)],
};
