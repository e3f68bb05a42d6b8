/**
 * Who waits at which futex; see futex(2). Threads wait in the order in which they came.
 *
 * A futex in private memory is known by its address space and address, one in shared memory by what is mapped there and
 * where in it: so processes that map the same file meet. Leaves out what the operations mean: see syscalls/futex.ts.
 */

import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Region } from "../memory/regions.ts";
import { type HostMapping, hostMapping } from "./host_mappings.ts";

/** Matches every waiter. */
export const ANY_BITSET = 0xffff_ffff;

/** Someone who waits. */
export class Sleeper {
  /** Which futex it waits at; a requeue changes it. */
  key: string;
  readonly bitset: number;
  isWoken = false;

  constructor(key: string, bitset: number) {
    this.key = key;
    this.bitset = bitset;
  }
}

/** All futexes that are waited at. */
export class Futexes {
  readonly #queues = new Map<string, Sleeper[]>();
  readonly #spaces = new WeakMap<GuestMemory, number>();
  readonly #objects = new WeakMap<Region, HostMapping>();
  #count = 0;

  /**
   * Which futex is at an address.
   *
   * @param isPrivate Whether only threads of the same address space are meant.
   */
  key(memory: GuestMemory, at: number, isPrivate: boolean): string {
    const region = isPrivate ? undefined : memory.regions.at(at);
    if (region?.shared) return this.#shared(memory, region, at);
    let space = this.#spaces.get(memory);
    if (space === undefined) this.#spaces.set(memory, space = this.#count++);
    return `${space} ${at}`;
  }

  #shared(memory: GuestMemory, region: Region, at: number): string {
    let start = this.#objects.get(region);
    if (start === undefined) {
      start = hostMapping(memory.hostBase + BigInt(region.start));
      this.#objects.set(region, start);
    }
    return `${start.object} ${start.offset + at - region.start}`;
  }

  /** Someone waits from now on. */
  add(key: string, bitset: number): Sleeper {
    const sleeper = new Sleeper(key, bitset);
    this.#enqueue(sleeper);
    return sleeper;
  }

  #enqueue(sleeper: Sleeper): void {
    const queue = this.#queues.get(sleeper.key);
    if (queue === undefined) this.#queues.set(sleeper.key, [sleeper]);
    else queue.push(sleeper);
  }

  /** Someone waits no longer. */
  remove(sleeper: Sleeper): void {
    const queue = this.#queues.get(sleeper.key) ?? [];
    const index = queue.indexOf(sleeper);
    if (index >= 0) queue.splice(index, 1);
    if (queue.length === 0) this.#queues.delete(sleeper.key);
  }

  /** Wakes those who came first. @returns How many were woken. */
  wake(key: string, count: number, bitset = ANY_BITSET): number {
    let woken = 0;
    for (const sleeper of [...this.#queues.get(key) ?? []]) {
      if (woken >= count) break;
      if ((sleeper.bitset & bitset) === 0) continue;
      this.remove(sleeper);
      sleeper.isWoken = true;
      woken++;
    }
    return woken;
  }

  /** Has those who came first wait at another futex. @returns How many. */
  requeue(from: string, to: string, count: number): number {
    const moved = (this.#queues.get(from) ?? []).slice(0, count);
    for (const sleeper of moved) {
      this.remove(sleeper);
      sleeper.key = to;
      this.#enqueue(sleeper);
    }
    return moved.length;
  }
}
