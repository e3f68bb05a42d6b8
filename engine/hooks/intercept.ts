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

interface Frame {
  readonly sp: bigint;
  readonly call: Call;
  readonly handlers: CallHandlers;
}

/** Calls of intercepted functions that are active. */
export class CallStack {
  readonly #cpu: GuestCpu;
  readonly #memory: GuestMemory;
  readonly #sites: Sites;
  readonly #guarded: (work: () => void) => void;
  readonly #frames: Frame[] = [];
  readonly #returns = new Map<bigint, Action>();

  /** @param guarded Runs user code. */
  constructor(cpu: GuestCpu, memory: GuestMemory, sites: Sites, guarded: (work: () => void) => void) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#sites = sites;
    this.#guarded = guarded;
  }

  /** An intercepted function is entered. */
  enter(address: number, handlers: CallHandlers): void {
    const { sp, registerArgs: args } = this.#cpu;
    const returnAddress = this.#memory.u64(sp);
    this.#unwind(sp, returnAddress);
    const call: Call = { args, address: BigInt(address), returnAddress, depth: this.#frames.length, data: undefined };
    this.#frames.push({ sp, call, handlers });
    this.#watch(returnAddress);
    handlers.onEnter?.(args, call);
  }

  /** Forgets calls whose frame is not on the stack any more. A tail call shares its caller's. */
  #unwind(sp: bigint, returnAddress: bigint): void {
    for (let top = this.#frames.at(-1); top !== undefined; top = this.#frames.at(-1)) {
      if (top.sp > sp || top.sp === sp && top.call.returnAddress === returnAddress) return;
      this.#frames.pop();
    }
  }

  #watch(returnAddress: bigint): void {
    if (this.#returns.has(returnAddress)) return;
    const action = () => this.#guarded(() => this.#leave(returnAddress));
    this.#returns.set(returnAddress, action);
    this.#sites.attach(Number(returnAddress), action);
  }

  #leave(address: bigint): void {
    const sp = this.#cpu.sp - 8n;
    for (let top = this.#frames.at(-1); top !== undefined && top.sp <= sp; top = this.#frames.at(-1)) {
      this.#frames.pop();
      if (top.sp !== sp || top.call.returnAddress !== address) continue;
      const replacement = top.handlers.onLeave?.(this.#cpu.rax, top.call);
      if (replacement !== undefined) this.#cpu.rax = replacement;
    }
  }

  /** Stops watching returns, once no function is intercepted. */
  clear(): void {
    for (const [address, action] of this.#returns) this.#sites.detach(Number(address), action);
    this.#returns.clear();
    this.#frames.length = 0;
  }
}
