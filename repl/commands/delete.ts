/** `delete`: see "Deleting Breakpoints" and "Disabling Breakpoints" in the gdb manual. */

import type { Command } from "./command.ts";
import { attachmentsOf, numbersOf } from "./numbers.ts";

export const deleteCommand: Command = {
  name: "delete",
  aliases: ["d"],
  usage: "delete [NUMBER...]",
  summary: "Take breakpoints and hooks away",
  details: "Without a number, all breakpoints. 2-4 means those from 2 to 4.",
  example: "break main\ndelete 1",
  run(session, text) {
    for (const each of attachmentsOf(session, text)) each.detach();
  },
  complete: numbersOf,
};
