/**
 * CPU time of threads and processes: what the host's thread spends counts for the guest thread whose turn it is.
 *
 * Leaves out how much of it was in the kernel: see usage.ts.
 */

import type { Process } from "./process.ts";
import type { Thread } from "./threads.ts";
import type { Clock } from "./world.ts";

/** Who spends CPU time at present. */
export class CpuTimes {
  #current: Thread | undefined;
  #since = 0n;

  /** A thread goes on. */
  switchTo(thread: Thread, clock: Clock): void {
    if (thread === this.#current) return;
    this.settle(clock);
    this.#current = thread;
  }

  /** All threads wait: what is spent meanwhile is nobody's. */
  rest(clock: Clock): void {
    this.settle(clock);
    this.#current = undefined;
  }

  /** Counts what was spent until now. */
  settle(clock: Clock): void {
    const now = clock.cpuTime();
    if (this.#current !== undefined) this.#current.cpuTime += now - this.#since;
    this.#since = now;
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
