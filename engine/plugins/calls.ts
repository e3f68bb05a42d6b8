/**
 * A shadow call stack for plugins: which function was called by which, when it returned, and which one a block runs in.
 *
 * It is told of every block. A frame lives as long as the stack pointer is not above its return address: so returns,
 * longjmp(3), exceptions and signal handlers need no care of their own. A jump to another function's start is a tail
 * call: its frame shares the return address. Leaves out threads: there is one stack.
 */

import type { GuestContext } from "../context.ts";
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
  /** Where it returns to. */
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

/** What a plugin wants to hear. */
export interface CallEvents<T> {
  /** Makes the plugin's data of a new frame. */
  readonly data: (frame: Omit<CallFrame<T>, "data">) => T;
  /** A function is entered; not called for the code that the program started in. */
  readonly onEnter?: (frame: CallFrame<T>, cpu: GuestContext) => void;
  /** A function is left; what is in `cpu.rax` is its result if it returned. */
  readonly onLeave?: (frame: CallFrame<T>, cpu: GuestContext) => void;
  /**
   * A block is about to run; or one did not run to its end, then `count` is negative.
   *
   * @param count Number of its instructions; the sum of all is the number of executed instructions.
   */
  readonly onBlock?: (frame: CallFrame<T>, block: TrackedBlock, count: number) => void;
}

interface Known extends TrackedBlock {
  readonly flow: "call" | "return" | "jump" | "interrupt" | "none";
  readonly last: bigint | undefined;
}

/** What calls are seen through: the interface of any plugin. */
export type CallSource = Pick<PluginApi, "memory" | "flow" | "onTranslate" | "onLeave" | "onActiveChange">;

/**
 * Follows the calls of the guest.
 *
 * @returns What tells the innermost frame at the moment.
 */
export function trackCalls<T>(api: CallSource, events: CallEvents<T>): { current(): CallFrame<T> | undefined } {
  const tracker = new Tracker(api, events);
  api.onTranslate((block) => tracker.add(block));
  api.onLeave((_, pc) => tracker.leave(pc));
  api.onActiveChange(() => tracker.forget());
  return { current: () => tracker.top };
}

class Tracker<T> {
  readonly #api: CallSource;
  readonly #events: CallEvents<T>;
  #previous: Known | undefined;
  #next = 0;
  top: CallFrame<T> | undefined;

  constructor(api: CallSource, events: CallEvents<T>) {
    this.#api = api;
    this.#events = events;
  }

  add(block: PluginBlock): void {
    const { address, size, instructions, symbol } = block;
    const last = instructions.at(-1);
    const flow = last === undefined ? "none" : this.#api.flow(last);
    const known = { address, end: address + BigInt(size), instructions, symbol, flow, last: last?.address };
    block.onExecute((cpu) => this.#enter(known, cpu));
  }

  /** While the plugin is disabled, calls are missed. */
  forget(): void {
    this.top = undefined;
    this.#previous = undefined;
  }

  #enter(block: Known, cpu: GuestContext): void {
    const { sp } = cpu;
    const previous = this.#previous;
    this.#previous = block;
    let top = this.top ?? this.#push(block, sp, cpu, undefined, false);
    while (top.parent !== undefined && top.sp < sp) {
      this.#events.onLeave?.(top, cpu);
      top = this.top = top.parent;
    }
    if (previous !== undefined && this.#isEntry(previous, block, sp)) {
      const isTail = top.parent !== undefined && top.sp === sp;
      top = this.#push(block, sp, cpu, previous.flow === "call" || isTail ? previous.last : undefined, isTail);
      this.#events.onEnter?.(top, cpu);
    }
    this.#events.onBlock?.(top, block, block.instructions.length);
  }

  /** The block entered last was left before the instruction at `pc`. */
  leave(pc: bigint): void {
    const block = this.#previous;
    if (block === undefined || this.top === undefined || pc < block.address || pc >= block.end) return;
    const missing = block.instructions.filter(({ address }) => address >= pc).length;
    this.#events.onBlock?.(this.top, block, -missing);
  }

  #isEntry(previous: Known, block: Known, sp: bigint): boolean {
    if (previous.flow === "call" && this.#word(sp) === previous.end) return true;
    if (block.symbol === undefined || block.symbol.offset !== 0) return false;
    // The start of a function that is not reached by a call: a tail call or a signal, but no loop of its own.
    return block.symbol.address !== previous.symbol?.address;
  }

  #word(address: bigint): bigint {
    return this.#api.memory.allows(Number(address), 8, 1) ? this.#api.memory.u64(address) : 0n;
  }

  #push(block: Known, sp: bigint, cpu: GuestContext, site: bigint | undefined, isTail: boolean): CallFrame<T> {
    const parent = this.top;
    const frame = {
      id: parent === undefined ? -1 : this.#next++,
      depth: parent === undefined ? -1 : parent.depth + 1,
      parent,
      symbol: block.symbol,
      address: block.address,
      site,
      sp,
      returnAddress: this.#word(cpu.sp),
      isTail,
    };
    return this.top = { ...frame, data: this.#events.data(frame) };
  }
}
