/** `finish`: to the caller. */

import type { Command } from "./command.ts";
import { hex } from "../views/hex.ts";

export const finish: Command = {
  name: "finish",
  aliases: ["fin"],
  usage: "finish",
  summary: "Run until the function at hand has returned",
  details: "The result, rax, is shown.",
  example: "break main\nrun\nfinish",
  async run(session) {
    await session.run(async () => {
      const reason = await session.control.finish();
      if (reason.kind === "stepped") session.out.print(`Value returned: rax = ${hex(session.emulator.cpu.rax)}`);
      return reason;
    });
  },
  complete: () => [],
};
