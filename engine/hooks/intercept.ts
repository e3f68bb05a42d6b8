/**
 * Function entry and return: pairs each call of an intercepted function with its return.
 *
 * A return is the execution of the return address with the stack pointer just above where it was: so recursion pairs
 * up, and calls that never return (longjmp, exceptions) are forgotten once the stack is unwound past them. Leaves out
 * programs that switch between stacks of their own while intercepted functions are active on several of them.
 */

import type { GuestCpu } from "../cpu/guest_cpu.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Action, Sites } from "./sites.ts";

/** One call of an intercepted function, from its entry to its return. */
export interface Call {
  /** The arguments that came in registers, by the calling convention, as they were at entry. */
  readonly args: readonly bigint[];
  /** Address of the function. */
  readonly address: bigint;
  /** Where it returns to. */
  readonly returnAddress: bigint;
  /** Number of intercepted calls that this one is in. */
  readonly depth: number;
  /** Whatever `onEnter` wants `onLeave` to have. */
  data: unknown;
}

/** What to do at entry and return. */
export interface CallHandlers {
  /** Called before the function's first instruction. */
  onEnter?(args: readonly bigint[], call: Call): void;
  /** Called when the function has returned. A bigint that it returns replaces the function's result. */
  onLeave?(result: bigint, call: Call): bigint | void;
}

class Frame implements Call {
  readonly args: readonly bigint[];
  readonly depth: number;
  data: unknown;
  readonly sp: number;
  readonly returns: number;
  readonly handlers: CallHandlers;
  readonly #address: number;

  constructor(address: number, sp: number, returns: number, cpu: GuestCpu, depth: number, handlers: CallHandlers) {
    this.#address = address;
    this.sp = sp;
    this.returns = returns;
    this.args = cpu.registerArgs;
    this.depth = depth;
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
  readonly #cpu: GuestCpu;
  readonly #memory: GuestMemory;
  readonly #sites: Sites;
  readonly #failed: (error: unknown) => void;
  readonly #frames: Frame[] = [];
  readonly #returns = new Map<number, Action>();

  /** @param failed Gets what user code threw. */
  constructor(cpu: GuestCpu, memory: GuestMemory, sites: Sites, failed: (error: unknown) => void) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#sites = sites;
    this.#failed = failed;
  }

  /** An intercepted function is entered. */
  enter(address: number, handlers: CallHandlers): void {
    const sp = this.#cpu.stackAddress;
    const returns = this.#memory.pointer(sp);
    this.#unwind(sp, returns);
    const frame = new Frame(address, sp, returns, this.#cpu, this.#frames.length, handlers);
    this.#frames.push(frame);
    if (!this.#returns.has(returns)) this.#watch(returns);
    try {
      handlers.onEnter?.(frame.args, frame);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Forgets calls whose frame is not on the stack any more. A tail call shares its caller's. */
  #unwind(sp: number, returns: number): void {
    const frames = this.#frames;
    while (frames.length > 0) {
      const top = frames[frames.length - 1];
      if (top.sp > sp || top.sp === sp && top.returns === returns) return;
      frames.pop();
    }
  }

  #watch(returns: number): void {
    const action = () => this.#leave(returns);
    this.#returns.set(returns, action);
    this.#sites.attach(returns, action);
  }

  #leave(address: number): void {
    const sp = this.#cpu.stackAddress - 8;
    const frames = this.#frames;
    while (frames.length > 0) {
      const top = frames[frames.length - 1];
      if (top.sp > sp) return;
      frames.pop();
      if (top.sp !== sp || top.returns !== address || top.handlers.onLeave === undefined) continue;
      try {
        const replacement = top.handlers.onLeave(this.#cpu.rax, top);
        if (replacement !== undefined) this.#cpu.rax = replacement;
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /** Stops watching returns, once no function is intercepted. */
  clear(): void {
    for (const [address, action] of this.#returns) this.#sites.detach(address, action);
    this.#returns.clear();
    this.#frames.length = 0;
  }
}
