/**
 * All hooks of a guest, by location: names are looked up when a hook is made and again when an image is mapped.
 */

import type { Symbols } from "../symbols/mod.ts";
import { UnknownImageError, UnknownSymbolError } from "../symbols/mod.ts";
import { type Hook, type HookSites, PlaceHook } from "./hook.ts";

/** A place in the guest: `"main"`, `"main+0x10"`, `"libc.so.6:puts"`, a glob, a RegExp over names, an address. */
export type Location = string | RegExp | bigint;

/** Hooks of one guest. */
export class HookRegistry {
  readonly #symbols: Symbols;
  readonly #sites: HookSites;
  readonly #hooks = new Map<PlaceHook, Location>();

  constructor(symbols: Symbols, sites: HookSites) {
    this.#symbols = symbols;
    this.#sites = sites;
  }

  /** Hooks that are attached or waiting. */
  list(): readonly Hook[] {
    return [...this.#hooks.keys()];
  }

  /**
   * Attaches a hook.
   *
   * @param run Called at each execution.
   * @param pending Whether a name that is unknown now may be mapped later.
   * @throws {UnknownSymbolError} If there is no such symbol, and `pending` is false.
   */
  add(where: Location, run: (hook: Hook, address: number) => void, pending: boolean): Hook {
    const addresses = this.#resolve(where, pending);
    const hook: PlaceHook = new PlaceHook(locationText(where), this.#sites, run, () => this.#hooks.delete(hook));
    this.#hooks.set(hook, where);
    for (const address of addresses) hook.cover(address);
    return hook;
  }

  /** Looks all names up again, after images were mapped. */
  refresh(): void {
    for (const [hook, where] of this.#hooks) {
      if (typeof where === "bigint") continue;
      if (typeof where === "string" && !isPattern(where) && !hook.isPending) continue;
      for (const address of this.#resolve(where, true)) hook.cover(address);
    }
  }

  /** Has hooks forget what is not mapped any more. */
  forget(start: number, end: number): void {
    for (const hook of this.#hooks.keys()) hook.uncover(start, end);
  }

  #resolve(where: Location, pending: boolean): readonly number[] {
    if (typeof where === "bigint") return [Number(where)];
    try {
      const found = typeof where !== "string" || isPattern(where)
        ? this.#symbols.matching(where)
        : this.#symbols.findAll(where);
      return found.map(({ address }) => Number(address));
    } catch (error) {
      if (pending && (error instanceof UnknownSymbolError || error instanceof UnknownImageError)) return [];
      throw error;
    }
  }
}

function isPattern(where: string): boolean {
  return /[*?[\]]/.test(where);
}

function locationText(where: Location): string {
  return typeof where === "bigint" ? `0x${where.toString(16)}` : String(where);
}
