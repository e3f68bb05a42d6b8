/**
 * Which instruction produced the values that another one reads, while a program runs: through parts of registers, flags,
 * and bytes of memory.
 *
 * A value that several instructions made, such as one that was stored byte by byte, has each of them as its producer, once
 * for each time it is read. Each thread has registers of its own. Leaves out signal handlers, which have their thread's.
 */

import type { PartAccess } from "../disasm/register_parts.ts";
import { grown } from "./grown.ts";
import { WrittenMemory } from "./written_memory.ts";

/** The number of what was there from the start; instructions have numbers from 1. */
export const INITIAL = 0;

/** How often an instruction read what another one produced. */
export interface Dependence {
  /** Number of the instruction that reads. */
  readonly consumer: number;
  /** Number of the one that produced, or {@linkcode INITIAL}. */
  readonly producer: number;
  /** The register by the name that the consumer has for it, `flags` or `memory`. */
  readonly through: string;
  /** How often. */
  readonly count: number;
}

const PAGE = 4096;

/** What a thread has. */
interface ThreadState {
  /** The instruction that wrote each part of the registers last. */
  readonly writers: Int32Array;
  /** The instruction that it executed last. */
  current: number;
}

/** Follows values. */
export class DependenceTracker {
  readonly #memory = new WrittenMemory();
  readonly #threads = new Map<number, ThreadState>();
  /** Of the thread at hand, as is what follows. */
  #state: ThreadState = { writers: new Int32Array(1024), current: 0 };
  #writers = this.#state.writers;
  /** Of each instruction: slots to read, each with the parts of a register, then the parts that it writes. */
  #code = new Int32Array(4096);
  #codeLength = 0;
  #starts = new Int32Array(1024);
  #executed = new Float64Array(1024);
  #memorySlots = new Int32Array(1024);
  #instructions = 1;
  #current = 0;
  /** A slot is what one instruction reads through one thing; it has a list of edges, the one used last first. */
  readonly #slots: { readonly consumer: number; readonly through: string }[] = [{ consumer: 0, through: "" }];
  #heads = new Int32Array(1024);
  #producers = new Int32Array(1024).fill(-1, 0, 1);
  #next = new Int32Array(1024);
  #counts = new Float64Array(1024);
  #stamps = new Float64Array(1024);
  #edges = 1;
  /** In an array: as a field, it would be a new object each time. */
  readonly #stamp = new Float64Array(1);

  /**
   * Makes an instruction known.
   *
   * @param isConsumer Whether it is of interest what it reads.
   * @returns Its number.
   */
  add({ reads, writes }: PartAccess, isConsumer: boolean): number {
    const number = this.#instructions++;
    this.#starts = grown(this.#starts, number + 1);
    this.#executed = grown(this.#executed, number + 1);
    this.#memorySlots = grown(this.#memorySlots, number + 1);
    this.#memorySlots[number] = isConsumer ? this.#slot(number, "memory") : 0;
    const slots = isConsumer ? reads : [];
    const words = [slots.length];
    for (const [through, parts] of slots) words.push(this.#slot(number, through), parts.length, ...parts);
    words.push(writes.length, ...writes);
    this.#starts[number] = this.#codeLength;
    this.#code = grown(this.#code, this.#codeLength + words.length);
    this.#code.set(words, this.#codeLength);
    this.#codeLength += words.length;
    return number;
  }

  #slot(consumer: number, through: string): number {
    const slot = this.#slots.push({ consumer, through }) - 1;
    this.#heads = grown(this.#heads, slot + 1);
    return slot;
  }

  /** What is told next is of a thread; one that was not begun by {@linkcode DependenceTracker.begin} has initial registers. */
  turnTo(thread: number): void {
    this.#state.current = this.#current;
    this.#state = this.#stateOf(thread);
    this.#writers = this.#state.writers;
    this.#current = this.#state.current;
  }

  #stateOf(thread: number): ThreadState {
    let state = this.#threads.get(thread);
    if (state === undefined) this.#threads.set(thread, state = { writers: new Int32Array(1024), current: 0 });
    return state;
  }

  /** The thread at hand begins another one, which has its registers. */
  begin(thread: number): void {
    this.#stateOf(thread).writers.set(this.#writers);
  }

  /** An instruction is executed; what it accesses in memory comes next. */
  execute(number: number): void {
    const code = this.#code;
    const writers = this.#writers;
    const heads = this.#heads;
    this.#current = number;
    this.#executed[number]++;
    let at = this.#starts[number];
    for (let slots = code[at++]; slots > 0; slots--) {
      const slot = code[at];
      const from = at + 2;
      const end = from + code[at + 1];
      const first = writers[code[from]];
      for (at = from + 1; at < end && writers[code[at]] === first;) at++;
      if (at === end) {
        let edge = heads[slot];
        if (this.#producers[edge] !== first) edge = this.#find(slot, first);
        this.#counts[edge]++;
        continue;
      }
      this.#stamp[0]++;
      for (at = from; at < end; at++) this.#use(slot, writers[code[at]]);
    }
    for (const end = at + 1 + code[at++]; at < end; at++) writers[code[at]] = number;
  }

  /** Counts a producer, once for each value. */
  #use(slot: number, producer: number): void {
    let edge = this.#heads[slot];
    if (this.#producers[edge] !== producer) edge = this.#find(slot, producer);
    if (this.#stamps[edge] === this.#stamp[0]) return;
    this.#stamps[edge] = this.#stamp[0];
    this.#counts[edge]++;
  }

  #find(slot: number, producer: number): number {
    let before = 0;
    for (let edge = this.#heads[slot]; edge !== 0; before = edge, edge = this.#next[edge]) {
      if (this.#producers[edge] !== producer) continue;
      if (before === 0) return edge;
      this.#next[before] = this.#next[edge];
      this.#next[edge] = this.#heads[slot];
      return this.#heads[slot] = edge;
    }
    const edge = this.#edges++;
    this.#producers = grown(this.#producers, edge + 1);
    this.#next = grown(this.#next, edge + 1);
    this.#counts = grown(this.#counts, edge + 1);
    this.#stamps = grown(this.#stamps, edge + 1);
    this.#producers[edge] = producer;
    this.#next[edge] = this.#heads[slot];
    return this.#heads[slot] = edge;
  }

  /** The instruction at hand reads memory, at the address that is at an index. */
  load(addresses: Float64Array, index: number, size: number): void {
    const slot = this.#memorySlots[this.#current];
    if (slot === 0) return;
    const address = addresses[index];
    const number = address / PAGE | 0;
    const offset = address - number * PAGE | 0;
    const page = this.#memory.page(number);
    if (page === undefined || offset + size > PAGE) return this.#loadApart(slot, address, size);
    const first = page[offset];
    let at = offset + 1;
    const end = offset + size;
    while (at < end && page[at] === first) at++;
    if (at < end) return this.#loadApart(slot, address, size);
    let edge = this.#heads[slot];
    if (this.#producers[edge] !== first) edge = this.#find(slot, first);
    this.#counts[edge]++;
  }

  /** Reads what several instructions wrote, or nobody. */
  #loadApart(slot: number, address: number, size: number): void {
    this.#stamp[0]++;
    for (let byte = address; byte < address + size; byte++) {
      const number = byte / PAGE | 0;
      this.#use(slot, this.#memory.page(number)?.[byte - number * PAGE] ?? INITIAL);
    }
  }

  /** The instruction at hand writes memory, at the address that is at an index. */
  store(addresses: Float64Array, index: number, size: number): void {
    const number = addresses[index] / PAGE | 0;
    this.#memory.writeAt(number, addresses[index] - number * PAGE | 0, size, this.#current);
  }

  /** Number of the instruction that the thread at hand executed last. */
  get current(): number {
    return this.#current;
  }

  /** An instruction had memory written for it: a system call. */
  storeFor(number: number, address: number, size: number): void {
    this.#memory.write(address, size, number);
  }

  /** The memory of `[start, end)` is new. */
  forget(start: number, end: number): void {
    this.#memory.forget(start, end);
  }

  /** How often an instruction was executed. */
  executed(number: number): number {
    return this.#executed[number];
  }

  /** Counts anew; who produced what is known still. */
  reset(): void {
    this.#counts.fill(0);
    this.#executed.fill(0);
  }

  /** What was found. */
  *dependences(): Generator<Dependence> {
    for (const [slot, { consumer, through }] of this.#slots.entries()) {
      for (let edge = this.#heads[slot]; edge !== 0; edge = this.#next[edge]) {
        const [producer, count] = [this.#producers[edge], this.#counts[edge]];
        if (count > 0) yield { consumer, producer, through, count };
      }
    }
  }
}
