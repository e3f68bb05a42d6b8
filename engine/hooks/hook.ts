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
export class Hook implements Disposable {
  /** Where it was attached, as given. */
  readonly where: string;
  readonly #sites: HookSites;
  readonly #run: (hook: Hook, address: number) => void;
  readonly #addresses = new Set<number>();
  readonly #onDetach: (hook: Hook) => void;
  readonly #action: Action = (address) => {
    if (!this.isEnabled) return;
    this.hits++;
    this.#run(this, address);
  };
  /** How often it was called. */
  hits = 0;
  #state: "enabled" | "disabled" | "detached" = "enabled";

  /** See `Emulator.hook`, which makes these. */
  constructor(
    where: string,
    sites: HookSites,
    run: (hook: Hook, address: number) => void,
    onDetach: (hook: Hook) => void,
  ) {
    this.where = where;
    this.#sites = sites;
    this.#run = run;
    this.#onDetach = onDetach;
  }

  /** The guest addresses that it is attached to now; none while its location is not mapped yet. */
  get addresses(): readonly bigint[] {
    return [...this.#addresses].sort((a, b) => a - b).map(BigInt);
  }

  /** Whether it is called. */
  get isEnabled(): boolean {
    return this.#state === "enabled";
  }

  /** Whether it waits for its location to be mapped. */
  get isPending(): boolean {
    return this.#state !== "detached" && this.#addresses.size === 0;
  }

  /** Adds an address; for the registry. */
  cover(address: number): void {
    if (this.#state === "detached" || this.#addresses.has(address)) return;
    this.#addresses.add(address);
    if (this.#state === "enabled") this.#sites.attach(address, this.#action);
  }

  /** Forgets addresses of `[start, end)`, which is not mapped any more; for the registry. */
  uncover(start: number, end: number): void {
    for (const address of this.#addresses) {
      if (address < start || address >= end) continue;
      this.#addresses.delete(address);
      if (this.#state === "enabled") this.#sites.detach(address, this.#action);
    }
  }

  /** Has it called again, from the next execution on. */
  enable(): void {
    if (this.#state !== "disabled") return;
    this.#state = "enabled";
    for (const address of this.#addresses) this.#sites.attach(address, this.#action);
  }

  /** Has it not called until {@linkcode enable}. */
  disable(): void {
    if (this.#state !== "enabled") return;
    this.#state = "disabled";
    for (const address of this.#addresses) this.#sites.detach(address, this.#action);
  }

  /** Takes it away for good. */
  detach(): void {
    this.disable();
    if (this.#state === "detached") return;
    this.#state = "detached";
    this.#addresses.clear();
    this.#onDetach(this);
  }

  /** Detaches at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.detach();
  }
}
