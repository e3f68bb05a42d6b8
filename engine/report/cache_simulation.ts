/**
 * What a program's fetches and accesses do to caches: a first level for instructions and one for data, over a last level
 * for both. Takes events of blocks and accesses; see plugins/cache.ts for what is counted how.
 *
 * Most accesses use the line of their set that was used last, which changes nothing in the cache: that is found out here,
 * without a call. Numbers beyond 31 bits are kept in arrays, for as fields they would be a new object each time.
 */

import { EVENT, type EventBatch, type EventSites } from "../counters/events.ts";
import { type CacheGeometry, CacheModel, type ReplacementPolicy } from "./cache_model.ts";

/** The caches. */
export interface CacheGeometries {
  /** Of instructions. */
  readonly i1: CacheGeometry;
  /** Of data. */
  readonly d1: CacheGeometry;
  /** The last level. */
  readonly ll: CacheGeometry;
}

/** Misses of fetches, at the first instruction that is on a line. */
export interface FetchMisses {
  /** Address of the instruction. */
  readonly pc: number;
  /** In the first level. */
  readonly first: number;
  /** In the last level. */
  readonly last: number;
}

function grown<T extends Int32Array | Float64Array>(array: T, length: number): T {
  if (length <= array.length) return array;
  const more = new (array.constructor as new (length: number) => T)(Math.max(length, 2 * array.length));
  more.set(array);
  return more;
}

/** Caches, and what missed them. */
export class CacheSimulation {
  readonly #i1: CacheModel;
  readonly #d1: CacheModel;
  readonly #ll: CacheModel;
  readonly #geometries: CacheGeometries;
  /** Accesses by site, and those that missed. */
  #refs = new Float64Array(1024);
  #missed = new Float64Array(1024);
  #missedLast = new Float64Array(1024);
  /** Lines that blocks are on, one after the other: number, and the first instruction that is on it. */
  #lines = new Float64Array(1024);
  #pcs = new Float64Array(1024);
  #fetchMissed = new Float64Array(1024);
  #fetchMissedLast = new Float64Array(1024);
  #lineCount = 0;
  /** Of each block, by its site: its first line plus one, and the end of its lines. */
  #firsts = new Int32Array(1024);
  #ends = new Int32Array(1024);
  /** Lines of the block at hand that have not been fetched. */
  #pending = 0;
  #pendingEnd = 0;
  readonly #lastFetched = Float64Array.of(-1);

  /** Makes empty caches. */
  constructor(geometries: CacheGeometries, policy: ReplacementPolicy) {
    this.#geometries = geometries;
    this.#i1 = new CacheModel(geometries.i1, policy);
    this.#d1 = new CacheModel(geometries.d1, policy);
    this.#ll = new CacheModel(geometries.ll, policy);
  }

  /**
   * Takes events.
   *
   * @param instructions Gives address and size of a block's instructions, by its site; asked once.
   */
  take(
    { length, sites: numbers, addresses }: EventBatch,
    sites: EventSites,
    instructions: (site: number) => readonly { readonly address: bigint; readonly size: number }[],
  ): void {
    this.#reserve(sites.length);
    const { kinds, pcs, sizes } = sites;
    const refs = this.#refs;
    const { lines: d1, mask: dMask, ways: dWays } = this.#d1;
    const { lines: i1, mask: iMask, ways: iWays } = this.#i1;
    const bytes = this.#geometries.d1.line;
    const perByte = 1 / bytes;
    const lastFetched = this.#lastFetched;
    const [firsts, ends] = [this.#firsts, this.#ends];
    let [pending, pendingEnd] = [this.#pending, this.#pendingEnd];
    for (let at = 0; at < length; at++) {
      const site = numbers[at];
      if (kinds[site] === EVENT.BLOCK) {
        if (pending < pendingEnd) this.#fetch(pending, pendingEnd, Infinity);
        if (firsts[site] === 0) this.#learn(site, instructions(site));
        pending = firsts[site] - 1;
        pendingEnd = ends[site];
        const line = this.#lines[pending];
        if (pending === pendingEnd) continue;
        // The first line is fetched before anything else happens.
        if (line !== lastFetched[0]) {
          if (i1[((line | 0) & iMask) * iWays] === line) lastFetched[0] = line;
          else this.#fetch(pending, pending + 1, Infinity);
        }
        pending++;
        continue;
      }
      if (pending < pendingEnd) pending = this.#fetch(pending, pendingEnd, pcs[site]);
      refs[site]++;
      const address = addresses[at];
      const line = Math.floor(address * perByte);
      const isWithin = address - line * bytes + sizes[site] <= bytes;
      if (!isWithin || d1[((line | 0) & dMask) * dWays] !== line) this.#access(site, addresses, at, sizes[site]);
    }
    this.#pending = pending;
    this.#pendingEnd = pendingEnd;
  }

  #reserve(length: number): void {
    this.#refs = grown(this.#refs, length);
    this.#missed = grown(this.#missed, length);
    this.#missedLast = grown(this.#missedLast, length);
    this.#firsts = grown(this.#firsts, length);
    this.#ends = grown(this.#ends, length);
  }

  #learn(site: number, instructions: readonly { readonly address: bigint; readonly size: number }[]): void {
    const bytes = this.#geometries.i1.line;
    this.#firsts[site] = this.#lineCount + 1;
    let last = -1;
    for (const { address, size } of instructions) {
      const start = Number(address);
      for (let line = Math.floor(start / bytes); line <= Math.floor((start + size - 1) / bytes); line++) {
        if (line === last) continue;
        last = line;
        const at = this.#lineCount++;
        this.#lines = grown(this.#lines, at + 1);
        this.#pcs = grown(this.#pcs, at + 1);
        this.#fetchMissed = grown(this.#fetchMissed, at + 1);
        this.#fetchMissedLast = grown(this.#fetchMissedLast, at + 1);
        this.#lines[at] = line;
        this.#pcs[at] = start;
      }
    }
    this.#ends[site] = this.#lineCount;
  }

  /** Fetches lines up to an instruction. @returns Those that are still to be fetched. */
  #fetch(pending: number, end: number, pc: number): number {
    const { i1: { line: bytes }, ll: { line: lastBytes } } = this.#geometries;
    for (; pending < end && this.#pcs[pending] <= pc; pending++) {
      const line = this.#lines[pending];
      if (line === this.#lastFetched[0]) continue;
      this.#lastFetched[0] = line;
      if (this.#i1.use(line)) continue;
      this.#fetchMissed[pending]++;
      if (!this.#ll.use(Math.floor(line * bytes / lastBytes))) this.#fetchMissedLast[pending]++;
    }
    return pending;
  }

  /** An access that may miss. One to two lines misses once at most. */
  #access(site: number, addresses: Float64Array, at: number, size: number): void {
    const { d1: { line: bytes }, ll: { line: lastBytes } } = this.#geometries;
    const address = addresses[at];
    const end = address + size - 1;
    if (this.#uses(this.#d1, Math.floor(address / bytes), Math.floor(end / bytes))) return;
    this.#missed[site]++;
    if (!this.#uses(this.#ll, Math.floor(address / lastBytes), Math.floor(end / lastBytes))) this.#missedLast[site]++;
  }

  #uses(cache: CacheModel, first: number, last: number): boolean {
    let hits = cache.use(first);
    for (let line = first + 1; line <= last; line++) if (!cache.use(line)) hits = false;
    return hits;
  }

  /** The block at hand was left: its instructions from an address on were not executed. */
  leave(pc: number): void {
    this.#fetch(this.#pending, this.#pendingEnd, pc - 1);
    this.#pending = this.#pendingEnd;
  }

  /** Fetches what is left of the block at hand. */
  finish(): void {
    this.#pending = this.#fetch(this.#pending, this.#pendingEnd, Infinity);
  }

  /** What the accesses of a site came to. */
  accesses(site: number): { readonly refs: number; readonly first: number; readonly last: number } {
    return { refs: this.#refs[site] ?? 0, first: this.#missed[site] ?? 0, last: this.#missedLast[site] ?? 0 };
  }

  /** Fetches that missed. */
  *fetchMisses(): Generator<FetchMisses> {
    for (let at = 0; at < this.#lineCount; at++) {
      const [first, last] = [this.#fetchMissed[at], this.#fetchMissedLast[at]];
      if (first > 0) yield { pc: this.#pcs[at], first, last };
    }
  }

  /** Counts anew; what is in the caches stays. */
  reset(): void {
    for (const counts of [this.#refs, this.#missed, this.#missedLast, this.#fetchMissed, this.#fetchMissedLast]) {
      counts.fill(0);
    }
    this.#pending = this.#pendingEnd = 0;
    this.#lastFetched[0] = -1;
  }
}
