/**
 * Scheduling: sched_yield(2), sched_getaffinity(2), sched_getparam(2) and what sets them. The guest has one CPU and
 * the default policy; what it sets is checked and forgotten. Nice values are in priority.ts.
 */

import { ERRNO } from "../abi/errno.ts";
import { copyIn, copyOut, writable } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { address, bits, int, size, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";
import { mayBeNice } from "./priority.ts";

const ignored = "What is set changes nothing";
/** Whether a thread of the guest's is meant. */
const isOwn = ({ table }: Process, pid: number) => pid === 0 || table.processOf(pid) !== undefined;
const POLICIES = [0, 1, 2, 3, 5, 6];
/** Policies with priorities 1 to 99: SCHED_FIFO and SCHED_RR. */
const REAL_TIME = [1, 2];

const threadOf = ({ table, thread }: Process, pid: number) =>
  table.tasks.find((task) => task.thread.tid === pid)?.thread ?? thread;

/** Others of the host may be asked about, not changed. */
const refuseOther = (pid: number) => hostCall("kill", pid, 0) === -ERRNO.ESRCH ? -ERRNO.ESRCH : -ERRNO.EPERM;

/** The thread is ready again at once, but its turn is over. */
export const sched_yield = syscall("sched_yield", "full", {}, ({ table }) => {
  return table.tasks.length === 1 ? 0 : { wait: { ready: () => true }, retry: () => 0, interrupt: () => 0 };
});

/** One CPU, number 0: programs then do not start threads to use others. */
export const sched_getaffinity = syscall(
  "sched_getaffinity",
  "full",
  { pid: int, size, mask: address },
  (process, { pid, size, mask }) => {
    if (size % 8 !== 0 || size === 0) return -ERRNO.EINVAL;
    if (!isOwn(process, pid)) return -ERRNO.ESRCH;
    return copyOut(process, mask, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)) ? 8 : -ERRNO.EFAULT;
  },
);

export const sched_setaffinity = syscall(
  "sched_setaffinity",
  "full",
  { pid: int, size, mask: address },
  (process, { pid, size, mask }) => {
    if (size === 0) return -ERRNO.EINVAL;
    const first = copyIn(process, mask, 1);
    if (first === undefined) return -ERRNO.EFAULT;
    if (!isOwn(process, pid)) return refuseOther(pid);
    return first[0] & 1 ? 0 : -ERRNO.EINVAL;
  },
);

export const getcpu = syscall("getcpu", "full", { cpu: address, node: address }, (process, { cpu, node }) => {
  const written = [cpu, node].every((at) => at === 0 || copyOut(process, at, new Uint8Array(4)));
  return written ? 0 : -ERRNO.EFAULT;
});

export const sched_getscheduler = syscall(
  "sched_getscheduler",
  "full",
  { pid: int },
  (process, { pid }) => pid < 0 ? -ERRNO.EINVAL : isOwn(process, pid) ? 0 : hostCall("sched_getscheduler", pid),
);

export const sched_setscheduler = syscall(
  "sched_setscheduler",
  "partial",
  { pid: int, policy: int, param: address },
  (process, { pid, policy, param }) => {
    const record = copyIn(process, param, 4);
    if (pid < 0 || policy < 0 || param === 0) return -ERRNO.EINVAL;
    if (record === undefined) return -ERRNO.EFAULT;
    if (!isOwn(process, pid)) return refuseOther(pid);
    if (!POLICIES.includes(policy)) return -ERRNO.EINVAL;
    const priority = new DataView(record.buffer).getInt32(0, true);
    if (REAL_TIME.includes(policy)) return priority >= 1 && priority <= 99 ? -ERRNO.EPERM : -ERRNO.EINVAL;
    return priority === 0 ? 0 : -ERRNO.EINVAL;
  },
  "Real-time policies are refused with EPERM",
);

export const sched_getparam = syscall(
  "sched_getparam",
  "full",
  { pid: int, param: address },
  (process, { pid, param }) => {
    if (pid < 0 || param === 0) return -ERRNO.EINVAL;
    if (!isOwn(process, pid)) return hostCall("sched_getparam", pid, writable(process, param, 4));
    return copyOut(process, param, new Uint8Array(4)) ? 0 : -ERRNO.EFAULT;
  },
);

export const sched_setparam = syscall(
  "sched_setparam",
  "full",
  { pid: int, param: address },
  (process, { pid, param }) => {
    if (pid < 0 || param === 0) return -ERRNO.EINVAL;
    const record = copyIn(process, param, 4);
    if (record === undefined) return -ERRNO.EFAULT;
    if (!isOwn(process, pid)) return refuseOther(pid);
    return new DataView(record.buffer).getInt32(0, true) === 0 ? 0 : -ERRNO.EINVAL;
  },
);

/** Bytes of the first version of `struct sched_attr`. */
const ATTRIBUTES_BYTES = 48;
/** Where its nice value is. */
const ATTRIBUTES_NICE = 16;

export const sched_getattr = syscall(
  "sched_getattr",
  "full",
  { pid: int, attr: address, size: unsigned, flags: unsigned },
  (process, { pid, attr, size, flags }) => {
    if (pid < 0 || attr === 0 || size < ATTRIBUTES_BYTES || size > 4096 || flags !== 0) return -ERRNO.EINVAL;
    if (!isOwn(process, pid)) return -ERRNO.ESRCH;
    const record = new Uint8Array(ATTRIBUTES_BYTES);
    record[0] = ATTRIBUTES_BYTES;
    new DataView(record.buffer).setInt32(ATTRIBUTES_NICE, (threadOf(process, pid)).nice, true);
    return copyOut(process, attr, record) ? 0 : -ERRNO.EFAULT;
  },
);

export const sched_setattr = syscall(
  "sched_setattr",
  "partial",
  { pid: int, attr: address, flags: unsigned },
  (process, { pid, attr, flags }) => {
    if (pid < 0 || attr === 0 || flags !== 0) return -ERRNO.EINVAL;
    const record = copyIn(process, attr, ATTRIBUTES_BYTES);
    if (record === undefined) return -ERRNO.EFAULT;
    if (!isOwn(process, pid)) return refuseOther(pid);
    const view = new DataView(record.buffer);
    const policy = view.getUint32(4, true);
    if (!POLICIES.includes(policy)) return -ERRNO.EINVAL;
    if (REAL_TIME.includes(policy)) return -ERRNO.EPERM;
    const nice = view.getInt32(ATTRIBUTES_NICE, true);
    if (nice < -20 || nice > 19) return -ERRNO.EINVAL;
    const thread = threadOf(process, pid);
    if (!mayBeNice(process, thread, nice)) return -ERRNO.EPERM;
    thread.nice = nice;
    return 0;
  },
  "Real-time policies are refused with EPERM",
);

const bound = (realTime: number) => (_: Process, { policy }: { policy: number }) =>
  REAL_TIME.includes(policy) ? realTime : POLICIES.includes(policy) ? 0 : -ERRNO.EINVAL;

export const sched_get_priority_max = syscall("sched_get_priority_max", "full", { policy: int }, bound(99));
export const sched_get_priority_min = syscall("sched_get_priority_min", "full", { policy: int }, bound(1));

export const sched_rr_get_interval = syscall(
  "sched_rr_get_interval",
  "full",
  { pid: int, interval: address },
  (process, { pid, interval }) => {
    if (pid < 0) return -ERRNO.EINVAL;
    if (!isOwn(process, pid)) return -ERRNO.ESRCH;
    const record = new Uint8Array(BigInt64Array.of(0n, 4_000_000n).buffer);
    return copyOut(process, interval, record) ? 0 : -ERRNO.EFAULT;
  },
);

export const ioprio_get = syscall("ioprio_get", "full", { which: int, who: int }, () => 0);
export const ioprio_set = syscall(
  "ioprio_set",
  "partial",
  { which: int, who: int, priority: bits },
  () => 0,
  ignored,
);
