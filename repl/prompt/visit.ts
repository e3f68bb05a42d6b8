/** The prompt that a closure opens with `repl()` where there is none: over a guest of `ceratops run`. */

import type { Emulator } from "../../mod.ts";
import { repl } from "./repl.ts";

/** Opens the prompt over a guest that a closure holds, until the person leaves. */
export async function visit(emulator: Emulator, values: Readonly<Record<string, unknown>>): Promise<void> {
  await repl({ emulatorOptions: { program: "the guest" }, visited: { emulator, values }, init: false });
}
