/** What scripts of `ceratops run` have at hand: the guest, no commands, and a prompt when one is asked for. */

import type { Emulator, ScriptHost } from "../../mod.ts";

/** Makes it for a guest. */
export function scriptHost(emulator: Emulator): ScriptHost {
  return {
    emulator,
    // Without a prompt there is nobody to type a command.
    command: () => ({ [Symbol.dispose]() {} }),
    repl: async (values) => await (await import("../prompt/visit.ts")).visit(emulator, values),
  };
}
