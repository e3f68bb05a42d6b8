/**
 * The block ledger: which blocks ran how often, and from that how often each instruction did, exactly.
 *
 * The stub counts a block when it is entered. Three things are settled here: a block left in its middle (fault, stop)
 * takes its last instructions back; a single step is one instruction; counts of code that changes are banked with the
 * bytes they were for. REP instructions are settled in repeats.ts.
 */

import type { Disassembler } from "../disasm/disassembler.ts";
import { type GuestMemory, PAGE_SIZE } from "../memory/guest_memory.ts";
import type { ShadowTable } from "./shadow.ts";

/** A block, as first translated. */
export interface Block {
  readonly start: number;
  /** In bytes. */
  readonly size: number;
}

interface LiveBlock extends Block {
  /** Sizes of its instructions; decoded when first needed. */
  sizes: Uint8Array | undefined;
}

/** How often a block was entered. */
export interface BlockCount extends Block {
  readonly count: number;
}

/** How often the instruction at an address ran. */
export interface InstructionCount {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly count: number;
  /**
   * How often what is behind it in memory ran next, as the start of a block: for a conditional jump, how often it was
   * not taken. 0 unless sequences are counted.
   */
  readonly followed: number;
}

interface Banked {
  readonly bytes: Uint8Array;
  count: number;
  followed: number;
}

/** The ledger of one guest's address space. */
export class BlockLedger {
  readonly #memory: GuestMemory;
  readonly #shadow: ShadowTable;
  readonly #disassembler: Disassembler;
  readonly #blocks = new Map<number, LiveBlock>();
  /** The same by the pages they touch. */
  readonly #pages = new Map<number, LiveBlock[]>();
  /** Corrections and steps of live code: instructions at an address to add or take off. */
  readonly #adjustments = new Map<number, number>();
  /** Counts of code that has changed since, by address and then bytes. */
  readonly #banked = new Map<number, Map<string, Banked>>();
  /** Entries of blocks that were cut anew or are gone, by start and then size. */
  readonly #bankedEntries = new Map<number, Map<number, number>>();

  /** Hears of blocks that are left before their end; set once by the owner. */
  onLeave: ((start: number, pc: number) => void) | undefined;

  constructor(memory: GuestMemory, shadow: ShadowTable, disassembler: Disassembler) {
    this.#memory = memory;
    this.#shadow = shadow;
    this.#disassembler = disassembler;
  }

  /** Notes a block that runs for the first time. */
  enter(start: number, size: number): void {
    const block = { start, size, sizes: undefined };
    this.#blocks.set(start, block);
    for (let page = pageOf(start); page <= pageOf(start + size - 1); page++) {
      const list = this.#pages.get(page);
      if (list === undefined) this.#pages.set(page, [block]);
      else list.push(block);
    }
  }

  #forget(block: LiveBlock): void {
    this.#shadow.setRepeat(block.start, false);
    this.#blocks.delete(block.start);
    for (let page = pageOf(block.start); page <= pageOf(block.start + block.size - 1); page++) {
      this.#pages.set(page, (this.#pages.get(page) ?? []).filter((other) => other !== block));
    }
  }

  /** The block that starts at an address. */
  block(start: number): Block | undefined {
    return this.#blocks.get(start);
  }

  /** How many instructions the block has that starts at an address. */
  length(start: number): number | undefined {
    const block = this.#blocks.get(start);
    return block && this.#sizes(block).length;
  }

  /** Blocks that ran since they or their code came to be. */
  blocks(): Iterable<Block> {
    return this.#blocks.values();
  }

  /** How often a block was entered. */
  count(block: Block): number {
    return this.#shadow.count(block.start);
  }

  /** Blocks that have a byte within `[start, end)`. */
  overlapping(start: number, end: number): readonly Block[] {
    if (end - start > this.#pages.size * PAGE_SIZE) {
      return [...this.#blocks.values()].filter((block) => overlaps(block, start, end));
    }
    const found = new Set<LiveBlock>();
    for (let page = pageOf(start); page <= pageOf(end - 1); page++) {
      for (const block of this.#pages.get(page) ?? []) if (overlaps(block, start, end)) found.add(block);
    }
    return [...found];
  }

  #sizes(block: LiveBlock): Uint8Array {
    return block.sizes ??= this.#disassembler.sizes(this.#memory.view(block.start, block.size), block.start);
  }

  #adjust(address: number, change: number): void {
    const count = (this.#adjustments.get(address) ?? 0) + change;
    if (count === 0) this.#adjustments.delete(address);
    else this.#adjustments.set(address, count);
  }

  /**
   * Settles that the block entered last was left before one of its instructions ran.
   *
   * @param start The block.
   * @param pc The first instruction that did not run.
   */
  leave(start: number, pc: number): void {
    this.takeOff(start, pc, 1);
    this.onLeave?.(start, pc);
  }

  /**
   * Takes the instructions of a block from `pc` on off their counts.
   *
   * @param times How often; negative to put them back.
   */
  takeOff(start: number, pc: number, times: number): void {
    const block = this.#blocks.get(start);
    if (block === undefined || pc < start || pc >= start + block.size) return;
    let address = start;
    for (const size of this.#sizes(block)) {
      if (address >= pc) this.#adjust(address, -times);
      address += size;
    }
  }

  /** Counts one instruction that was stepped, outside of any block. */
  step(address: number): void {
    this.#adjust(address, 1);
  }

  /**
   * Banks the counts of code within `[start, end)`, which is about to change, and starts anew.
   *
   * Must be called while the old bytes are still there.
   */
  retire(start: number, end: number): void {
    for (const block of this.overlapping(start, end)) this.#retireBlock(block as LiveBlock);
    for (const [address, change] of this.#adjustments) {
      if (address < start || address >= end) continue;
      this.#bankAt(address, this.#instructionSize(address), change);
      this.#adjustments.delete(address);
    }
  }

  #retireBlock(block: LiveBlock): void {
    const count = this.#shadow.count(block.start);
    if (count > 0) {
      const entries = this.#bankedEntries.get(block.start) ?? new Map<number, number>();
      this.#bankedEntries.set(block.start, entries.set(block.size, (entries.get(block.size) ?? 0) + count));
      let address = block.start;
      for (const size of this.#sizes(block)) {
        this.#bankAt(address, size, count + (this.#adjustments.get(address) ?? 0));
        this.#adjustments.delete(address);
        address += size;
      }
      this.#shadow.setCount(block.start, 0);
    }
    this.#forget(block);
  }

  #instructionSize(address: number): number {
    const reach = this.#memory.accessible(address, 15, 1);
    return this.#disassembler.sizes(this.#memory.view(address, reach), address)[0] ?? 1;
  }

  #bankAt(address: number, size: number, count: number): void {
    const bytes = this.#memory.bytes(address, size);
    const key = bytes.join();
    const followed = this.#shadow.followed(address + size);
    this.#shadow.clearFollowed(address + size);
    let versions = this.#banked.get(address);
    if (versions === undefined) this.#banked.set(address, versions = new Map());
    const banked = versions.get(key);
    if (banked === undefined) versions.set(key, { bytes, count, followed });
    else {
      banked.count += count;
      banked.followed += followed;
    }
  }

  /** Number of instructions executed in all. */
  total(): number {
    let total = 0;
    for (const block of this.#blocks.values()) total += this.#shadow.count(block.start) * this.#sizes(block).length;
    for (const change of this.#adjustments.values()) total += change;
    for (const versions of this.#banked.values()) for (const { count } of versions.values()) total += count;
    return total;
  }

  /** How often the instruction at an address ran, all versions of changed code together. */
  countAt(address: number): number {
    let count = this.#adjustments.get(address) ?? 0;
    for (const block of this.overlapping(address, address + 1) as readonly LiveBlock[]) {
      let at = block.start;
      for (const size of this.#sizes(block)) {
        if (at >= address) break;
        at += size;
      }
      if (at === address) count += this.#shadow.count(block.start);
    }
    for (const banked of this.#banked.get(address)?.values() ?? []) count += banked.count;
    return count;
  }

  /** How often each block was entered, in address order; single steps are in none. */
  entries(): BlockCount[] {
    const list: BlockCount[] = [];
    for (const start of new Set([...this.#bankedEntries.keys(), ...this.#blocks.keys()])) {
      const sizes = new Map(this.#bankedEntries.get(start));
      const live = this.#blocks.get(start);
      if (live !== undefined) sizes.set(live.size, (sizes.get(live.size) ?? 0) + this.#shadow.count(start));
      for (const [size, count] of sizes) list.push({ start, size, count });
    }
    return list.sort((a, b) => a.start - b.start || a.size - b.size);
  }

  /**
   * How often each instruction ran, in address order; of one address, the code that is there now comes last.
   * Instructions whose block never ran are not listed.
   */
  instructions(): InstructionCount[] {
    const live = new Map<number, { size: number; count: number }>();
    const add = (address: number, size: number, count: number) => {
      const found = live.get(address);
      if (found === undefined) live.set(address, { size, count });
      else found.count += count;
    };
    for (const block of this.#blocks.values()) {
      const count = this.#shadow.count(block.start);
      let address = block.start;
      for (const size of this.#sizes(block)) {
        add(address, size, count);
        address += size;
      }
    }
    for (const [address, change] of this.#adjustments) {
      add(address, live.get(address)?.size ?? this.#instructionSize(address), change);
    }
    return this.#merged(live);
  }

  /** How often the instruction at each address ran, all versions of changed code together. */
  byAddress(): Map<number, number> {
    const counts = new Map<number, number>();
    const add = (address: number, count: number) => counts.set(address, (counts.get(address) ?? 0) + count);
    for (const block of this.#blocks.values()) {
      const count = this.#shadow.count(block.start);
      let address = block.start;
      for (const size of this.#sizes(block)) {
        add(address, count);
        address += size;
      }
    }
    for (const [address, change] of this.#adjustments) add(address, change);
    for (const [address, versions] of this.#banked) for (const { count } of versions.values()) add(address, count);
    return counts;
  }

  #merged(live: ReadonlyMap<number, { readonly size: number; readonly count: number }>): InstructionCount[] {
    const list: InstructionCount[] = [];
    for (const address of new Set([...this.#banked.keys(), ...live.keys()])) {
      const now = live.get(address);
      const bytes = now && this.#memory.bytes(address, now.size);
      const versions = this.#banked.get(address);
      const key = versions && bytes?.join();
      let count = now?.count ?? 0;
      let followed = bytes === undefined ? 0 : this.#shadow.followed(address + bytes.length);
      for (const [version, banked] of versions ?? []) {
        if (version !== key) list.push({ address, ...banked });
        else {
          count += banked.count;
          followed += banked.followed;
        }
      }
      if (bytes) list.push({ address, bytes, count, followed });
    }
    return list.sort((a, b) => a.address - b.address);
  }

  /** Forgets all counts and blocks; each block is a new one when it runs next. */
  reset(): void {
    for (const block of this.#blocks.values()) {
      this.#shadow.setCount(block.start, 0);
      this.#shadow.setRepeat(block.start, false);
      this.#shadow.clearFollowed(block.start);
    }
    this.#blocks.clear();
    this.#pages.clear();
    this.#adjustments.clear();
    this.#banked.clear();
    this.#bankedEntries.clear();
  }
}

function pageOf(address: number): number {
  return Math.floor(address / PAGE_SIZE);
}

function overlaps(block: Block, start: number, end: number): boolean {
  return block.start < end && block.start + block.size > start;
}
