/** Counters of plugins: sums of what the ledger counted, read when somebody asks. Nothing runs while the guest does. */

import type { Counter } from "../plugin.ts";
import type { CountWindow } from "./window.ts";

/** Sums executions of instructions and entries of blocks. */
export class NativeCounter implements Counter {
  readonly #window: CountWindow;
  /** Most counters count one instruction: a set for each would take more room than the code. */
  #first: number | undefined;
  #others: Set<number> | undefined;
  #blocks: Set<number> | undefined;

  constructor(window: CountWindow) {
    this.#window = window;
  }

  /** Adds the instruction at an address. */
  addInstruction(address: number): void {
    this.#first ??= address;
    if (address !== this.#first) (this.#others ??= new Set()).add(address);
  }

  /** Adds the blocks that start at an address. */
  addBlock(start: number): void {
    (this.#blocks ??= new Set()).add(start);
  }

  get value(): number {
    let sum = 0;
    if (this.#first !== undefined) {
      const counts = this.#window.byAddress();
      sum += counts.get(this.#first) ?? 0;
      for (const address of this.#others ?? []) sum += counts.get(address) ?? 0;
    }
    if (this.#blocks === undefined) return sum;
    for (const { start, count } of this.#window.entries()) if (this.#blocks.has(start)) sum += count;
    return sum;
  }
}

/**
 * The counter behind what a plugin was given.
 *
 * @throws {TypeError} If it is not one of {@linkcode PluginApi.counter}.
 */
export function nativeCounter(counter: Counter): NativeCounter {
  if (counter instanceof NativeCounter) return counter;
  throw new TypeError("Cannot count with this object: take a counter from api.counter()");
}
