/**
 * What a guest gets from outside that differs from run to run: time, chance, process ids, facts about the machine.
 *
 * Here is the host's; counted_world.ts has one that is the same in every run. Leaves out files and other processes.
 */

import { CLOCK } from "./abi/time.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Waiting } from "./syscall.ts";
import type { Waiter } from "./waiter.ts";

/** Where a guest's time comes from. */
export interface Clock {
  /** Milliseconds since some point in the past: deadlines and timers are of this clock. */
  now(): number;
  /** CPU time used, in nanoseconds. */
  cpuTime(): bigint;
  /** What CPU time is shared out by among those who ran; cheap to ask. */
  progress(): number;
  /** A clock of clock_gettime(2) in nanoseconds; undefined if the host is to be asked. */
  time(id: number): bigint | undefined;
  /** Blocks that may be executed before a timer that has some milliseconds left runs out; undefined for any number. */
  blocksWithin(milliseconds: number): number | undefined;
  /** Waits for descriptors or a deadline of this clock. */
  wait(waiter: Waiter, wait: Waiting["wait"]): Promise<void>;
}

/** Where a guest's random bytes come from. */
export interface RandomSource {
  /** Fills all of it. */
  fill(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Facts about the machine and its kernel. */
export interface SystemFacts {
  /** The fields of uname(2), in order. */
  readonly names: readonly string[];
  /** Bytes of memory, for sysinfo(2). */
  readonly memory: number;
}

/** All that surrounds a guest process. */
export interface World {
  readonly clock: Clock;
  /** Takes the place of the kernel's random bytes; undefined for the kernel's own. */
  readonly random: RandomSource | undefined;
  /** Process ids; undefined for the host process's. */
  readonly ids: { readonly pid: number; readonly parent: number } | undefined;
  /** Undefined for the host's. */
  readonly system: SystemFacts | undefined;
}

/** The host's clocks. */
class HostClock implements Clock {
  readonly #time = new HostBuffer(16);

  now(): number {
    return performance.now();
  }

  /** Of the host's thread that guests run on: others compile and collect garbage. */
  cpuTime(): bigint {
    hostCall("clock_gettime", CLOCK.CLOCK_THREAD_CPUTIME_ID, this.#time.address);
    const { view } = this.#time;
    return view.getBigInt64(0, true) * 1_000_000_000n + view.getBigInt64(8, true);
  }

  progress(): number {
    return performance.now();
  }

  time(): undefined {}

  blocksWithin(): undefined {}

  wait(waiter: Waiter, wait: Waiting["wait"]): Promise<void> {
    return waiter.wait(wait);
  }
}

/** The host as it is. */
export function hostWorld(): World {
  return { clock: new HostClock(), random: undefined, ids: undefined, system: undefined };
}
