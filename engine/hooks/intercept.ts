/**
 * Function entry and return: pairs each call of an intercepted function with its return.
 *
 * A return is the execution of the return address with the stack pointer just above where it was: so recursion pairs
 * up, and calls that never return (longjmp, exceptions) are forgotten once the stack is unwound past them. Each thread
 * has calls of its own. Leaves out programs that switch between stacks of their own while intercepted functions are
 * active on several of them.
 */

import type { GuestCpu } from "../cpu/guest_cpu.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Hook } from "./hook.ts";
import type { Action, Sites } from "./sites.ts";

/** One call of an intercepted function, from its entry to its return. */
export interface Call {
  /** The arguments that came in registers, by the calling convention, as they were at entry. */
  readonly args: readonly bigint[];
  /** Address of the function. */
  readonly address: bigint;
  /** Where it returns to. */
  readonly returnAddress: bigint;
  /** Number of intercepted calls of its thread that this one is in. */
  readonly depth: number;
  /** Whatever `onEnter` wants `onLeave` to have. */
  data: unknown;
}

/** What to do at entry and return. */
export interface CallHandlers {
  /** Called before the function's first instruction. */
  onEnter?(args: readonly bigint[], call: Call): void | Promise<void>;
  /** Called when the function has returned. A bigint that it returns replaces the function's result. */
  onLeave?(result: bigint, call: Call): bigint | void | Promise<bigint | void>;
}

/** Who runs user code. */
export interface CallOwner {
  /** Gets what it threw. */
  failed(error: unknown): void;
  /** Has the guest go on only when a closure that is asynchronous has finished. */
  hold(work: Promise<unknown>): void;
}

class Frame implements Call {
  readonly args: readonly bigint[];
  readonly depth: number;
  data: unknown;
  readonly sp: number;
  readonly returns: number;
  readonly hook: Hook;
  readonly handlers: CallHandlers;
  readonly #address: number;

  constructor(
    address: number,
    stack: { sp: number; returns: number; depth: number },
    args: readonly bigint[],
    hook: Hook,
    handlers: CallHandlers,
  ) {
    this.#address = address;
    this.sp = stack.sp;
    this.returns = stack.returns;
    this.depth = stack.depth;
    this.args = args;
    this.hook = hook;
    this.handlers = handlers;
  }

  get address(): bigint {
    return BigInt(this.#address);
  }

  get returnAddress(): bigint {
    return BigInt(this.returns);
  }
}

/** Calls of intercepted functions that are active. Addresses are numbers here: this runs at every call. */
export class CallStack {
  readonly #cpu: GuestCpu & { readonly thread: number };
  readonly #memory: GuestMemory;
  readonly #sites: Sites;
  readonly #owner: CallOwner;
  readonly #byThread = new Map<number, Frame[]>();
  /** The thread that was at hand last, and its calls. */
  #thread = 0;
  #frames: Frame[] = [];
  readonly #returns = new Map<number, Action>();

  constructor(cpu: GuestCpu & { readonly thread: number }, memory: GuestMemory, sites: Sites, owner: CallOwner) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#sites = sites;
    this.#owner = owner;
  }

  /** Calls of the thread at hand. */
  #own(): Frame[] {
    const { thread } = this.#cpu;
    if (thread === this.#thread) return this.#frames;
    let frames = this.#byThread.get(thread);
    if (frames === undefined) this.#byThread.set(thread, frames = []);
    this.#thread = thread;
    return this.#frames = frames;
  }

  /** An intercepted function is entered. */
  enter(hook: Hook, address: number, handlers: CallHandlers): void {
    const sp = this.#cpu.stackAddress;
    const returns = this.#memory.pointer(sp);
    const frames = this.#own();
    unwind(frames, sp, returns);
    const stack = { sp, returns, depth: frames.length };
    const frame = new Frame(address, stack, this.#cpu.registerArgs, hook, handlers);
    frames.push(frame);
    if (!this.#returns.has(returns)) this.#watch(returns);
    try {
      const work = handlers.onEnter?.(frame.args, frame);
      if (work instanceof Promise) this.#owner.hold(work);
    } catch (error) {
      this.#owner.failed(error);
    }
  }

  #watch(returns: number): void {
    const action = () => this.#leave(returns);
    this.#returns.set(returns, action);
    this.#sites.attach(returns, action);
  }

  /** Whether a thread is in an intercepted call. */
  get #isActive(): boolean {
    for (const frames of this.#byThread.values()) if (frames.length > 0) return true;
    return false;
  }

  /** No intercepted call is active: until the next one, nothing returns here that matters. */
  #unwatch(address: number): void {
    const action = this.#returns.get(address);
    if (action !== undefined) this.#sites.detach(address, action);
    this.#returns.delete(address);
  }

  #leave(address: number): void {
    const frames = this.#own();
    if (frames.length === 0 && !this.#isActive) return this.#unwatch(address);
    const sp = this.#cpu.stackAddress - 8;
    while (frames.length > 0) {
      const top = frames[frames.length - 1];
      if (top.sp > sp) return;
      frames.pop();
      if (top.sp === sp && top.returns === address && !top.hook.isDetached) this.#tellLeft(top);
    }
  }

  #tellLeft(frame: Frame): void {
    const replace = (result: bigint | void) => {
      if (result !== undefined) this.#cpu.rax = result;
    };
    try {
      const result = frame.handlers.onLeave?.(this.#cpu.rax, frame);
      if (result instanceof Promise) this.#owner.hold(result.then(replace));
      else replace(result);
    } catch (error) {
      this.#owner.failed(error);
    }
  }
}

/** Forgets calls whose frame is not on the stack any more. A tail call shares its caller's. */
function unwind(frames: Frame[], sp: number, returns: number): void {
  while (frames.length > 0) {
    const top = frames[frames.length - 1];
    if (top.sp > sp || top.sp === sp && top.returns === returns) return;
    frames.pop();
  }
}
