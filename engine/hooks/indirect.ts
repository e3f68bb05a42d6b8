/**
 * What indirect functions (STT_GNU_IFUNC) stand for: a hook on `strlen` means the `strlen` that was chosen for the CPU,
 * not the resolver that chooses it.
 *
 * A choice that was made before is read from the slots through which images call; later ones are seen when the
 * resolver returns. Leaves out a choice that was made before and is in no slot, as after dlsym(3) alone.
 */

import type { GuestCpu } from "../cpu/guest_cpu.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { FoundSymbol, Symbols } from "../symbols/mod.ts";
import type { Action, Sites } from "./sites.ts";

const READ = 1;
const POINTER = 8;

type Listener = (target: number) => void;

/** The indirect functions of a guest that somebody asked for. */
export class IndirectFunctions {
  readonly #symbols: Symbols;
  readonly #memory: GuestMemory;
  readonly #cpu: GuestCpu;
  readonly #sites: Sites;

  constructor(symbols: Symbols, memory: GuestMemory, cpu: GuestCpu, sites: Sites) {
    this.#symbols = symbols;
    this.#memory = memory;
    this.#cpu = cpu;
    this.#sites = sites;
  }

  /**
   * Tells of each function that an indirect one stands for: those chosen already at once, others when they are.
   *
   * @returns What ends that.
   */
  follow(symbol: FoundSymbol, found: Listener): () => void {
    const resolver = Number(symbol.address);
    const told = new Set<number>();
    const tell = (target: number) => {
      if (told.has(target)) return;
      told.add(target);
      found(target);
    };
    for (const target of this.#chosen(symbol)) tell(target);
    const entered = () => this.#awaitReturn(tell);
    this.#sites.attach(resolver, entered);
    return () => this.#sites.detach(resolver, entered);
  }

  *#chosen(symbol: FoundSymbol): Generator<number> {
    const resolver = Number(symbol.address);
    for (const image of this.#symbols.images) {
      const base = Number(image.base);
      for (const slot of image.functionSlots()) {
        const isMeant = slot.resolver === undefined
          ? slot.name === symbol.name
          : image === symbol.image && slot.resolver + base === resolver;
        const at = slot.address + base;
        if (!isMeant || !this.#memory.allows(at, POINTER, READ)) continue;
        const target = this.#memory.pointer(at);
        if (target !== resolver && this.#isFunctionOf(symbol, target)) yield target;
      }
    }
  }

  /** Whether a slot's value is a choice: before one was made, it leads to a stub or nowhere. */
  #isFunctionOf(symbol: FoundSymbol, target: number): boolean {
    return this.#symbols.imageAt(target) === symbol.image && this.#symbols.atNumber(target)?.kind !== "stub";
  }

  #awaitReturn(tell: Listener): void {
    const sp = this.#cpu.stackAddress;
    const returns = this.#memory.pointer(sp);
    const left: Action = () => {
      if (this.#cpu.stackAddress !== sp + POINTER) return;
      this.#sites.detach(returns, left);
      tell(Number(this.#cpu.rax));
    };
    this.#sites.attach(returns, left);
  }
}
