/**
 * Handlers, masks and the alternate stack: sigaction(2), sigprocmask(2), sigpending(2), sigreturn(2), sigaltstack(2).
 */

import { REGISTER_INDEX } from "../../arch/x86_64.ts";
import { ERRNO } from "../abi/errno.ts";
import { LAST_SIGNAL, SIGNAL, SIGNAL_HOW, UNBLOCKABLE } from "../abi/signals.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, choice, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { changedStack, decodeStack, encodeStack, STACK_RECORD_SIZE, toldStack } from "../signals/alternate_stack.ts";
import { failFrame } from "../signals/delivery.ts";
import { popFrame } from "../signals/frame.ts";
import { syscall } from "../syscall.ts";

/** Bytes of a `sigset_t` as the kernel has it. */
export const MASK_SIZE = 8;

/** A signal's name in strace. */
export const signal = choice(SIGNAL);

/** Reads a signal set. @returns It, or undefined if it cannot be read. */
export function readMask(process: Process, at: number): bigint | undefined {
  const bytes = copyIn(process, at, MASK_SIZE);
  return bytes && new DataView(bytes.buffer).getBigUint64(0, true);
}

/** Writes a signal set. @returns Whether it can be written. */
export function writeMask(process: Process, at: number, mask: bigint): boolean {
  return copyOut(process, at, new Uint8Array(BigUint64Array.of(mask).buffer));
}

/** `struct sigaction` of the kernel: handler, flags, restorer, mask. */
const ACTION_SIZE = 32;

export const rt_sigaction = syscall(
  "rt_sigaction",
  "full",
  { signum: signal, act: address, oldact: address, sigsetsize: size },
  (process, { signum, act, oldact, sigsetsize }) => {
    if (sigsetsize !== MASK_SIZE) return -ERRNO.EINVAL;
    const bytes = act === 0 ? undefined : copyIn(process, act, ACTION_SIZE);
    if (act !== 0 && bytes === undefined) return -ERRNO.EFAULT;
    if (!(signum >= 1 && signum <= LAST_SIGNAL)) return -ERRNO.EINVAL;
    if (act !== 0 && (signum === SIGNAL.SIGKILL || signum === SIGNAL.SIGSTOP)) return -ERRNO.EINVAL;
    const old = process.signals.action(signum);
    if (bytes !== undefined) {
      const [handler, flags, restorer, mask] = new BigUint64Array(bytes.buffer);
      const action = { handler, flags: Number(flags & 0xffff_ffffn), restorer, mask: mask & ~UNBLOCKABLE };
      process.signals.setAction(signum, action);
    }
    if (oldact === 0) return 0;
    const record = BigUint64Array.of(old.handler, BigInt(old.flags), old.restorer, old.mask);
    return copyOut(process, oldact, new Uint8Array(record.buffer)) ? 0 : -ERRNO.EFAULT;
  },
);

export const rt_sigprocmask = syscall(
  "rt_sigprocmask",
  "full",
  { how: choice(SIGNAL_HOW), set: address, oldset: address, sigsetsize: size },
  (process, { how, set, oldset, sigsetsize }) => {
    if (sigsetsize !== MASK_SIZE) return -ERRNO.EINVAL;
    const { signals } = process.thread;
    const old = signals.mask;
    if (set !== 0) {
      const mask = readMask(process, set);
      if (mask === undefined) return -ERRNO.EFAULT;
      if (how === SIGNAL_HOW.SIG_BLOCK) signals.mask = old | mask;
      else if (how === SIGNAL_HOW.SIG_UNBLOCK) signals.mask = old & ~mask;
      else if (how === SIGNAL_HOW.SIG_SETMASK) signals.mask = mask;
      else return -ERRNO.EINVAL;
    }
    return oldset === 0 || writeMask(process, oldset, old) ? 0 : -ERRNO.EFAULT;
  },
);

export const rt_sigpending = syscall(
  "rt_sigpending",
  "full",
  { set: address, sigsetsize: size },
  (process, { set, sigsetsize }) => {
    if (sigsetsize > MASK_SIZE) return -ERRNO.EINVAL;
    const { signals } = process.thread;
    const pending = (signals.pending.mask | process.signals.pending.mask) & signals.mask;
    const bytes = new Uint8Array(BigUint64Array.of(pending).buffer).subarray(0, sigsetsize);
    return copyOut(process, set, bytes) ? 0 : -ERRNO.EFAULT;
  },
);

export const rt_sigreturn = syscall("rt_sigreturn", "full", {}, (process) => {
  process.deferred = () => {
    if (!popFrame(process)) failFrame(process, SIGNAL.SIGSEGV);
  };
  return 0;
});

export const sigaltstack = syscall(
  "sigaltstack",
  "full",
  { ss: address, old_ss: address },
  (process, { ss, old_ss }) => {
    const bytes = ss === 0 ? undefined : copyIn(process, ss, STACK_RECORD_SIZE);
    if (ss !== 0 && bytes === undefined) return -ERRNO.EFAULT;
    const { signals } = process.thread;
    const sp = process.registers.general(REGISTER_INDEX.rsp);
    const old = encodeStack(toldStack(signals.alternateStack, sp));
    const stack = bytes === undefined
      ? signals.alternateStack
      : changedStack(signals.alternateStack, decodeStack(bytes), sp);
    if (typeof stack === "number") return stack;
    signals.alternateStack = stack;
    return old_ss === 0 || copyOut(process, old_ss, old) ? 0 : -ERRNO.EFAULT;
  },
);
