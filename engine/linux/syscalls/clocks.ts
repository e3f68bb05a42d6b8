/** Clocks and sleeping: clock_gettime(2), gettimeofday(2), time(2), nanosleep(2), clock_nanosleep(2). */

import { ERRNO } from "../abi/errno.ts";
import { CLOCK, TIMER } from "../abi/time.ts";
import { processCpuTime, threadCpuTime } from "../cpu_times.ts";
import { readDuration, timespec } from "../durations.ts";
import { copyIn, copyOut, writable, writableOrNull } from "../guest_pointers.ts";
import { HostBuffer, hostCall, hostCall64 } from "../host.ts";
import { address, choice, flags } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";

const { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI } = CLOCK;
const { CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID } = CLOCK;
const clock = choice(CLOCK);
const scratch = new HostBuffer(16);
const PER_SECOND = 1_000_000_000n;

/** `struct timespec`, or `struct timeval` if a unit of its fraction is 1000 nanoseconds. */
function record(time: bigint, unit: bigint): Uint8Array {
  return new Uint8Array(BigInt64Array.of(time / PER_SECOND, time % PER_SECOND / unit).buffer);
}

/**
 * Nanoseconds of CPU time that a clock tells; undefined if that is not what it tells. Negative numbers name processes and
 * threads: their ids in all but the last three bits, then one for a thread.
 */
function cpuClock(process: Process, id: number): bigint | undefined {
  if (id === CLOCK_PROCESS_CPUTIME_ID) return processCpuTime(process);
  if (id === CLOCK_THREAD_CPUTIME_ID) return threadCpuTime(process, process.thread);
  const [task, kind] = [~(id >> 3), id & 7];
  if (id >= 0 || (kind & 3) === 3) return undefined;
  if (kind & 4) {
    const thread = task === 0 ? process.thread : process.threads.get(task);
    return thread && threadCpuTime(process, thread);
  }
  const found = task === 0 ? process : process.table.processes.get(task);
  return found && processCpuTime(found);
}

const isCpuClock = (process: Process, id: number) => cpuClock(process, id) !== undefined;

export const clock_gettime = syscall(
  "clock_gettime",
  "full",
  { clockid: clock, tp: address },
  (process, { clockid, tp }) => {
    const time = cpuClock(process, clockid) ?? process.world.clock.time(clockid);
    if (time === undefined) {
      return clockid < 0 ? -ERRNO.EINVAL : hostCall("clock_gettime", clockid, writable(process, tp, 16));
    }
    return copyOut(process, tp, record(time, 1n)) ? 0 : -ERRNO.EFAULT;
  },
);

export const clock_getres = syscall(
  "clock_getres",
  "full",
  { clockid: clock, res: address },
  (process, { clockid, res }) => {
    const id = isCpuClock(process, clockid) ? CLOCK_PROCESS_CPUTIME_ID : clockid;
    return id < 0 ? -ERRNO.EINVAL : hostCall("clock_getres", id, writableOrNull(process, res, 16));
  },
);

export const clock_settime = syscall(
  "clock_settime",
  "refused",
  { clockid: clock, tp: address },
  () => -ERRNO.EPERM,
  "The clock is the machine's: fails with EPERM",
);

export const gettimeofday = syscall(
  "gettimeofday",
  "full",
  { tv: address, tz: address },
  (process, { tv, tz }) => {
    const status = hostCall("gettimeofday", writableOrNull(process, tv, 16), writableOrNull(process, tz, 8));
    const time = process.world.clock.time(CLOCK_REALTIME);
    if (status === 0 && tv !== 0 && time !== undefined) copyOut(process, tv, record(time, 1000n));
    return status;
  },
);

export const settimeofday = syscall(
  "settimeofday",
  "refused",
  { tv: address, tz: address },
  () => -ERRNO.EPERM,
  "The clock is the machine's: fails with EPERM",
);

export const time = syscall(
  "time",
  "full",
  { tloc: address },
  (process, { tloc }) => {
    const told = hostCall64("time", writableOrNull(process, tloc, 8));
    const time = process.world.clock.time(CLOCK_REALTIME);
    if (told < 0n || time === undefined) return told;
    if (tloc !== 0) copyOut(process, tloc, record(time, 1n).subarray(0, 8));
    return time / PER_SECOND;
  },
);

/** A clock's time in milliseconds, or undefined if there is no such clock. */
export function clockTime(process: Process, id: number): number | undefined {
  const time = cpuClock(process, id) ?? process.world.clock.time(id);
  if (time !== undefined) return Number(time) / 1e6;
  if (id < 0 || hostCall("clock_gettime", id, scratch.address) < 0) return undefined;
  return Number(scratch.view.getBigInt64(0, true)) * 1000 + Number(scratch.view.getBigInt64(8, true)) / 1e6;
}

/**
 * Waits until a point in time.
 *
 * @param rest Where to write how much is left if a handler interrupts; 0 for nowhere.
 */
function sleepUntil(process: Process, deadline: number, rest: number): Result {
  const { clock } = process.world;
  if (clock.now() >= deadline) return 0;
  return {
    wait: { deadline },
    retry: () => sleepUntil(process, deadline, rest),
    interrupt: () => {
      const left = Math.max(0, deadline - clock.now());
      return rest === 0 || copyOut(process, rest, timespec(left)) ? -ERRNO.EINTR : -ERRNO.EFAULT;
    },
  };
}

export const nanosleep = syscall(
  "nanosleep",
  "full",
  { duration: address, rem: address },
  (process, { duration, rem }) => {
    const time = readDuration(copyIn(process, duration, 16));
    if (typeof time === "object") return time.failure;
    return sleepUntil(process, process.world.clock.now() + time, rem);
  },
);

export const clock_nanosleep = syscall(
  "clock_nanosleep",
  "partial",
  { clockid: clock, flags: flags(TIMER), duration: address, rem: address },
  (process, { clockid, flags: how, duration, rem }) => {
    const known: readonly number[] = [CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI];
    if (!known.includes(clockid)) return isCpuClock(process, clockid) ? -ERRNO.EOPNOTSUPP : -ERRNO.EINVAL;
    const time = readDuration(copyIn(process, duration, 16));
    if (typeof time === "object") return time.failure;
    if (!(how & TIMER.TIMER_ABSTIME)) return sleepUntil(process, process.world.clock.now() + time, rem);
    return sleepUntil(process, process.world.clock.now() + time - (clockTime(process, clockid) ?? 0), 0);
  },
  "Not by CPU time; a change of the real-time clock during an absolute sleep is not noticed",
);
