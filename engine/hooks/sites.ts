/**
 * What is attached where: actions by guest address, and how each address is watched.
 *
 * The start of a block is watched through its counter, at no cost to anything else; that takes effect at once. An
 * address inside a block needs a hook in the translation, which can only be put there between slices: it is asked for
 * through {@linkcode Sites.edits}. Leaves out what the actions are.
 */

import type { Cpu } from "../cpu/cpu.ts";
import type { BlockLedger } from "../counters/ledger.ts";
import type { ShadowTable } from "../counters/shadow.ts";

/** Something to do when an address is about to be executed. */
export type Action = (address: number) => void;

interface Site {
  readonly address: number;
  actions: readonly Action[];
  /** Whether the translation carries a hook for it. */
  translated: boolean;
}

const REGION = 4096;

/** Attached addresses of one guest. */
export class Sites {
  readonly #cpu: Cpu;
  readonly #ledger: BlockLedger;
  readonly #shadow: ShadowTable | undefined;
  readonly #sites = new Map<number, Site>();
  readonly #regions = new Map<number, Set<number>>();
  /** Addresses to hook in the translation, and to take such a hook away from. */
  readonly #edits = new Set<number>();
  readonly #removed = new Set<number>();
  #changes = 0;

  /** @param shadow The table that the CPU counts in; without one, nothing can be attached. */
  constructor(cpu: Cpu, ledger: BlockLedger, shadow: ShadowTable | undefined) {
    this.#cpu = cpu;
    this.#ledger = ledger;
    this.#shadow = shadow;
  }

  /** Whether {@linkcode Sites.applyEdits} has work to do before the guest may execute anything more. */
  get hasEdits(): boolean {
    return this.#edits.size > 0;
  }

  /** Grows whenever something is attached or detached. */
  get changes(): number {
    return this.#changes;
  }

  /** What is attached at an address. */
  actions(address: number): readonly Action[] | undefined {
    return this.#sites.get(address)?.actions;
  }

  /** The same for an address that is watched by its block's counter. */
  blockActions(address: number): readonly Action[] | undefined {
    const site = this.#sites.get(address);
    return site?.translated === false ? site.actions : undefined;
  }

  /** The same for an address that is watched by a hook in the translation. */
  translatedActions(address: number): readonly Action[] | undefined {
    const site = this.#sites.get(address);
    return site?.translated ? site.actions : undefined;
  }

  /**
   * Adds an action for each execution of the instruction at an address, the next one included.
   *
   * @throws {Error} If the guest runs without counting.
   */
  attach(address: number, action: Action): void {
    this.#changes++;
    if (this.#shadow === undefined) {
      throw new Error("Cannot attach to the guest: it runs without counting; leave the option counting out");
    }
    const site = this.#sites.get(address);
    if (site !== undefined) {
      site.actions = [...site.actions, action];
      return;
    }
    this.#sites.set(address, { address, actions: [action], translated: false });
    const region = Math.floor(address / REGION);
    const addresses = this.#regions.get(region);
    if (addresses === undefined) this.#regions.set(region, new Set([address]));
    else addresses.add(address);
    this.#shadow.attach(address, true);
    if (this.#ledger.overlapping(address, address + 1).some((block) => block.start !== address)) {
      this.#edits.add(address);
    }
  }

  /** Removes an action; it does not run again. */
  detach(address: number, action: Action): void {
    this.#changes++;
    const site = this.#sites.get(address);
    if (site === undefined) return;
    site.actions = site.actions.filter((other) => other !== action);
    if (site.actions.length > 0) return;
    this.#sites.delete(address);
    this.#regions.get(Math.floor(address / REGION))?.delete(address);
    this.#edits.delete(address);
    this.#shadow?.attach(address, false);
    // The hook of the translation goes when no slice runs: deleted in its own callback, it keeps firing.
    if (site.translated) this.#removed.add(address);
  }

  /**
   * Asks for hooks in the translation for what is attached inside a block, other than at its start.
   *
   * @returns Whether there is something new: then the block must not run before {@linkcode Sites.applyEdits}.
   */
  inspect(start: number, size: number): boolean {
    let found = false;
    for (let region = Math.floor(start / REGION); region <= Math.floor((start + size - 1) / REGION); region++) {
      for (const address of this.#regions.get(region) ?? []) {
        if (address <= start || address >= start + size || this.#sites.get(address)?.translated) continue;
        this.#edits.add(address);
        found = true;
      }
    }
    return found;
  }

  /** Puts hooks into the translation and takes others out. Call between slices only. */
  applyEdits(): void {
    for (const address of this.#removed) {
      if (this.#sites.get(address)?.translated) continue;
      this.#renew(address);
      this.#cpu.hooks.remove(address);
    }
    this.#removed.clear();
    for (const address of this.#edits) {
      const site = this.#sites.get(address);
      if (site === undefined || site.translated) continue;
      site.translated = true;
      this.#shadow?.attach(address, false);
      this.#renew(address);
      this.#cpu.hooks.add(address);
    }
    this.#edits.clear();
  }

  /** A hook changes where the translator cuts blocks: those around it start anew. */
  #renew(address: number): void {
    this.#ledger.retire(address, address + 1);
  }
}
