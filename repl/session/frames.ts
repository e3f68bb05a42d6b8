/** Callers of the guest, from the unwinder; what it only guesses is shown as a guess, and never run to. */

import type { Emulator } from "../../mod.ts";

/** Where the function at hand returns to, and the stack pointer after that. */
export interface ReturnPlace {
  readonly address: bigint;
  readonly sp: bigint;
}

/** Where the function at hand returns to, if that is known. */
export function returnPlace(emulator: Emulator): ReturnPlace | undefined {
  const caller = emulator.cpu.backtrace(2)[1];
  return caller === undefined || caller.how === "guess" ? undefined : { address: caller.pc, sp: caller.sp };
}
