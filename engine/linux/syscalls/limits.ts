/** Limits and usage: getrlimit(2), setrlimit(2), prlimit(2), getrusage(2), times(2). */

import { ERRNO } from "../abi/errno.ts";
import { RLIMIT, RUSAGE } from "../abi/limits.ts";
import { CLOCK } from "../abi/time.ts";
import { processCpuTime, threadCpuTime } from "../cpu_times.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { hostCall, hostCall64 } from "../host.ts";
import type { Limit } from "../limits.ts";
import { address, choice, int } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";
import { usageRecord, userAndSystem } from "../usage.ts";

const resource = choice(RLIMIT);
const kept = "Open files, address space, data and queued signals are held to; others are kept and told";

function limitRecord({ soft, hard }: Limit): Uint8Array {
  return new Uint8Array(BigUint64Array.of(soft, hard).buffer);
}

/** Sets a limit from a guest record. @returns 0, or a negative errno. */
function setLimit(process: Process, number: number, record: Uint8Array<ArrayBuffer>): number {
  const [soft, hard] = new BigUint64Array(record.buffer);
  const old = process.limits.get(number);
  if (old === undefined || soft > hard) return -ERRNO.EINVAL;
  if (hard > old.hard && process.credentials.euid !== 0) return -ERRNO.EPERM;
  process.limits.set(number, { soft, hard });
  if (number === RLIMIT.RLIMIT_NOFILE) process.files.limit = process.limits.openFiles;
  return 0;
}

export const getrlimit = syscall(
  "getrlimit",
  "full",
  { resource, limit: address },
  (process, { resource, limit }) => {
    const found = process.limits.get(resource);
    if (found === undefined) return -ERRNO.EINVAL;
    return copyOut(process, limit, limitRecord(found)) ? 0 : -ERRNO.EFAULT;
  },
);

export const setrlimit = syscall(
  "setrlimit",
  "partial",
  { resource, limit: address },
  (process, { resource, limit }) => {
    const record = copyIn(process, limit, 16);
    return record === undefined ? -ERRNO.EFAULT : setLimit(process, resource, record);
  },
  kept,
);

export const prlimit64 = syscall(
  "prlimit64",
  "partial",
  { pid: int, resource, new_limit: address, old_limit: address },
  (process, { pid, resource, new_limit, old_limit }) => {
    const record = new_limit === 0 ? undefined : copyIn(process, new_limit, 16);
    if (new_limit !== 0 && record === undefined) return -ERRNO.EFAULT;
    if (process.limits.get(resource) === undefined) return -ERRNO.EINVAL;
    const target = pid === 0 ? process : process.table.processOf(pid);
    if (target === undefined) {
      return pid < 0 || hostCall("kill", pid, 0) === -ERRNO.ESRCH ? -ERRNO.ESRCH : -ERRNO.EPERM;
    }
    const old = target.limits.get(resource) as Limit;
    const { uid, euid } = process.credentials;
    if (euid !== 0 && uid !== target.credentials.uid) return -ERRNO.EPERM;
    const result = record === undefined ? 0 : setLimit(target, resource, record);
    if (result !== 0) return result;
    return old_limit === 0 || copyOut(process, old_limit, limitRecord(old)) ? 0 : -ERRNO.EFAULT;
  },
  kept,
);

/** The calling thread, a process itself, or the children that it has waited for. */
function spentBy(process: Process, who: number): bigint {
  if (who === RUSAGE.RUSAGE_CHILDREN) return process.spent.children;
  return who === RUSAGE.RUSAGE_THREAD ? threadCpuTime(process, process.thread) : processCpuTime(process);
}

export const getrusage = syscall(
  "getrusage",
  "partial",
  { who: choice(RUSAGE), usage: address },
  (process, { who, usage }) => {
    const known: readonly number[] = Object.values(RUSAGE);
    if (!known.includes(who)) return -ERRNO.EINVAL;
    return copyOut(process, usage, usageRecord(process, spentBy(process, who))) ? 0 : -ERRNO.EFAULT;
  },
  "Memory and faults are the host process's",
);

const TICKS_PER_SECOND = 100n;

export const times = syscall("times", "full", { buffer: address }, (process, { buffer }) => {
  const ticks = [processCpuTime(process), process.spent.children]
    .flatMap((time) => userAndSystem(process, time * TICKS_PER_SECOND / 1_000_000_000n));
  if (buffer !== 0 && !copyOut(process, buffer, new Uint8Array(new BigInt64Array(ticks).buffer))) return -ERRNO.EFAULT;
  const uptime = process.world.clock.time(CLOCK.CLOCK_BOOTTIME);
  return uptime === undefined ? hostCall64("times", 0) : uptime * TICKS_PER_SECOND / 1_000_000_000n;
});
