/**
 * kill(2), tkill(2), tgkill(2), sigqueue's rt_sigqueueinfo(2): signals to the guest itself. Nothing outside of it can be
 * reached: other processes of the host are refused as those of another user are.
 */

import { ERRNO } from "../abi/errno.ts";
import { FIRST_REAL_TIME, LAST_SIGNAL, SI } from "../abi/signals.ts";
import { RLIMIT } from "../abi/limits.ts";
import { copyIn } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { address, int } from "../parameters.ts";
import type { Process } from "../process.ts";
import { sendSignal } from "../signals.ts";
import { queuedSignal, sentSignal, SIGINFO_SIZE } from "../signals/siginfo.ts";
import { syscall } from "../syscall.ts";
import type { Thread } from "../threads.ts";
import { signal } from "./signal_actions.ts";

const isSignal = (number: number) => number >= 0 && number <= LAST_SIGNAL;

/** Why a signal to another process fails: there is none, or it is none of the guest's business. */
function refuse(pid: number): number {
  const exists = hostCall("kill", pid, 0);
  return exists === -ERRNO.ESRCH || exists === -ERRNO.EINVAL ? exists : -ERRNO.EPERM;
}

function send(process: Process, number: number, code: number, thread?: Thread): number {
  if (number === 0) return 0;
  const sender = { pid: process.pid, uid: process.credentials.uid };
  sendSignal(process, sentSignal(number, code, sender), thread?.signals);
  return 0;
}

export const kill = syscall(
  "kill",
  "partial",
  { pid: int, sig: signal },
  (process, { pid, sig }) => {
    if (!isSignal(sig)) return -ERRNO.EINVAL;
    if (pid === -1) return -ERRNO.ESRCH; // every process but the caller and init
    const isOwn = pid === 0 || pid === process.pid || pid === -process.group;
    return isOwn ? send(process, sig, SI.USER) : refuse(pid);
  },
  "Only the guest itself is reached: other processes are refused with EPERM",
);

function threadKill(process: Process, group: number, tid: number, number: number): number {
  if (tid <= 0 || group <= 0 || !isSignal(number)) return -ERRNO.EINVAL;
  const thread = process.threads.get(tid);
  if (thread !== undefined && group === process.pid) return send(process, number, SI.TKILL, thread);
  if (thread !== undefined || group === process.pid) return -ERRNO.ESRCH;
  return refuse(tid);
}

export const tgkill = syscall(
  "tgkill",
  "partial",
  { tgid: int, tid: int, sig: signal },
  (process, { tgid, tid, sig }) => threadKill(process, tgid, tid, sig),
  "Only the guest itself is reached",
);

export const tkill = syscall(
  "tkill",
  "partial",
  { tid: int, sig: signal },
  (process, { tid, sig }) => threadKill(process, process.threads.has(tid) ? process.pid : tid, tid, sig),
  "Only the guest itself is reached",
);

/** Sends a signal with the `siginfo_t` that the guest wrote. */
function queue(process: Process, isOwn: boolean, number: number, info: number, thread?: Thread): number {
  const bytes = copyIn(process, info, SIGINFO_SIZE);
  if (bytes === undefined) return -ERRNO.EFAULT;
  if (!isSignal(number)) return -ERRNO.EINVAL;
  if (!isOwn) return -ERRNO.EPERM;
  if (number === 0) return 0;
  const { pending, threads } = process.signals;
  const queued = threads.reduce((sum, thread) => sum + thread.pending.count, pending.count);
  const isFull = number >= FIRST_REAL_TIME && queued >= process.limits.soft(RLIMIT.RLIMIT_SIGPENDING);
  if (isFull) return -ERRNO.EAGAIN;
  sendSignal(process, queuedSignal(number, bytes), thread?.signals);
  return 0;
}

export const rt_sigqueueinfo = syscall(
  "rt_sigqueueinfo",
  "partial",
  { pid: int, sig: signal, info: address },
  (process, { pid, sig, info }) => queue(process, pid === process.pid, sig, info),
  "Only the guest itself is reached",
);

export const rt_tgsigqueueinfo = syscall(
  "rt_tgsigqueueinfo",
  "partial",
  { tgid: int, tid: int, sig: signal, info: address },
  (process, { tgid, tid, sig, info }) => {
    const thread = process.threads.get(tid);
    return queue(process, tgid === process.pid && thread !== undefined, sig, info, thread);
  },
  "Only the guest itself is reached",
);
