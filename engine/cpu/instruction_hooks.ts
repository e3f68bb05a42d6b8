/**
 * Hooks on single instructions: Unicorn calls a stub before each execution of those that are hooked. Changing which they
 * are has their code translated anew. Leaves out what the stub does.
 */

import { UC } from "../ffi/unicorn.ts";
import type { Engine } from "./engine.ts";

/** What is called before every instruction. */
export interface EveryInstruction {
  /** Host address of the stub: rdi engine, rsi address, edx size, rcx data. */
  readonly stub: bigint;
  /** What it gets in rcx. */
  readonly data: bigint;
  /** An instruction is to be handed to `CpuPlaces.instructionHook`, or no more. */
  hooked(address: number, isHooked: boolean): void;
}

/** The hooked instructions of one CPU. */
export class InstructionHooks {
  readonly #engine: Engine;
  readonly #stub: bigint;
  /** Handles by address; none while every instruction is hooked. */
  readonly #handles = new Map<number, bigint | undefined>();
  #every: { readonly handle: bigint; readonly hook: EveryInstruction } | undefined;

  /** @param stub Host address of what is called. */
  constructor(engine: Engine, stub: bigint) {
    this.#engine = engine;
    this.#stub = stub;
  }

  /** Hooked addresses. */
  get addresses(): Iterable<number> {
    return this.#handles.keys();
  }

  /** How many instructions are hooked. */
  get size(): number {
    return this.#handles.size;
  }

  /** Whether the instruction at an address is hooked. */
  has(address: number): boolean {
    return this.#handles.has(address);
  }

  /** Has the stub called before each execution of the instruction at an address. */
  add(address: number): void {
    if (this.#handles.has(address)) return;
    this.#handles.set(address, undefined);
    if (this.#every !== undefined) return this.#every.hook.hooked(address, true);
    this.#hook(address);
    this.#engine.dropTranslations(address, address + 1);
  }

  #hook(address: number): void {
    this.#handles.set(
      address,
      this.#engine.hook(UC.HOOK_CODE, this.#stub, undefined, { begin: address, end: address }),
    );
  }

  /** Undoes {@linkcode InstructionHooks.add}. */
  remove(address: number): void {
    if (!this.#handles.has(address)) return;
    const handle = this.#handles.get(address);
    this.#handles.delete(address);
    if (this.#every !== undefined) return this.#every.hook.hooked(address, false);
    if (handle !== undefined) this.#engine.unhook(handle);
    this.#engine.dropTranslations(address, address + 1);
  }

  /**
   * Has a stub called before every instruction from now on, or no more: Unicorn looks at its hooks one after the other,
   * so that it must be the only one. The hooked instructions are its owner's business meanwhile. Call between slices
   * only, and drop all translations.
   *
   * @param hook What to call, with what in rcx, and who hears of instructions that are hooked or no more.
   */
  every(hook: EveryInstruction | undefined): void {
    if (this.#every !== undefined) this.#engine.unhook(this.#every.handle);
    for (const [address, handle] of this.#handles) {
      if (handle !== undefined) this.#engine.unhook(handle);
      this.#handles.set(address, undefined);
    }
    this.#every = hook && { handle: this.#engine.hook(UC.HOOK_CODE, hook.stub, hook.data), hook };
    if (hook === undefined) { for (const address of this.#handles.keys()) this.#hook(address); }
  }
}
