/** Callers of the guest, from the unwinder; what it only guesses is shown as a guess, and never run to. */

import type { Emulator } from "../../mod.ts";

/** Where the function at hand returns to, and the stack pointer after that. */
export interface ReturnPlace {
  readonly address: bigint;
  readonly sp: bigint;
}

/** Where the function at hand, or that of a frame on the stack, returns to, if that is known. */
export function returnPlace(emulator: Emulator, level = 0): ReturnPlace | undefined {
  const caller = emulator.cpu.backtrace(level + 2)[level + 1];
  return caller === undefined || caller.how === "guess" ? undefined : { address: caller.pc, sp: caller.sp };
}
