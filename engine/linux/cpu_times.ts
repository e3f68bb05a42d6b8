/**
 * CPU time of threads and processes: what the host's thread spends counts for the guest thread whose turn it is.
 *
 * Leaves out how much of it was in the kernel: see usage.ts.
 */

import type { Process } from "./process.ts";
import type { Thread } from "./threads.ts";
import type { Clock } from "./world.ts";

/** Who spends CPU time at present. To ask the host at each change would take longer than the change. */
export class CpuTimes {
  #current: Thread | undefined;
  /** When that began, by the clock's progress. */
  #began = 0;
  /** Who has gone on since CPU time was asked for, and for how long. */
  readonly #shares = new Map<Thread, number>();
  #settled = 0n;

  /** A thread goes on. */
  switchTo(thread: Thread, clock: Clock): void {
    if (thread === this.#current) return;
    if (this.#current === undefined) this.#settled = clock.cpuTime();
    this.#share(clock);
    this.#current = thread;
  }

  /** All threads wait: what is spent meanwhile is nobody's. */
  rest(clock: Clock): void {
    this.settle(clock);
    this.#current = undefined;
  }

  #share(clock: Clock): void {
    const now = clock.progress();
    const thread = this.#current;
    if (thread !== undefined) this.#shares.set(thread, (this.#shares.get(thread) ?? 0) + now - this.#began);
    this.#began = now;
  }

  /** Counts what was spent until now: each thread gets its share of it. */
  settle(clock: Clock): void {
    if (this.#current === undefined) return;
    this.#share(clock);
    const now = clock.cpuTime();
    const spent = Number(now - this.#settled);
    let all = 0;
    for (const share of this.#shares.values()) all += share;
    for (const [thread, share] of this.#shares) {
      thread.cpuTime += BigInt(Math.round(all === 0 ? spent / this.#shares.size : spent * (share / all)));
    }
    this.#shares.clear();
    this.#settled = now;
  }
}

/** Nanoseconds that a thread has used. */
export function threadCpuTime({ table, world: { clock } }: Process, thread: Thread): bigint {
  table.cpuTimes.settle(clock);
  return thread.cpuTime;
}

/** Nanoseconds that all threads of a process have used, those that have ended too. */
export function processCpuTime({ table, world: { clock }, threads, spent }: Process): bigint {
  table.cpuTimes.settle(clock);
  let sum = spent.ended;
  for (const { cpuTime } of threads.values()) sum += cpuTime;
  return sum;
}

/** Nanoseconds that a process has used, and those of its children that it has waited for. */
export function familyCpuTime(process: Process): bigint {
  return processCpuTime(process) + process.spent.children;
}
