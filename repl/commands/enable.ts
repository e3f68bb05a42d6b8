/** `enable`: see "Deleting Breakpoints" and "Disabling Breakpoints" in the gdb manual. */

import type { Command } from "./command.ts";
import { attachmentsOf, numbersOf } from "./numbers.ts";

export const enableCommand: Command = {
  name: "enable",
  aliases: ["en"],
  usage: "enable [NUMBER...]",
  summary: "Have breakpoints and hooks work again",
  details: "Without a number, all breakpoints. 2-4 means those from 2 to 4.",
  example: "break main\nenable 1",
  run(session, text) {
    for (const each of attachmentsOf(session, text)) each.enable();
  },
  complete: numbersOf,
};
