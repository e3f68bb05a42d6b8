/**
 * kill(2), tkill(2), tgkill(2), sigqueue's rt_sigqueueinfo(2): signals to the guest's processes. Nothing else can be
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

function send(process: Process, target: Process, number: number, code: number, thread?: Thread): number {
  if (number === 0 || target.ending !== undefined) return 0;
  const sender = { pid: process.pid, uid: process.credentials.uid };
  sendSignal(target, sentSignal(number, code, sender), thread?.signals);
  return 0;
}

/** Processes of the guest that kill(2) means by a number. */
function targets(process: Process, pid: number): Process[] {
  const { table } = process;
  if (pid > 0) return [table.processes.get(pid)].filter((found) => found !== undefined);
  if (pid === -1) return [...table.processes.values()].filter((other) => other !== process);
  return table.group(pid === 0 ? process.group : -pid);
}

export const kill = syscall(
  "kill",
  "partial",
  { pid: int, sig: signal },
  (process, { pid, sig }) => {
    if (!isSignal(sig)) return -ERRNO.EINVAL;
    const found = targets(process, pid);
    if (found.length === 0) return pid === -1 ? -ERRNO.ESRCH : refuse(pid);
    for (const target of found) send(process, target, sig, SI.USER);
    return 0;
  },
  "Only the guest's own processes are reached: others are refused with EPERM",
);

/** @param group The process; any without it. */
function threadKill(process: Process, group: number | undefined, tid: number, number: number): number {
  if (tid <= 0 || group !== undefined && group <= 0 || !isSignal(number)) return -ERRNO.EINVAL;
  const found = process.table.tasks.find(({ thread }) => thread.tid === tid);
  const isGuest = found !== undefined || group !== undefined && process.table.processes.has(group);
  if (!isGuest) return refuse(tid);
  if (found === undefined || group !== undefined && found.process.pid !== group) return -ERRNO.ESRCH;
  return send(process, found.process, number, SI.TKILL, found.thread);
}

export const tgkill = syscall(
  "tgkill",
  "partial",
  { tgid: int, tid: int, sig: signal },
  (process, { tgid, tid, sig }) => threadKill(process, tgid, tid, sig),
  "Only the guest's own processes are reached",
);

export const tkill = syscall(
  "tkill",
  "partial",
  { tid: int, sig: signal },
  (process, { tid, sig }) => threadKill(process, undefined, tid, sig),
  "Only the guest's own processes are reached",
);

/** Sends a signal with the `siginfo_t` that the guest wrote. */
function queue(process: Process, target: Process | undefined, number: number, info: number, thread?: Thread): number {
  const bytes = copyIn(process, info, SIGINFO_SIZE);
  if (bytes === undefined) return -ERRNO.EFAULT;
  if (!isSignal(number)) return -ERRNO.EINVAL;
  if (target === undefined) return -ERRNO.EPERM;
  // Only the kernel says that a signal is its own, or from kill(2) or tgkill(2).
  const code = new DataView(bytes.buffer).getInt32(8, true);
  if (target !== process && (code >= 0 || code === SI.TKILL)) return -ERRNO.EPERM;
  if (number === 0 || target.ending !== undefined) return 0;
  const { pending, threads } = target.signals;
  const queued = threads.reduce((sum, each) => sum + each.pending.count, pending.count);
  const isFull = number >= FIRST_REAL_TIME && queued >= target.limits.soft(RLIMIT.RLIMIT_SIGPENDING);
  if (isFull) return -ERRNO.EAGAIN;
  sendSignal(target, queuedSignal(number, bytes), thread?.signals);
  return 0;
}

const guestOnly = "Only the guest's own processes are reached";

export const rt_sigqueueinfo = syscall(
  "rt_sigqueueinfo",
  "partial",
  { pid: int, sig: signal, info: address },
  (process, { pid, sig, info }) => queue(process, process.table.processes.get(pid), sig, info),
  guestOnly,
);

export const rt_tgsigqueueinfo = syscall(
  "rt_tgsigqueueinfo",
  "partial",
  { tgid: int, tid: int, sig: signal, info: address },
  (process, { tgid, tid, sig, info }) => {
    const target = process.table.processes.get(tgid);
    const thread = target?.threads.get(tid);
    return queue(process, thread && target, sig, info, thread);
  },
  guestOnly,
);
