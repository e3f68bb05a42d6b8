/** `display`, `undisplay`: expressions that are shown after each stop; see "Automatic Display" in the gdb manual. */

import { displayText, showDisplay } from "../session/displays.ts";
import type { Command } from "./command.ts";
import { numbersIn } from "./numbers.ts";

export const display: Command = {
  name: "display",
  usage: "display[/FORMAT] [EXPRESSION]",
  summary: "Show an expression now and after each stop; without one, all there are",
  details: "With a FORMAT of memory, such as /i, /s or /4gx, it is an address as for `x`; else it is as for `print`.",
  example: "display/i $pc\ndisplay $rsp",
  async run(session, text) {
    const match = /^(?:\/(\S*))?\s*(.*)$/s.exec(text);
    const [format, expression] = [match?.[1] ?? "", match?.[2] ?? ""];
    if (expression === "") return await session.displays.show(session);
    const added = session.displays.add(format, expression);
    try {
      await showDisplay(session, added);
    } catch (error) {
      session.displays.remove(added.number);
      throw error;
    }
  },
};

export const undisplay: Command = {
  name: "undisplay",
  usage: "undisplay [NUMBER...]",
  summary: "Do not show an expression any more; without a number, none",
  example: "display $rsp\nundisplay 1",
  run(session, text) {
    if (text === "") return session.displays.clear();
    for (const number of numbersIn(text, "info display")) session.displays.remove(number);
  },
  complete: (session) => session.displays.list().map(({ number }) => String(number)),
};

/** Lines of `info display`. */
export function displayLines(
  list: readonly { number: number; isEnabled: boolean; format: string; expression: string }[],
) {
  if (list.length === 0) return ["There are no auto-display expressions now."];
  return [
    "Auto-display expressions now in effect:",
    "Num Enb Expression",
    ...list.map((each) => `${each.number}:   ${each.isEnabled ? "y" : "n"}  ${displayText(each)}`),
  ];
}
