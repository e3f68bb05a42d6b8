/**
 * A set-associative cache, as a simulation: which line is where, and which is put out. Lines are loaded by reads and
 * writes alike (write-allocate), and there is no prefetching. Leaves out time, and levels: see plugins/cache.ts.
 */

/** Which line of a set a new one takes the place of. */
export type ReplacementPolicy = "lru" | "fifo" | "random";

/** A cache's size: bytes in all, lines in a set, bytes in a line. */
export interface CacheGeometry {
  /** Bytes in all. */
  readonly size: number;
  /** Lines in a set. */
  readonly ways: number;
  /** Bytes in a line. */
  readonly line: number;
}

const GEOMETRY = /^(\d+)([km]?):(\d+):(\d+)$/i;

/**
 * Reads a geometry, such as `32k:8:64`: size, lines in a set, bytes in a line.
 *
 * @returns The geometry, or what is wrong with the text.
 */
export function readCacheGeometry(text: string): CacheGeometry | string {
  const match = GEOMETRY.exec(text);
  if (match === null) return "it must be size:ways:line, such as 32k:8:64";
  const size = Number(match[1]) * { "": 1, k: 1024, m: 1024 ** 2 }[match[2].toLowerCase() as "" | "k" | "m"];
  const [ways, line] = [Number(match[3]), Number(match[4])];
  const isPower = (value: number) => value > 0 && Number.isInteger(Math.log2(value));
  if (!isPower(line) || line < 16) return "a line must have 16 bytes or more, a power of two";
  if (ways < 1 || !isPower(size / ways / line)) return "size divided by ways and line must be a power of two";
  return { size, ways, line };
}

/** One cache. */
export class CacheModel {
  readonly #ways: number;
  /** Of a line's number, the bits that are its set's. */
  readonly #mask: number;
  readonly #perByte: number;
  /** Line numbers, a set after the other; within a set the one used or loaded last comes first. */
  readonly #lines: Float64Array;
  readonly #policy: ReplacementPolicy;
  #random = 0x2545f491;

  /** Makes an empty cache. */
  constructor(geometry: CacheGeometry, policy: ReplacementPolicy) {
    const sets = geometry.size / geometry.ways / geometry.line;
    this.#ways = geometry.ways;
    this.#mask = sets - 1;
    this.#perByte = 1 / geometry.line;
    this.#policy = policy;
    this.#lines = new Float64Array(sets * geometry.ways).fill(-1);
  }

  /**
   * Uses the lines that some bytes are on, and loads those that are not there.
   *
   * @returns Whether all were there.
   */
  useBytes(address: number, size: number): boolean {
    const first = Math.floor(address * this.#perByte);
    const last = Math.floor((address + size - 1) * this.#perByte);
    let hits = this.use(first);
    for (let line = first + 1; line <= last; line++) if (!this.use(line)) hits = false;
    return hits;
  }

  /**
   * Uses a line, and loads it if it is not there.
   *
   * @param line The address divided by the size of a line.
   * @returns Whether it was there.
   */
  use(line: number): boolean {
    const first = ((line | 0) & this.#mask) * this.#ways;
    return this.#lines[first] === line || this.#search(line, first);
  }

  #search(line: number, first: number): boolean {
    const lines = this.#lines;
    const last = first + this.#ways - 1;
    for (let at = first + 1; at <= last; at++) {
      if (lines[at] !== line) continue;
      if (this.#policy === "lru") this.#putFirst(line, first, at);
      return true;
    }
    if (this.#policy === "random") lines[first + this.#draw()] = line;
    else this.#putFirst(line, first, last);
    return false;
  }

  /** Moves what comes before a place back by one, and puts a line first. */
  #putFirst(line: number, first: number, at: number): void {
    const lines = this.#lines;
    for (; at > first; at--) lines[at] = lines[at - 1];
    lines[first] = line;
  }

  /** A number below the number of ways, the same in every run: xorshift32. */
  #draw(): number {
    let state = this.#random;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#random = state;
    return (state >>> 0) % this.#ways;
  }
}
