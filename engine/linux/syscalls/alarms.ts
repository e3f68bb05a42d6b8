/** Timers that send signals: alarm(2), setitimer(2), getitimer(2), timer_create(2) and its family. */

import { ERRNO } from "../abi/errno.ts";
import { LAST_SIGNAL, SI, SIGNAL } from "../abi/signals.ts";
import { CLOCK, ITIMER, SIGEV, TIMER } from "../abi/time.ts";
import { readDuration, readTimeval, timespec, timeval } from "../durations.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, choice, flags, int, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { kernelSignal, timerSignal } from "../signals/siginfo.ts";
import { syscall } from "../syscall.ts";
import type { Timer } from "../timers.ts";
import { clockTime } from "./clocks.ts";

const ITIMER_SIGNALS: Readonly<Record<number, number>> = {
  [ITIMER.ITIMER_REAL]: SIGNAL.SIGALRM,
  [ITIMER.ITIMER_VIRTUAL]: SIGNAL.SIGVTALRM,
  [ITIMER.ITIMER_PROF]: SIGNAL.SIGPROF,
};

/** A timer of setitimer(2), made when it is asked for first. */
function intervalTimer(process: Process, which: number): Timer {
  const { timers } = process;
  let timer = timers.interval.get(which);
  if (timer === undefined) {
    const signal = ITIMER_SIGNALS[which];
    timer = timers.add(which === ITIMER.ITIMER_REAL ? "real" : "cpu", () => kernelSignal(signal, SI.KERNEL));
    timers.interval.set(which, timer);
  }
  return timer;
}

export const alarm = syscall("alarm", "full", { seconds: unsigned }, (process, { seconds }) => {
  const timer = intervalTimer(process, ITIMER.ITIMER_REAL);
  const { left } = timer;
  timer.set(seconds * 1000, 0);
  // Rounded to the nearest second, but never down to none.
  return left === 0 ? 0 : Math.max(1, Math.round(left / 1000));
});

/** Interval and time left, as `struct itimerval` or `struct itimerspec`. */
function timerRecord(timer: Timer, encode: (milliseconds: number) => Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(32);
  bytes.set(encode(timer.interval));
  bytes.set(encode(timer.left), 16);
  return bytes;
}

const which = choice(ITIMER);

export const getitimer = syscall(
  "getitimer",
  "full",
  { which, value: address },
  (process, { which, value }) => {
    if (!(which in ITIMER_SIGNALS)) return -ERRNO.EINVAL;
    return copyOut(process, value, timerRecord(intervalTimer(process, which), timeval)) ? 0 : -ERRNO.EFAULT;
  },
);

export const setitimer = syscall(
  "setitimer",
  "full",
  { which, value: address, old: address },
  (process, { which, value, old }) => {
    const bytes = value === 0 ? new Uint8Array(32) : copyIn(process, value, 32);
    const interval = readTimeval(bytes);
    const delay = readTimeval(bytes?.subarray(16));
    if (typeof interval === "object") return interval.failure;
    if (typeof delay === "object") return delay.failure;
    if (!(which in ITIMER_SIGNALS)) return -ERRNO.EINVAL;
    const timer = intervalTimer(process, which);
    const before = timerRecord(timer, timeval);
    timer.set(delay, interval);
    return old === 0 || copyOut(process, old, before) ? 0 : -ERRNO.EFAULT;
  },
);

/** `struct sigevent`: sigev_value, sigev_signo, sigev_notify, the thread for SIGEV_THREAD_ID. */
const EVENT_SIZE = 64;

export const timer_create = syscall(
  "timer_create",
  "partial",
  { clockid: choice(CLOCK), sevp: address, timerid: address },
  (process, { clockid, sevp, timerid }) => {
    if (clockTime(process, clockid) === undefined) return -ERRNO.EINVAL;
    const { timers } = process;
    const event = sevp === 0 ? undefined : copyIn(process, sevp, EVENT_SIZE);
    if (sevp !== 0 && event === undefined) return -ERRNO.EFAULT;
    let id = 0;
    while (timers.created.has(id)) id++;
    const view = event && new DataView(event.buffer);
    const notify = view?.getInt32(12, true) ?? SIGEV.SIGEV_SIGNAL;
    const signal = view?.getInt32(8, true) ?? SIGNAL.SIGALRM;
    const value = view?.getBigUint64(0, true) ?? BigInt(id);
    const known: readonly number[] = [SIGEV.SIGEV_SIGNAL, SIGEV.SIGEV_NONE, SIGEV.SIGEV_THREAD_ID];
    if (!known.includes(notify)) return -ERRNO.EINVAL;
    if (notify !== SIGEV.SIGEV_NONE && !(signal >= 1 && signal <= LAST_SIGNAL)) return -ERRNO.EINVAL;
    const tid = notify === SIGEV.SIGEV_THREAD_ID ? view?.getInt32(16, true) ?? 0 : undefined;
    if (tid !== undefined && !process.threads.has(tid)) return -ERRNO.EINVAL;
    if (!copyOut(process, timerid, new Uint8Array(Int32Array.of(id).buffer))) return -ERRNO.EFAULT;
    const isCpu = clockid === CLOCK.CLOCK_PROCESS_CPUTIME_ID || clockid === CLOCK.CLOCK_THREAD_CPUTIME_ID;
    const inform = notify === SIGEV.SIGEV_NONE ? undefined : () => timerSignal(signal, SI.TIMER, { id, value });
    timers.created.set(id, { timer: timers.add(isCpu ? "cpu" : "real", inform, tid), clock: clockid });
    return 0;
  },
  "Signals of several ends in a row are one, with the overrun count of the last",
);

export const timer_settime = syscall(
  "timer_settime",
  "full",
  { timerid: int, flags: flags(TIMER), value: address, old: address },
  (process, { timerid, flags: how, value, old }) => {
    const bytes = copyIn(process, value, 32);
    const interval = readDuration(bytes);
    const delay = readDuration(bytes?.subarray(16));
    if (typeof interval === "object") return interval.failure;
    if (typeof delay === "object") return delay.failure;
    const created = process.timers.created.get(timerid);
    if (created === undefined) return -ERRNO.EINVAL;
    const { timer, clock } = created;
    const before = timerRecord(timer, timespec);
    const isAbsolute = how & TIMER.TIMER_ABSTIME && delay > 0;
    // A time that has passed already is the shortest delay: 0 would stop the timer.
    timer.set(isAbsolute ? Math.max(1e-6, delay - (clockTime(process, clock) ?? 0)) : delay, interval);
    return old === 0 || copyOut(process, old, before) ? 0 : -ERRNO.EFAULT;
  },
);

export const timer_gettime = syscall(
  "timer_gettime",
  "full",
  { timerid: int, value: address },
  (process, { timerid, value }) => {
    const created = process.timers.created.get(timerid);
    if (created === undefined) return -ERRNO.EINVAL;
    return copyOut(process, value, timerRecord(created.timer, timespec)) ? 0 : -ERRNO.EFAULT;
  },
);

export const timer_getoverrun = syscall(
  "timer_getoverrun",
  "full",
  { timerid: int },
  (process, { timerid }) => process.timers.created.get(timerid)?.timer.overruns ?? -ERRNO.EINVAL,
);

export const timer_delete = syscall("timer_delete", "full", { timerid: int }, (process, { timerid }) => {
  const created = process.timers.created.get(timerid);
  if (created === undefined) return -ERRNO.EINVAL;
  process.timers.remove(created.timer);
  process.timers.created.delete(timerid);
  return 0;
});
