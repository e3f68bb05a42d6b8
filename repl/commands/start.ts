/** `start`: to the beginning of main. */

import { makeBreakpoint } from "./break.ts";
import type { Command } from "./command.ts";
import { startOver } from "./run.ts";
import { hex } from "../views/hex.ts";

export const start: Command = {
  name: "start",
  usage: "start [ARGUMENT...]",
  summary: "Run the guest from its start to its main function",
  details: "A program without a symbol `main` stops at its entry point.",
  example: "start",
  async run(session, text) {
    await startOver(session, text);
    const hasMain = session.emulator.symbols.matching("main").length > 0;
    await makeBreakpoint(session, hasMain ? "main" : `*${hex(session.emulator.entry)}`, true);
    await session.run(() => session.control.continue());
  },
  complete: () => [],
};
