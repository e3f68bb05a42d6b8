/** `interrupt`: stops the guest that runs in the background. */

import type { Command } from "./command.ts";

export const interrupt: Command = {
  name: "interrupt",
  usage: "interrupt",
  summary: "Stop the guest that runs in the background",
  example: "continue &\ninterrupt",
  async run(session) {
    session.interrupt();
    await session.settled();
  },
  complete: () => [],
};
