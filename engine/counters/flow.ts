/**
 * The blocks that are executed, one after the other, in large batches: machine code records each as it is entered, with
 * the stack pointer and rax, at a few nanoseconds. Call stacks and control flow are made from that.
 *
 * Exact: a block that did not run leaves no record. Those that JavaScript is called for, and single-stepped
 * instructions, are recorded here. Leaves out what the blocks are: they have numbers, and who reads a batch knows them.
 */

import { REGISTER_INDEX } from "../arch/x86_64.ts";
import type { Cpu } from "../cpu/cpu.ts";
import { hostBuffer, mapHost, PROT, unmapHost } from "../ffi/libc.ts";
import { RECORD_SIZE } from "../ffi/stubs.ts";
import type { AddressTable } from "../memory/address_table.ts";
import { PAGE_SIZE, pageDown } from "../memory/guest_memory.ts";

/** Records that there is room for: they stay in the host's cache. */
const CAPACITY = 1 << 13;
const WORDS = RECORD_SIZE / 4;
const [SP, RAX] = [2, 4];
const HIGH = 2 ** 32;
/** The number of blocks that a reader does not see. */
const OTHER = 0xffff_ffff;

/** Entered blocks in their order. It is used again: keep nothing of it. */
export class FlowBatch {
  readonly #words: Uint32Array;
  #hidden: ReadonlySet<number> | undefined;
  /** Number of blocks. */
  length = 0;
  /** Id of the thread that ran them. */
  thread = 0;

  /** See `PluginApi.onFlow`, which hands these out. */
  constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** Number of the block at an index; 0 where a signal came in between, for a handler to run. */
  block(index: number): number {
    const id = this.#words[index * WORDS];
    return this.#hidden !== undefined && this.#hidden.has(id) ? OTHER : id;
  }

  /** Has a reader see it without some of the blocks: they have a number that no block has. */
  without(hidden: ReadonlySet<number>, read: (batch: FlowBatch) => void): void {
    this.#hidden = hidden.size === 0 ? undefined : hidden;
    try {
      read(this);
    } finally {
      this.#hidden = undefined;
    }
  }

  /** The stack pointer at its entry. */
  sp(index: number): number {
    return this.#words[index * WORDS + SP] + this.#words[index * WORDS + SP + 1] * HIGH;
  }

  /** The result register at its entry: what a function returned, where the block comes after one. */
  rax(index: number): bigint {
    return BigInt(this.raxLow(index)) | BigInt(this.raxHigh(index)) << 32n;
  }

  /** Its lower 32 bits, for whom a bigint is too slow. */
  raxLow(index: number): number {
    return this.#words[index * WORDS + RAX];
  }

  /** Its upper 32 bits. */
  raxHigh(index: number): number {
    return this.#words[index * WORDS + RAX + 1];
  }
}

/** Who reads the flow. */
export type FlowReader = (batch: FlowBatch) => void;

/** A block as it is announced. */
interface NumberedBlock {
  /** From 1. */
  readonly id: number;
  readonly key: number;
  readonly start: number;
  /** In bytes. */
  readonly size: number;
}

/** The flow of one guest. */
export class BlockFlow {
  readonly #cpu: Cpu;
  readonly #thread: () => number;
  readonly #readers = new Set<FlowReader>();
  readonly #blocks = new Map<number, NumberedBlock>();
  readonly #table: AddressTable;
  #records: bigint | undefined;
  #words = new Uint32Array();
  #batch = new FlowBatch(this.#words);
  #unfollow: (() => void) | undefined;
  /** Has the flow told of blocks and signals from then on; set once by the owner. @returns What ends that. */
  follow: () => () => void = () => () => {};

  /**
   * @param table Where the stub finds a block's number.
   * @param thread Tells the thread at hand.
   */
  constructor(cpu: Cpu, table: AddressTable, thread: () => number) {
    this.#cpu = cpu;
    this.#table = table;
    this.#thread = thread;
  }

  /** Whether blocks are recorded. */
  get isOn(): boolean {
    return this.#unfollow !== undefined;
  }

  /** Has someone read it, from the next slice on. */
  add(reader: FlowReader): void {
    this.deliver();
    this.#readers.add(reader);
    this.#cpu.endSlice();
  }

  /** Has someone not read it any more. */
  remove(reader: FlowReader): void {
    this.deliver();
    this.#readers.delete(reader);
  }

  /** A block is about to run for the first time. */
  translated(block: NumberedBlock): void {
    const { id, key, start } = block;
    this.#blocks.set(key, block);
    if (this.#records !== undefined && Number.isInteger(key)) this.#table.set("NUMBER", start, BigInt(id));
  }

  /** A block's code is no more. */
  retired(key: number): void {
    this.#blocks.delete(key);
  }

  /**
   * Begins or ends recording, if that has changed. Call between slices only.
   *
   * @param budget Blocks that the slice may run.
   * @returns As many of them as there is room for.
   */
  prepare(budget: number): number {
    if (this.#readers.size > 0 !== this.isOn) this.#turn();
    if (!this.isOn) return budget;
    this.#turnToThread();
    if (this.#length > CAPACITY / 2) this.deliver();
    return Math.min(budget, CAPACITY - this.#length);
  }

  /** A batch is of one thread. */
  #turnToThread(): void {
    const thread = this.#thread();
    if (thread === this.#batch.thread) return;
    this.deliver();
    this.#batch.thread = thread;
  }

  #turn(): void {
    if (this.isOn) {
      this.#unfollow?.();
      this.#unfollow = undefined;
      this.#cpu.recordBlocks(false);
      this.#translateAnew();
      this.#blocks.clear();
      return;
    }
    this.#cpu.nextRecord = this.#records ??= this.#take();
    this.#cpu.recordBlocks(true);
    this.#unfollow = this.follow();
    this.#translateAnew();
  }

  #translateAnew(): void {
    const pages = new Set<number>();
    for (const { start, size } of this.#blocks.values()) {
      for (let page = pageDown(start); page < start + size; page += PAGE_SIZE) pages.add(page);
    }
    for (const page of pages) this.#cpu.dropTranslations(page, page + PAGE_SIZE);
  }

  #take(): bigint {
    const records = mapHost(CAPACITY * RECORD_SIZE, PROT.READ | PROT.WRITE);
    this.#words = new Uint32Array(hostBuffer(records, CAPACITY * RECORD_SIZE));
    this.#batch = new FlowBatch(this.#words);
    return records;
  }

  get #length(): number {
    if (this.#records === undefined) return 0;
    return Number(this.#cpu.nextRecord - this.#records) / RECORD_SIZE;
  }

  /** Notes a block that JavaScript was called for and that is about to run; its key is that of its announcement. */
  note(key: number): void {
    if (!this.isOn) return;
    const { registers } = this.#cpu;
    this.#append(
      this.#blocks.get(key)?.id ?? 0,
      registers.general(REGISTER_INDEX.rsp),
      registers.general(REGISTER_INDEX.rax),
    );
  }

  /** Takes back what was noted last, if it has not been handed on. */
  takeBack(): void {
    if (this.#length > 0) this.#cpu.nextRecord -= BigInt(RECORD_SIZE);
  }

  /** Notes that what comes next does not follow from what came last. */
  interrupt(): void {
    this.#turnToThread();
    this.#append(0, 0n, 0n);
  }

  #append(id: number, sp: bigint, rax: bigint): void {
    if (this.#records === undefined) return;
    const at = this.#length * WORDS;
    this.#words[at] = id;
    for (const [offset, value] of [[SP, sp], [RAX, rax]] as const) {
      this.#words[at + offset] = Number(value & 0xffff_ffffn);
      this.#words[at + offset + 1] = Number(value >> 32n);
    }
    this.#cpu.nextRecord += BigInt(RECORD_SIZE);
  }

  /** Hands on what has been recorded. */
  deliver(): void {
    const length = this.#length;
    if (this.#records === undefined || length === 0) return;
    this.#cpu.nextRecord = this.#records;
    this.#batch.length = length;
    for (const reader of this.#readers) reader(this.#batch);
  }

  /** Frees what it took. */
  free(): void {
    if (this.#records === undefined) return;
    unmapHost(this.#records, CAPACITY * RECORD_SIZE);
    this.#records = undefined;
  }
}
