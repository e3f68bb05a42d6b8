/** `start`: to the beginning of main. */

import { makeBreakpoint } from "./break.ts";
import type { Command } from "./command.ts";
import { startOver } from "./run.ts";
import type { Session } from "../session/session.ts";
import { hex } from "../views/hex.ts";

/** `__libc_start_main(main, argc, argv, ...)`: Linux Standard Base, Core; glibc and musl. */
const STARTER = "__libc_start_main";

export const start: Command = {
  name: "start",
  usage: "start [ARGUMENT...]",
  summary: "Run the guest from its start to its main function",
  details: "Without a symbol `main`, it is what the C library is started with; else the entry point is the place.",
  example: "start",
  async run(session, text) {
    await startOver(session, text);
    const { entry, symbols } = session.emulator;
    const isDynamic = symbols.images.some(({ role }) => role === "interpreter");
    if (symbols.matching("main").length > 0) await makeBreakpoint(session, "main", true);
    else if (isDynamic) stopAtMain(session);
    else await makeBreakpoint(session, `*${hex(entry)}`, true);
    await session.run(() => session.control.go());
  },
  complete: () => [],
};

/** Has a program whose symbols are gone stop at the function that its entry point hands to the C library. */
function stopAtMain(session: Session): void {
  const { emulator } = session;
  const atEntry = emulator.hook(emulator.entry, async () => {
    atEntry.detach();
    const [starter] = emulator.symbols.matching(STARTER);
    if (starter === undefined) return await makeBreakpoint(session, `*${hex(emulator.entry)}`, true);
    const atStart = emulator.hook(starter.address, async ({ args: [main] }) => {
      atStart.detach();
      await makeBreakpoint(session, `*${hex(main)}`, true);
    });
  });
}
