/** Why the guest stopped. */

import type { AccessKind } from "./cpu/cpu.ts";

/** What the guest did that its CPU refused. */
export interface Fault {
  /** The instruction's address. */
  readonly pc: bigint;
  /** What happened, for people: the access and its address, the instruction, the registers it used. */
  readonly description: string;
  /** The access that was refused, if it was one. */
  readonly access?: { readonly kind: AccessKind; readonly address: bigint };
}

/**
 * Why the guest stopped; `pc` is the next instruction that it would execute, and `process` the id of the process that
 * would, if that is another one than the program.
 */
export type StopReason =
  /** It ended by itself. */
  | { readonly kind: "exited"; readonly status: number }
  /** A signal ended it. */
  | { readonly kind: "signalled"; readonly signal: number; readonly name: string; readonly fault?: Fault }
  /** A closure or breakpoint stopped it; `why` is what was said. */
  | { readonly kind: "stopped"; readonly pc: bigint; readonly process?: number; readonly why: string }
  /** The steps that were asked for are done. */
  | { readonly kind: "stepped"; readonly pc: bigint }
  /** {@linkcode Emulator.interrupt} was called. */
  | { readonly kind: "interrupted"; readonly pc: bigint }
  /** A closure threw; the guest is at the instruction it was called for. */
  | { readonly kind: "failed"; readonly pc: bigint; readonly process?: number; readonly error: unknown };
