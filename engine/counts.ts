/**
 * The counts of a machine, exact at any moment, in a closure too: there the block at hand has been counted as a whole,
 * and its instructions that are still to come are taken off.
 */

import type { BlockCount, InstructionCount } from "./counters/ledger.ts";
import type { Machine } from "./machine.ts";

/** Something that knows what ran how often. */
export interface CountSource {
  /** Instructions executed in all. */
  total(): number;
  /** How often each instruction ran, in address order; code that changed appears once a version. */
  instructions(): readonly InstructionCount[];
  /** How often the instruction at each address ran, all versions of changed code together. */
  byAddress(): ReadonlyMap<number, number>;
  /** How often the instruction at one address ran. */
  at(address: number): number;
  /** How often each block was entered, in address order. */
  entries(): readonly BlockCount[];
  /** Whether it knows of each conditional jump how often it was not taken: {@linkcode InstructionCount.followed}. */
  readonly countsBranches: boolean;
  /** Whether an address is in the code that it counts. */
  covers(address: number): boolean;
}

/** Sums counts by address. */
export function countsByAddress(instructions: readonly InstructionCount[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { address, count } of instructions) counts.set(address, (counts.get(address) ?? 0) + count);
  return counts;
}

/** What ran how often on a machine, since its start. */
export class MachineCounts implements CountSource {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get countsBranches(): boolean {
    return this.#machine.countsBranches;
  }

  covers(): boolean {
    return true;
  }

  total(): number {
    return this.#settled(() => this.#machine.ledger.total());
  }

  instructions(): readonly InstructionCount[] {
    return this.#settled(() => this.#machine.ledger.instructions());
  }

  byAddress(): ReadonlyMap<number, number> {
    return this.#settled(() => this.#machine.ledger.byAddress());
  }

  at(address: number): number {
    return this.#settled(() => this.#machine.ledger.countAt(address));
  }

  entries(): readonly BlockCount[] {
    const { ahead, ledger } = this.#machine;
    const entries = ledger.entries();
    if (ahead === undefined || ahead.address !== ahead.block) return entries;
    const size = ledger.block(ahead.block)?.size;
    return entries.map((entry) =>
      entry.start === ahead.block && entry.size === size ? { ...entry, count: entry.count - 1 } : entry
    );
  }

  #settled<T>(work: () => T): T {
    const { ahead, ledger } = this.#machine;
    if (ahead === undefined) return work();
    ledger.takeOff(ahead.block, ahead.address, 1);
    try {
      return work();
    } finally {
      ledger.takeOff(ahead.block, ahead.address, -1);
    }
  }
}
