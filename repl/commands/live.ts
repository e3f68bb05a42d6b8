/** `live`: the value of an expression, while the guest runs. */

import { CommandError } from "../session/errors.ts";
import { liveView } from "../session/live.ts";
import { shownValue } from "../session/show.ts";
import type { Command } from "./command.ts";

export const live: Command = {
  name: "live",
  usage: "live EXPRESSION",
  summary: "Let the guest go on, and show a value until it stops",
  details: "EXPRESSION is TypeScript. A Map is shown as a table, the largest value first: with\n" +
    '`const sizes = new Map(); hook("malloc", ({ rdi }) => sizes.set(rdi, (sizes.get(rdi) ?? 0) + 1))`,\n' +
    "`live sizes` counts by size. Ctrl-C stops the guest; if it ran in the background before, it ends the view alone.",
  example: "live cpu.rip",
  async run(session, text) {
    if (text === "") throw new CommandError("Show what? As in `live cpu.rip`");
    const value = await session.evaluator.closure(text);
    await liveView(session, () => shownValue(session, value()));
  },
};
