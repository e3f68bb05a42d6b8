/**
 * A closure attached to places in the guest: the handle that the library and the prompt give out.
 *
 * Leaves out how addresses are watched (see sites.ts) and what names mean (see registry.ts).
 */

import type { Action } from "./sites.ts";

/** What attaches and detaches the actions of hooks. */
export interface HookSites {
  /** Adds an action for each execution of the instruction at an address. */
  attach(address: number, action: Action): void;
  /** Removes an action. */
  detach(address: number, action: Action): void;
}

/** Something attached to the guest. `using` detaches it at the end of a block. */
export abstract class Hook implements Disposable {
  /** Where it was attached, as given. */
  readonly where: string;
  readonly #onDetach: (hook: Hook) => void;
  /** How often it was called. */
  hits = 0;
  #state: "enabled" | "disabled" | "detached" = "enabled";

  /** See `Emulator.hook`, which makes these. */
  constructor(where: string, onDetach: (hook: Hook) => void) {
    this.where = where;
    this.#onDetach = onDetach;
  }

  /** The guest addresses that it is attached to now; none while its location is not mapped yet. */
  abstract get addresses(): readonly bigint[];

  /** Attaches or detaches the actions, after {@linkcode isEnabled} has changed. */
  protected abstract settle(): void;

  /** Whether it is called. */
  get isEnabled(): boolean {
    return this.#state === "enabled";
  }

  /** Whether it was taken away for good. */
  get isDetached(): boolean {
    return this.#state === "detached";
  }

  /** Whether it waits for its location to be mapped. */
  get isPending(): boolean {
    return this.#state !== "detached" && this.addresses.length === 0;
  }

  /** Has it called again, from the next execution on. */
  enable(): void {
    if (this.#state !== "disabled") return;
    this.#state = "enabled";
    this.settle();
  }

  /** Has it not called until {@linkcode enable}. */
  disable(): void {
    if (this.#state !== "enabled") return;
    this.#state = "disabled";
    this.settle();
  }

  /** Takes it away for good. */
  detach(): void {
    this.disable();
    if (this.#state === "detached") return;
    this.#state = "detached";
    this.#onDetach(this);
  }

  /** Detaches at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.detach();
  }
}

/** A hook on places that are known by address. */
export class PlaceHook extends Hook {
  readonly #sites: HookSites;
  readonly #run: (hook: Hook, address: number) => void;
  /** Where it is to be called. */
  readonly #addresses = new Set<number>();
  /** Where it was called, if once is enough. */
  readonly #done: Set<number> | undefined;
  readonly #action: Action = (address) => {
    if (!this.isEnabled) return;
    this.hits++;
    if (this.#done !== undefined) {
      this.#done.add(address);
      this.#drop(address);
    }
    this.#run(this, address);
  };

  /**
   * @param run Called at each execution.
   * @param once Whether it is called at the first execution of each address only.
   */
  constructor(
    where: string,
    sites: HookSites,
    run: (hook: Hook, address: number) => void,
    onDetach: (hook: Hook) => void,
    once = false,
  ) {
    super(where, onDetach);
    this.#sites = sites;
    this.#run = run;
    this.#done = once ? new Set() : undefined;
  }

  get addresses(): readonly bigint[] {
    return this.isDetached ? [] : [...this.#addresses].sort((a, b) => a - b).map(BigInt);
  }

  override get isPending(): boolean {
    return !this.isDetached && this.#addresses.size === 0 && !this.#done?.size;
  }

  /** Adds an address. */
  cover(address: number): void {
    if (this.isDetached || this.#addresses.has(address) || this.#done?.has(address)) return;
    this.#addresses.add(address);
    if (this.isEnabled) this.#sites.attach(address, this.#action);
  }

  /** Forgets addresses of `[start, end)`, which is not mapped any more. */
  uncover(start: number, end: number): void {
    for (const address of this.#addresses) if (address >= start && address < end) this.#drop(address);
    for (const address of this.#done ?? []) if (address >= start && address < end) this.#done?.delete(address);
  }

  #drop(address: number): void {
    this.#addresses.delete(address);
    if (this.isEnabled) this.#sites.detach(address, this.#action);
  }

  protected settle(): void {
    for (const address of this.#addresses) {
      if (this.isEnabled) this.#sites.attach(address, this.#action);
      else this.#sites.detach(address, this.#action);
    }
  }
}
