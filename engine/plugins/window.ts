/**
 * What ran how often while somebody counted: counting can be paused, and can start anew.
 *
 * Nothing is counted here: counts are read when a period begins and when they are asked for, and subtracted.
 */

import type { BlockCount, InstructionCount } from "../counters/ledger.ts";
import { countsByAddress, type CountSource } from "../counts.ts";

interface Counts {
  readonly instructions: readonly InstructionCount[];
  readonly entries: readonly BlockCount[];
}

const NONE: Counts = { instructions: [], entries: [] };

/** The counts of one plugin. */
export class CountWindow implements CountSource {
  readonly #source: CountSource;
  readonly #covers: () => ((address: number) => boolean) | undefined;
  /** What was counted in periods that are over. */
  #kept = NONE;
  /** The counts when the period at hand began; undefined while counting is paused. */
  #from: Counts | undefined;
  /** Set once by the owner, if conditional jumps were counted in all periods. */
  countsBranches = false;
  #frozen: { now?: Counts; byAddress?: ReadonlyMap<number, number> } | undefined;

  /**
   * @param source What counts for good.
   * @param covers Asked for the test of which code is of interest; all of it without one.
   */
  constructor(source: CountSource, covers: () => ((address: number) => boolean) | undefined) {
    this.#source = source;
    this.#covers = covers;
  }

  #read(): Counts {
    return { instructions: this.#source.instructions(), entries: this.#source.entries() };
  }

  /** Counts from now on. */
  open(): void {
    this.#from ??= this.#read();
  }

  /** Pauses. */
  close(): void {
    if (this.#from === undefined) return;
    this.#kept = combine(this.#kept, combine(this.#read(), this.#from, -1), 1);
    this.#from = undefined;
  }

  /** Starts anew. */
  reset(): void {
    this.#kept = NONE;
    if (this.#from !== undefined) this.#from = this.#read();
  }

  /** While `work` runs, the counts are read once. */
  freeze(work: () => void): void {
    const before = this.#frozen;
    this.#frozen ??= {};
    try {
      work();
    } finally {
      this.#frozen = before;
    }
  }

  #now(): Counts {
    if (this.#frozen?.now !== undefined) return this.#frozen.now;
    const period = this.#from === undefined ? NONE : combine(this.#read(), this.#from, -1);
    const all = combine(this.#kept, period, 1);
    const covers = this.#covers();
    const now = covers === undefined ? all : {
      instructions: all.instructions.filter(({ address }) => covers(address)),
      entries: all.entries.filter(({ start }) => covers(start)),
    };
    if (this.#frozen !== undefined) this.#frozen.now = now;
    return now;
  }

  covers(address: number): boolean {
    return this.#covers()?.(address) ?? true;
  }

  /** Whether everything counts that was ever executed. */
  get #isWhole(): boolean {
    const isSinceStart = this.#kept.instructions.length === 0 && this.#from?.instructions.length === 0;
    return isSinceStart && this.#covers() === undefined;
  }

  total(): number {
    if (this.#isWhole) return this.#source.total();
    return this.#now().instructions.reduce((sum, { count }) => sum + count, 0);
  }

  instructions(): readonly InstructionCount[] {
    return this.#now().instructions;
  }

  entries(): readonly BlockCount[] {
    return this.#now().entries;
  }

  at(address: number): number {
    return this.byAddress().get(address) ?? 0;
  }

  byAddress(): ReadonlyMap<number, number> {
    if (this.#frozen?.byAddress !== undefined) return this.#frozen.byAddress;
    const counts = this.#isWhole ? this.#source.byAddress() : countsByAddress(this.instructions());
    if (this.#frozen !== undefined) this.#frozen.byAddress = counts;
    return counts;
  }
}

/** Adds the counts of `b` to those of `a`, or takes them off. */
function combine(a: Counts, b: Counts, sign: 1 | -1): Counts {
  return {
    instructions: merge(a.instructions, b.instructions, ({ address }) => address, sameBytes, (one, other) => ({
      ...other,
      count: (one?.count ?? 0) + sign * other.count,
      followed: (one?.followed ?? 0) + sign * other.followed,
    })),
    entries: merge(a.entries, b.entries, ({ start }) => start, sameSize, (one, other) => ({
      ...other,
      count: (one?.count ?? 0) + sign * other.count,
    })),
  };
}

function sameSize(a: BlockCount, b: BlockCount): boolean {
  return a.size === b.size;
}

function sameBytes(a: InstructionCount, b: InstructionCount): boolean {
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, index) => byte === b.bytes[index]);
}

function merge<T extends { readonly count: number }>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (record: T) => number,
  isSame: (a: T, b: T) => boolean,
  sum: (one: T | undefined, other: T) => T,
): readonly T[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b.map((other) => sum(undefined, other));
  const others = Map.groupBy(b, keyOf);
  const merged = a.map((record) => {
    const list = others.get(keyOf(record));
    const index = list?.findIndex((other) => isSame(record, other)) ?? -1;
    if (list === undefined || index < 0) return record;
    return sum(record, list.splice(index, 1)[0]);
  });
  const rest = [...others.values()].flat().map((other) => sum(undefined, other));
  return [...merged, ...rest].filter(({ count }) => count !== 0).sort((x, y) => keyOf(x) - keyOf(y));
}
