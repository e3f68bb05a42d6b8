/** `disable`: see "Deleting Breakpoints" and "Disabling Breakpoints" in the gdb manual. */

import type { Command } from "./command.ts";
import { attachmentsOf, numbersOf } from "./numbers.ts";

export const disableCommand: Command = {
  name: "disable",
  aliases: ["dis"],
  usage: "disable [NUMBER...]",
  summary: "Have breakpoints and hooks do nothing for now",
  details: "Without a number, all breakpoints. 2-4 means those from 2 to 4.",
  example: "break main\ndisable 1",
  run(session, text) {
    for (const each of attachmentsOf(session, text)) each.disable();
  },
  complete: numbersOf,
};
