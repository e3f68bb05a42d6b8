/** `tbreak`: a breakpoint that stops once. */

import { makeBreakpoint } from "./break.ts";
import type { Command } from "./command.ts";

export const tbreak: Command = {
  name: "tbreak",
  aliases: ["tb", "tbr", "thbreak"],
  usage: "tbreak [LOCATION] [if EXPRESSION]",
  summary: "Stop the guest at a place once",
  example: "tbreak main",
  async run(session, text) {
    await makeBreakpoint(session, text, true);
  },
};
