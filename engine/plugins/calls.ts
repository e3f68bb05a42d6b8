/**
 * A shadow call stack for plugins: which function was called by which, when it returned, and which one a block runs in.
 *
 * It is made from the flow of blocks. A frame lives as long as the stack pointer is not above its return address: so
 * returns, longjmp(3), exceptions and signal handlers need no care of their own. A jump to another function's start is
 * a tail call: its frame shares the return address. Each thread has a stack of its own.
 */

import type { FlowBatch } from "../counters/flow.ts";
import type { PluginApi, PluginBlock, PluginInstruction } from "../plugin.ts";
import type { SymbolAt } from "../symbols/mod.ts";

/** A function that was called and has not returned. */
export interface CallFrame<T = undefined> {
  /** Number of the call, from 0. */
  readonly id: number;
  /** 0 for what was called first; -1 for the code that the program started in. */
  readonly depth: number;
  /** The function that called it; undefined for the code that the program started in. */
  readonly parent: CallFrame<T> | undefined;
  /** The function. */
  readonly symbol: SymbolAt | undefined;
  /** Where it was entered. */
  readonly address: bigint;
  /** The instruction that called or jumped to it; undefined if that was none of the code at hand. */
  readonly site: bigint | undefined;
  /** Where the return address is. */
  readonly sp: bigint;
  /** Where it returns to; 0 for a signal handler and for the code that the program started in. */
  readonly returnAddress: bigint;
  /** Whether it was jumped to, and returns to its caller's caller. */
  readonly isTail: boolean;
  /** The plugin's own. */
  data: T;
}

/** A block as the tracker knows it. */
export interface TrackedBlock {
  /** Where it starts. */
  readonly address: bigint;
  /** The address past its last byte. */
  readonly end: bigint;
  /** Its instructions, those within the plugin's part of the code. */
  readonly instructions: readonly PluginInstruction[];
  /** The symbol it starts in. */
  readonly symbol: SymbolAt | undefined;
}

/** What a plugin wants to hear. It hears it in order, but later: the guest has gone on meanwhile. */
export interface CallEvents<T> {
  /** Makes the plugin's data of a new frame. */
  readonly data: (frame: Omit<CallFrame<T>, "data">) => T;
  /** A function is entered; not called for the code that the program started in. */
  readonly onEnter?: (frame: CallFrame<T>) => void;
  /** A function is left. @param result What is in rax then: its result, if it returned. */
  readonly onLeave?: (frame: CallFrame<T>, result: bigint) => void;
  /**
   * A block runs; or one did not run to its end, then `count` is negative.
   *
   * @param count Number of its instructions; the sum of all is the number of executed instructions.
   */
  readonly onBlock?: (frame: CallFrame<T>, block: TrackedBlock, count: number) => void;
}

interface Known extends TrackedBlock {
  readonly count: number;
  readonly isCall: boolean;
  /** Whether it is where a function starts. */
  readonly isStart: boolean;
  readonly last: bigint | undefined;
}

/** What calls are seen through: the interface of any plugin. */
export type CallSource = Pick<PluginApi, "flow" | "onTranslate" | "onFlow" | "onLeave" | "onActiveChange">;

/**
 * Follows the calls of the guest.
 *
 * @returns What tells the innermost frame at the moment.
 */
export function trackCalls<T>(api: CallSource, events: CallEvents<T>): { current(): CallFrame<T> | undefined } {
  const tracker = new Tracker(api, events);
  api.onTranslate((block) => tracker.add(block));
  api.onFlow((batch) => tracker.follow(batch));
  api.onLeave((_, pc) => tracker.leave(pc));
  api.onActiveChange(() => tracker.forget());
  return { current: () => tracker.top };
}

/** The calls of a thread. */
interface Stack<T> {
  /** The block it entered last. */
  readonly previous: Known | undefined;
  readonly top: CallFrame<T> | undefined;
}

class Tracker<T> {
  readonly #api: CallSource;
  readonly #events: CallEvents<T>;
  /** Blocks by their number. */
  readonly #blocks: (Known | undefined)[] = [];
  /** The stacks of the threads that are not at hand. */
  readonly #stacks = new Map<number, Stack<T>>();
  #thread = 0;
  #previous: Known | undefined;
  #next = 0;
  top: CallFrame<T> | undefined;
  /** Its stack pointer. */
  #sp = Infinity;

  constructor(api: CallSource, events: CallEvents<T>) {
    this.#api = api;
    this.#events = events;
  }

  add(block: PluginBlock): void {
    const { id, address, size, instructions, symbol } = block;
    const last = instructions.at(-1);
    while (this.#blocks.length < id) this.#blocks.push(undefined); // no holes, which make it slow
    this.#blocks[id] = {
      ...{ address, end: address + BigInt(size), instructions, symbol, last: last?.address },
      count: instructions.length,
      isCall: last !== undefined && this.#api.flow(last) === "call",
      isStart: symbol?.offset === 0,
    };
  }

  /** While the plugin is disabled, calls are missed. */
  forget(): void {
    this.#stacks.clear();
    this.#setTop(undefined);
    this.#previous = undefined;
  }

  /** Puts a thread's stack at hand. */
  #turnTo(thread: number): void {
    if (thread === this.#thread) return;
    this.#stacks.set(this.#thread, { previous: this.#previous, top: this.top });
    this.#thread = thread;
    const stack = this.#stacks.get(thread);
    this.#previous = stack?.previous;
    this.#setTop(stack?.top);
  }

  #setTop(top: CallFrame<T> | undefined): void {
    this.top = top;
    this.#sp = top?.parent === undefined ? Infinity : Number(top.sp);
  }

  follow(batch: FlowBatch): void {
    const { onBlock } = this.#events;
    this.#turnTo(batch.thread);
    for (let index = 0; index < batch.length; index++) {
      const block = this.#blocks[batch.block(index)];
      if (block === undefined) { // a signal's handler is called by nobody, and other code may call anything
        this.#previous = undefined;
        continue;
      }
      const sp = batch.sp(index);
      const previous = this.#previous;
      this.#previous = block;
      if (this.top === undefined) this.#push(block, sp, undefined, false);
      else {
        if (this.#sp < sp) this.#unwind(sp, batch.rax(index));
        if (block.isStart || previous?.isCall) this.#enter(previous, block, sp);
      }
      if (onBlock !== undefined && this.top !== undefined) onBlock(this.top, block, block.count);
    }
  }

  #unwind(sp: number, result: bigint): void {
    while (this.top !== undefined && this.#sp < sp) {
      this.#events.onLeave?.(this.top, result);
      this.#setTop(this.top.parent);
    }
  }

  #enter(previous: Known | undefined, block: Known, sp: number): void {
    // The start of a function that is not reached by a call: a tail call or a signal, but no loop of its own.
    const isCall = previous?.isCall === true;
    if (!isCall && block.symbol?.address === previous?.symbol?.address) return;
    const isTail = !isCall && this.#sp === sp;
    const frame = this.#push(block, sp, isCall || isTail ? previous : undefined, isTail);
    this.#events.onEnter?.(frame);
  }

  #push(block: Known, sp: number, caller: Known | undefined, isTail: boolean): CallFrame<T> {
    const parent = this.top;
    const frame = {
      id: parent === undefined ? -1 : this.#next++,
      depth: parent === undefined ? -1 : parent.depth + 1,
      parent,
      symbol: block.symbol,
      address: block.address,
      site: caller?.last,
      sp: BigInt(sp),
      returnAddress: isTail ? parent?.returnAddress ?? 0n : caller?.end ?? 0n,
      isTail,
    };
    const top = { ...frame, data: this.#events.data(frame) };
    this.#setTop(top);
    return top;
  }

  /** The block entered last was left before the instruction at `pc`. */
  leave(pc: bigint): void {
    const [block, top] = [this.#previous, this.top];
    if (block === undefined || top === undefined || pc < block.address || pc >= block.end) return;
    const missing = block.instructions.filter(({ address }) => address >= pc).length;
    this.#events.onBlock?.(top, block, -missing);
    // Its last instruction did not run: if that is a call, nothing was called.
    this.#previous = { ...block, isCall: false };
  }
}
