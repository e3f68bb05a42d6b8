/** The stack that SA_ONSTACK handlers run on; see sigaltstack(2). */

import { ERRNO } from "../abi/errno.ts";
import { MINSIGSTKSZ, SS } from "../abi/signals.ts";

/** An alternate stack, as in `stack_t`; there is none if its size is 0. */
export interface AlternateStack {
  readonly start: bigint;
  readonly size: number;
  /** As it was set: {@linkcode SS}. */
  readonly flags: number;
}

/** Bytes of a `stack_t`: start, flags, size. */
export const STACK_RECORD_SIZE = 24;

/** What a thread begins with. */
export const NO_STACK: AlternateStack = { start: 0n, size: 0, flags: 0 };

/** Whether a stack pointer is on an alternate stack; one that disarms itself is never in use when it is asked about. */
export function isOnStack(stack: AlternateStack, sp: bigint): boolean {
  return !(stack.flags & SS.SS_AUTODISARM) && sp > stack.start && sp - stack.start <= BigInt(stack.size);
}

/** A stack as sigaltstack(2) tells it: with whether it is in use. */
export function toldStack(stack: AlternateStack, sp: bigint): AlternateStack {
  const state = stack.size === 0 ? SS.SS_DISABLE : isOnStack(stack, sp) ? SS.SS_ONSTACK : 0;
  return { ...stack, flags: state | stack.flags & SS.SS_AUTODISARM };
}

/** The stack to have from now on, or a negative errno. */
export function changedStack(stack: AlternateStack, wanted: AlternateStack, sp: bigint): AlternateStack | number {
  if (isOnStack(stack, sp)) return -ERRNO.EPERM;
  const mode = (wanted.flags & ~SS.SS_AUTODISARM) >>> 0;
  if (mode === SS.SS_DISABLE) return { start: 0n, size: 0, flags: wanted.flags };
  if (mode !== 0 && mode !== SS.SS_ONSTACK) return -ERRNO.EINVAL;
  return wanted.size < MINSIGSTKSZ ? -ERRNO.ENOMEM : wanted;
}

/** Reads a `stack_t`. */
export function decodeStack(bytes: Uint8Array): AlternateStack {
  const view = new DataView(bytes.buffer, bytes.byteOffset, STACK_RECORD_SIZE);
  return {
    start: view.getBigUint64(0, true),
    flags: view.getUint32(8, true),
    size: Number(view.getBigUint64(16, true)),
  };
}

/** A `stack_t`. */
export function encodeStack({ start, size, flags }: AlternateStack): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(STACK_RECORD_SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, start, true);
  view.setUint32(8, flags, true);
  view.setBigUint64(16, BigInt(size), true);
  return bytes;
}
