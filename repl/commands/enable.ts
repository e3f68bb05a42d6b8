/** `enable`: see "Disabling Breakpoints" in the gdb manual. */

import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import type { Command } from "./command.ts";
import { countOf } from "./command.ts";
import { attachmentsOf, numbersIn, numbersOf } from "./numbers.ts";

/** Enables or disables displays. */
export function setDisplays(session: Session, text: string, isEnabled: boolean): void {
  const numbers = numbersIn(text, "info display");
  for (const display of session.displays.list()) {
    if (numbers.length === 0 || numbers.includes(display.number)) display.isEnabled = isEnabled;
  }
}

export const enableCommand: Command = {
  name: "enable",
  aliases: ["en"],
  usage: "enable [once | delete | count COUNT] [NUMBER...]",
  summary: "Have breakpoints, watchpoints, catchpoints and hooks work again",
  details:
    "Without a number, all but hooks. 2-4 means those from 2 to 4. once: they are disabled when they have stopped the\n" +
    "guest; delete: they are deleted then; count COUNT: they are disabled when they have stopped it so often.\n" +
    "`enable display NUMBER` is for displays.",
  example: "break main\ndisable 1\nenable once 1",
  run(session, text) {
    const [, word = "", rest = ""] = /^(once|delete|count|display)?\b\s*(.*)$/s.exec(text) ?? [];
    if (word === "display") return setDisplays(session, rest, true);
    const [, count = "", numbers = ""] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
    if (word === "count" && count === "") throw new CommandError("How often? As in `enable count 2 1`");
    for (const each of attachmentsOf(session, word === "count" ? numbers : rest)) {
      each.enable();
      each.stopsLeft = word === "count" ? countOf(count) : undefined;
      if (word !== "") each.disposition = word === "once" ? "dis" : word === "delete" ? "del" : "keep";
    }
  },
  complete: (session) => ["once", "delete", "count", "display", ...numbersOf(session)],
};
