/**
 * Which thread runs next: in turn, for a number of blocks each, so that every run is the same.
 *
 * A thread that waits is passed over until what it waits for has come. Leaves out running and waiting themselves: see
 * guest.ts.
 */

import { hostPoll } from "./host_files.ts";
import { sendSignal } from "./signals.ts";
import type { Waiting } from "./syscall.ts";
import type { ProcessTable, Task } from "./process_table.ts";

/** Blocks that a thread may run while others wait for their turn. */
const TURN = 100_000;

/** Gives threads their turns. */
export class Scheduler {
  readonly #table: ProcessTable;
  #left = TURN;
  /** The thread whose turn it is. */
  current: Task;

  constructor(table: ProcessTable, first: Task) {
    this.#table = table;
    this.current = first;
  }

  /** Blocks that the thread at hand may still run, if there are others. */
  get blocksLeft(): number {
    return this.#table.tasks.length > 1 ? this.#left : Infinity;
  }

  /** The thread at hand has run some blocks. */
  spend(blocks: number): void {
    this.#left -= blocks;
  }

  /** The thread that runs next; undefined if all wait. */
  choose(): Task | undefined {
    this.#expireTimers();
    const { tasks } = this.#table;
    const { process, thread } = this.current;
    const mayGoOn = !thread.isEnded && thread.waiting === undefined && !process.signals.isStopped;
    if (this.#left > 0 && mayGoOn) return this.current;
    const at = tasks.indexOf(this.current);
    const start = at >= 0 ? at : tasks.findLastIndex((task) => task.thread.tid <= thread.tid);
    for (let step = 1; step <= tasks.length; step++) {
      const task = tasks[(start + step) % tasks.length];
      if (!isReady(task)) continue;
      this.current = task;
      this.#left = TURN;
      return task;
    }
    return undefined;
  }

  #expireTimers(): void {
    for (const process of this.#table.processes.values()) {
      for (const { info, tid } of process.timers.expired()) {
        sendSignal(process, info, tid === undefined ? undefined : process.threads.get(tid)?.signals);
      }
    }
  }

  /** What all threads wait for together. */
  get wait(): Waiting["wait"] {
    const waits = this.#table.tasks.filter(({ process }) => !process.signals.isStopped)
      .map(({ thread }) => thread.waiting?.wait);
    const again = waits.reduce((least, wait) => Math.min(least, wait?.again ?? Infinity), Infinity);
    const deadlines = [
      ...waits.map((wait) => wait?.deadline),
      ...[...this.#table.processes.values()].map(({ timers }) => timers.deadline),
    ].filter((deadline) => deadline !== undefined);
    return {
      descriptors: waits.flatMap((wait) => wait?.descriptors ?? []),
      ...(again === Infinity ? {} : { again }),
      ...(deadlines.length === 0 ? {} : { deadline: Math.min(...deadlines) }),
    };
  }
}

/** Whether a thread can go on, or has a signal to take. */
function isReady({ process, thread }: Task): boolean {
  const { waiting, signals } = thread;
  if (process.signals.isStopped) return false;
  if (waiting === undefined || !waiting.isDeaf && signals.deliverable !== 0n) return true;
  if ((waiting.signals ?? 0n) & (process.signals.pending.mask | signals.pending.mask)) return true;
  const { descriptors = [], deadline, again, ready } = waiting.wait;
  if (ready?.() || deadline !== undefined && deadline <= process.world.clock.now()) return true;
  if (again !== undefined && performance.now() >= thread.waitsSince + again) return true;
  return descriptors.some(({ descriptor, events }) => hostPoll(descriptor, events) !== 0);
}
