/**
 * Handlers, masks and the alternate stack: sigaction(2), sigprocmask(2), sigpending(2), sigreturn(2), sigaltstack(2).
 */

import { REGISTER_INDEX } from "../../arch/x86_64.ts";
import { ERRNO } from "../abi/errno.ts";
import { LAST_SIGNAL, MINSIGSTKSZ, SIGNAL, SIGNAL_HOW, SS, UNBLOCKABLE } from "../abi/signals.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, choice, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { isOnStack } from "../signals.ts";
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
      process.signals.setAction(signum, action, [process.thread.signals]);
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

/** `stack_t`: start, flags, size. */
const STACK_SIZE = 24;

function stackRecord(process: Process): Uint8Array<ArrayBuffer> {
  const { alternateStack: stack } = process.thread.signals;
  const isOn = isOnStack(stack, process.registers.general(REGISTER_INDEX.rsp)) && !(stack.flags & SS.SS_DISABLE);
  const bytes = new Uint8Array(STACK_SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, stack.start, true);
  view.setUint32(8, isOn ? stack.flags | SS.SS_ONSTACK : stack.flags, true);
  view.setBigUint64(16, BigInt(stack.size), true);
  return bytes;
}

function setStack(process: Process, bytes: Uint8Array<ArrayBuffer>): number {
  const { signals } = process.thread;
  const view = new DataView(bytes.buffer);
  const { alternateStack } = signals;
  const isOn = isOnStack(alternateStack, process.registers.general(REGISTER_INDEX.rsp));
  if (isOn && !(alternateStack.flags & SS.SS_DISABLE)) return -ERRNO.EPERM;
  const flags = view.getUint32(8, true);
  const mode = (flags & ~SS.SS_AUTODISARM) >>> 0;
  if (mode !== 0 && mode !== SS.SS_ONSTACK && mode !== SS.SS_DISABLE) return -ERRNO.EINVAL;
  if (mode === SS.SS_DISABLE) {
    signals.alternateStack = { start: 0n, size: 0, flags };
    return 0;
  }
  const length = view.getBigUint64(16, true);
  if (length < BigInt(MINSIGSTKSZ)) return -ERRNO.ENOMEM;
  signals.alternateStack = { start: view.getBigUint64(0, true), size: Number(length), flags: flags & ~SS.SS_ONSTACK };
  return 0;
}

export const sigaltstack = syscall(
  "sigaltstack",
  "full",
  { ss: address, old_ss: address },
  (process, { ss, old_ss }) => {
    const bytes = ss === 0 ? undefined : copyIn(process, ss, STACK_SIZE);
    if (ss !== 0 && bytes === undefined) return -ERRNO.EFAULT;
    const old = stackRecord(process);
    const result = bytes === undefined ? 0 : setStack(process, bytes);
    if (result !== 0) return result;
    return old_ss === 0 || copyOut(process, old_ss, old) ? 0 : -ERRNO.EFAULT;
  },
);
