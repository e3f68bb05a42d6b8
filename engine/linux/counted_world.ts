/**
 * A world that is the same in every run: time passes with the code that is executed, chance comes from a seed, process
 * ids and the machine's names are fixed.
 *
 * Leaves out what comes from elsewhere: files, input, other processes of the host, and the host's /proc.
 */

import { CLOCK } from "./abi/time.ts";
import type { Waiting } from "./syscall.ts";
import type { Waiter } from "./waiter.ts";
import type { Clock, RandomSource, World } from "./world.ts";

/** What a deterministic run starts with. */
export interface DeterministicOptions {
  /** What the random numbers follow from; by default 1. */
  readonly seed?: number;
  /** The real-time clock at the start; by default 2000-01-01, 00:00 UTC. */
  readonly time?: Date;
}

const START = Date.UTC(2000, 0, 1);
/** Time that a block of code takes: about what it takes here. */
const NANOSECONDS_PER_BLOCK = 10;
/** How long the machine is up when the guest starts. */
const UPTIME_NANOSECONDS = 100_000_000_000;
/** Linux gives out numbers below this one, PID_MAX_LIMIT: nothing on the host can have them. */
const NO_PID = 2 ** 22;
const WALL_CLOCKS: readonly number[] = [
  ...[CLOCK.CLOCK_REALTIME, CLOCK.CLOCK_REALTIME_COARSE, CLOCK.CLOCK_REALTIME_ALARM, CLOCK.CLOCK_TAI],
];
const CLOCKS: readonly number[] = Object.values(CLOCK);

/** A clock that counts blocks of code. */
export class CountedClock implements Clock {
  readonly #start: bigint;
  readonly #blocks: () => number;
  /** Time that was waited, or would have been. */
  #waited = 0;

  /** @param start Milliseconds of the real-time clock. @param blocks How many blocks were executed. */
  constructor(start: number, blocks: () => number) {
    this.#start = BigInt(start) * 1_000_000n;
    this.#blocks = blocks;
  }

  get #executed(): number {
    return this.#blocks() * NANOSECONDS_PER_BLOCK;
  }

  /** Nanoseconds since the guest started. */
  get elapsed(): number {
    return this.#executed + this.#waited;
  }

  now(): number {
    return this.elapsed / 1e6;
  }

  cpuTime(): bigint {
    return BigInt(this.#executed);
  }

  progress(): number {
    return this.#executed;
  }

  time(id: number): bigint | undefined {
    if (!CLOCKS.includes(id)) return undefined;
    const elapsed = BigInt(this.elapsed);
    return WALL_CLOCKS.includes(id) ? this.#start + elapsed : BigInt(UPTIME_NANOSECONDS) + elapsed;
  }

  blocksWithin(milliseconds: number): number {
    return Math.max(1, Math.ceil(milliseconds * 1e6 / NANOSECONDS_PER_BLOCK));
  }

  /**
   * A wait for time alone is over at once. One for what comes from outside takes as long as it does; the clock tells if
   * it was in vain, or is to be tried again.
   */
  async wait(waiter: Waiter, wait: Waiting["wait"]): Promise<void> {
    const { deadline, descriptors = [], again } = wait;
    if (deadline === undefined) return await waiter.wait(wait);
    const left = descriptors.length === 0 && again === undefined ? 0 : deadline - this.now();
    const start = performance.now();
    await waiter.wait({ ...wait, deadline: start + left });
    const waited = performance.now() - start;
    if (waited >= left) this.#waited += Math.max(0, Math.ceil((deadline - this.now()) * 1e6));
    else if (again !== undefined) this.#waited += Math.floor(waited * 1e6);
  }
}

/** Random bytes from a seed: Bob Jenkins's small fast generator with 32-bit words. */
export class SeededRandom implements RandomSource {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = Uint32Array.of(0xf1ea5eed, seed, seed, Math.floor(seed / 2 ** 32));
    for (let round = 0; round < 20; round++) this.#next();
  }

  #next(): number {
    const state = this.#state;
    const [a, b, c, d] = state;
    const e = a - (b << 27 | b >>> 5) >>> 0;
    state[0] = b ^ (c << 17 | c >>> 15);
    state[1] = c + d;
    state[2] = d + e;
    state[3] = e + state[0];
    return state[3];
  }

  fill(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const word = this.#next();
      for (let byte = at; byte < Math.min(at + 4, bytes.length); byte++) bytes[byte] = word >>> (byte - at) * 8;
    }
  }
}

/** Makes such a world. @param blocks How many blocks of code were executed. */
export function countedWorld(options: DeterministicOptions, blocks: () => number): World & { clock: CountedClock } {
  return {
    clock: new CountedClock(options.time?.getTime() ?? START, blocks),
    random: new SeededRandom(options.seed ?? 1),
    ids: { pid: NO_PID + 1, parent: NO_PID },
    system: { names: ["Linux", "ceratops", "6.1.0", "#1 SMP", "x86_64", "(none)"], memory: 2 ** 32 },
  };
}
