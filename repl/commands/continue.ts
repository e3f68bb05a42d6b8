/** `continue`: has the guest go on. */

import type { Command } from "./command.ts";
import { countOf } from "./command.ts";
import { background } from "./run.ts";

export const continueCommand: Command = {
  name: "continue",
  aliases: ["c", "cont", "fg"],
  usage: "continue [COUNT] [&]",
  summary: "Let the guest go on; Ctrl-C stops it",
  details:
    "With COUNT, the breakpoint that it stands at is ignored COUNT - 1 times. With &, the prompt goes on while the\n" +
    "guest runs: hooks can be attached, `cov` shows the counts, `interrupt` stops it. `fg` brings it back.",
  example: "continue &\ncov\ninterrupt",
  async run(session, text) {
    if (session.isVisited && session.emulator.isHeld) return session.leave();
    if (session.isRunning) {
      session.requireForeground();
      await session.settled();
      return;
    }
    const [rest, inBackground] = background(text);
    const count = countOf(rest);
    if (count > 1) {
      for (const each of session.attachments.breakpointsAt(session.emulator.cpu.pc)) {
        each.ignore = count - 1;
        session.out.print(`Will ignore next ${count - 1} crossings of breakpoint ${each.number}.  Continuing.`);
      }
    }
    await session.run(() => session.control.continue(), inBackground);
  },
  complete: () => [],
};
