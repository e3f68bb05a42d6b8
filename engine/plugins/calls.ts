/**
 * A shadow call stack for plugins: which function was called by which, when it returned, and which one a block runs in.
 *
 * It is made from the flow of blocks. A frame lives as long as the stack pointer is not above its return address: so
 * returns, longjmp(3), exceptions and signal handlers need no care of their own. A jump to another function's start is
 * a tail call: its frame shares the return address. Each thread has a stack of its own.
 */

import type { FlowBatch } from "../counters/flow.ts";
import { transferOf } from "../disasm/transfers.ts";
import type { PluginApi, PluginBlock } from "../plugin.ts";
import { type CallFrame, Edge, edgeOf, Frame, type Known, type TrackedBlock } from "./call_frames.ts";

/** How a function is left. */
export interface Leaving {
  /** What is in rax then: the function's result, if it returned. */
  readonly result: bigint;
  /** Its lower 32 bits, for whom a bigint is too slow. */
  readonly resultLow: number;
  /** Its upper 32 bits. */
  readonly resultHigh: number;
}

/** What a plugin wants to hear. It hears it in order, but later: the guest has gone on meanwhile. */
export interface CallEvents<T> {
  /** Makes the plugin's data of a new frame. */
  readonly data: (frame: Omit<CallFrame<T>, "data">) => T;
  /** A function is entered; not called for the code that the program started in. */
  readonly onEnter?: (frame: CallFrame<T>) => void;
  /** A function is left. */
  readonly onLeave?: (frame: CallFrame<T>, leaving: Leaving) => void;
  /**
   * A block runs; or one did not run to its end, then `count` is negative.
   *
   * @param count Number of its instructions; the sum of all is the number of executed instructions.
   */
  readonly onBlock?: (frame: CallFrame<T>, block: TrackedBlock, count: number) => void;
}

/** The place in a batch where a function is left. */
class LeavingPlace implements Leaving {
  readonly #batch: FlowBatch;
  index = 0;

  constructor(batch: FlowBatch) {
    this.#batch = batch;
  }

  get result(): bigint {
    return this.#batch.rax(this.index);
  }

  get resultLow(): number {
    return this.#batch.raxLow(this.index);
  }

  get resultHigh(): number {
    return this.#batch.raxHigh(this.index);
  }
}

/** The calls of a thread. */
export interface ThreadCalls<T> {
  /** The thread's id. */
  readonly thread: number;
  /** The innermost frame. */
  readonly top: CallFrame<T> | undefined;
  /** Instructions that it has executed. */
  readonly executed: number;
}

/** What tells where the guest is. */
export interface CallTracker<T> {
  /** The thread that events are told of. */
  readonly current: ThreadCalls<T>;
  /** All threads so far. */
  readonly threads: readonly ThreadCalls<T>[];
  /** Instructions that all of them have executed. */
  readonly executed: number;
}

class ThreadStack<T> implements ThreadCalls<T> {
  readonly thread: number;
  top: Frame<T> | undefined;
  /** The block it entered last. */
  previous: Known | undefined;
  executed = 0;

  constructor(thread: number) {
    this.thread = thread;
  }
}

/** What calls are seen through: the interface of any plugin. */
export type CallSource = Pick<PluginApi, "onTranslate" | "onFlow" | "onLeave" | "onActiveChange">;

/**
 * What must be known of a block that stays in its frame, as one number: most blocks do, and there are many millions.
 * KNOWN is set if no function starts there, LEADS as in {@linkcode Known}; the number of instructions is above them.
 */
const QUIET = { KNOWN: 1, LEADS: 2, COUNT_SHIFT: 2 } as const;
/** Calls of the kernel, after which the stack may be another one. */
const INTERRUPTS: ReadonlySet<string> = new Set(["syscall", "sysenter", "int", "int1", "int3"]);

/**
 * Follows the calls of the guest.
 *
 * @returns What tells where it is.
 */
export function trackCalls<T>(api: CallSource, events: CallEvents<T>): CallTracker<T> {
  const tracker = new Tracker(events);
  api.onTranslate((block) => tracker.add(block));
  api.onFlow((batch) => tracker.follow(batch));
  api.onLeave((_, pc) => tracker.leave(pc));
  api.onActiveChange(() => tracker.forget());
  return tracker;
}

class Tracker<T> implements CallTracker<T> {
  readonly #events: CallEvents<T>;
  /** Blocks by their number. */
  readonly #blocks: (Known | undefined)[] = [];
  /** The same in short: see {@linkcode QUIET}. */
  #quiet = new Uint32Array(1024);
  readonly #threads = new Map<number, ThreadStack<T>>();
  #next = 0;
  #others = 0;
  current = new ThreadStack<T>(0);

  constructor(events: CallEvents<T>) {
    this.#events = events;
  }

  get threads(): readonly ThreadCalls<T>[] {
    return [...this.#threads.values()];
  }

  get executed(): number {
    return this.#others + this.current.executed;
  }

  add(block: PluginBlock): void {
    const { id, address, size, instructions, symbol } = block;
    const last = instructions.at(-1);
    while (this.#blocks.length < id) this.#blocks.push(undefined); // no holes, which make it slow
    const kind = last === undefined ? "next" : transferOf(last.bytes, Number(last.address)).kind;
    const isCall = kind === "call";
    const leads = isCall || kind === "away" || last !== undefined && INTERRUPTS.has(last.mnemonic);
    const isStart = symbol?.offset === 0;
    const { length: count } = instructions;
    this.#blocks[id] = {
      ...{ address, end: address + BigInt(size), instructions, symbol, last: last?.address },
      ...{ count, isCall, leads, isStart, edges: new Map(), lastEdge: undefined },
    };
    if (id >= this.#quiet.length) {
      const before = this.#quiet;
      this.#quiet = new Uint32Array(2 ** Math.ceil(Math.log2(id + 1)));
      this.#quiet.set(before);
    }
    this.#quiet[id] = isStart ? 0 : QUIET.KNOWN | (leads ? QUIET.LEADS : 0) | count << QUIET.COUNT_SHIFT;
  }

  /** While the plugin is disabled, calls are missed. */
  forget(): void {
    for (const each of this.#threads.values()) each.top = each.previous = undefined;
  }

  #turnTo(thread: number): void {
    if (thread === this.current.thread) return;
    let next = this.#threads.get(thread);
    if (next === undefined) this.#threads.set(thread, next = new ThreadStack(thread));
    this.#others += this.current.executed - next.executed;
    this.current = next;
  }

  follow(batch: FlowBatch): void {
    const { onBlock } = this.#events;
    const leaving = new LeavingPlace(batch);
    const { length } = batch;
    this.#turnTo(batch.thread);
    const { current } = this;
    const quiet = this.#quiet;
    let { previous, top } = current;
    let leads = previous?.leads ?? true;
    /** The block before, if it was passed over quickly. */
    let passed = 0;
    let executed = 0;
    for (let index = 0; index < length; index++) {
      const id = batch.block(index);
      const word = id < quiet.length ? quiet[id] : 0;
      if (!leads && word !== 0 && onBlock === undefined) {
        executed += word >>> QUIET.COUNT_SHIFT;
        leads = (word & QUIET.LEADS) !== 0;
        passed = id;
        continue;
      }
      current.executed += executed;
      executed = 0;
      if (passed !== 0) previous = this.#blocks[passed];
      passed = 0;
      const block = this.#blocks[id];
      if (block === undefined) { // a signal's handler is called by nobody, and other code may call anything
        previous = undefined;
        leads = true;
        continue;
      }
      const sp = batch.sp(index);
      if (top === undefined) top = this.#push(undefined, new Edge(block, undefined), false, sp);
      else {
        if (top.stackPointer < sp && top.parent !== undefined) {
          leaving.index = index;
          top = this.#unwind(top, sp, leaving);
        }
        if (block.isStart || previous !== undefined && previous.isCall) top = this.#enter(top, previous, block, sp);
      }
      current.executed += block.count;
      if (onBlock !== undefined) onBlock(top, block, block.count);
      previous = block;
      leads = block.leads;
    }
    current.executed += executed;
    current.previous = passed === 0 ? previous : this.#blocks[passed];
    current.top = top;
  }

  #unwind(from: Frame<T>, sp: number, leaving: Leaving): Frame<T> {
    let top = from;
    for (; top.stackPointer < sp && top.parent !== undefined; top = top.parent) this.#events.onLeave?.(top, leaving);
    return top;
  }

  #enter(top: Frame<T>, previous: Known | undefined, block: Known, sp: number): Frame<T> {
    const isCall = previous !== undefined && previous.isCall;
    // The start of a function that is not reached by a call: a tail call or a signal, but no loop of its own.
    if (!isCall && block.symbol?.address === previous?.symbol?.address) return top;
    const isTail = !isCall && top.parent !== undefined && top.stackPointer === sp;
    const edge = previous !== undefined && (isCall || isTail) ? edgeOf(previous, block) : new Edge(block, undefined);
    const frame = this.#push(top, edge, isTail, sp);
    this.#events.onEnter?.(frame);
    return frame;
  }

  #push(parent: Frame<T> | undefined, edge: Edge, isTail: boolean, sp: number): Frame<T> {
    const counts = { own: this.current.executed, all: this.executed };
    const frame = new Frame(parent === undefined ? -1 : this.#next++, parent, edge, isTail, counts, sp);
    frame.data = this.#events.data(frame);
    return frame;
  }

  /** The block entered last was left before the instruction at `pc`. */
  leave(pc: bigint): void {
    const { previous: block, top } = this.current;
    if (block === undefined || top === undefined || pc < block.address || pc >= block.end) return;
    const missing = block.instructions.filter(({ address }) => address >= pc).length;
    this.current.executed -= missing;
    this.#events.onBlock?.(top, block, -missing);
    // Its last instruction did not run: if that is a call, nothing was called.
    this.current.previous = { ...block, isCall: false, leads: true };
  }
}
