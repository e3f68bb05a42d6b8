/**
 * All hooks of a guest, by location: names are looked up when a hook is made and again when an image is mapped.
 */

import type { FoundSymbol, Symbols } from "../symbols/mod.ts";
import { bodyOf, UnknownImageError, UnknownSymbolError } from "../symbols/mod.ts";
import { type Hook, type HookSites, PlaceHook } from "./hook.ts";
import type { IndirectFunctions } from "./indirect.ts";

/** A place in the guest: `"main"`, `"main+0x10"`, `"libc.so.6:puts"`, a glob, a RegExp over names, an address. */
export type Location = string | RegExp | bigint;

/** How a hook is attached. */
export interface HookChoices {
  readonly pending?: boolean;
  readonly once?: boolean;
  readonly afterPrologue?: boolean;
}

/** A place that a location means, and its symbol if it is at its start. */
interface Place {
  readonly address: number;
  readonly symbol?: FoundSymbol;
}

/** Hooks of one guest. */
export class HookRegistry {
  readonly #symbols: Symbols;
  readonly #sites: HookSites;
  readonly #indirect: IndirectFunctions;
  readonly #hooks = new Map<PlaceHook, Location>();
  /** Hooks that are to be behind the prologue of functions. */
  readonly #afterPrologue = new Set<PlaceHook>();
  /** For each hook, the resolvers that it follows, and what ends that. */
  readonly #followed = new Map<PlaceHook, Map<number, () => void>>();

  constructor(symbols: Symbols, sites: HookSites, indirect: IndirectFunctions) {
    this.#symbols = symbols;
    this.#sites = sites;
    this.#indirect = indirect;
  }

  /** Hooks that are attached or waiting. */
  list(): readonly Hook[] {
    return [...this.#hooks.keys()];
  }

  /**
   * Attaches a hook.
   *
   * @param run Called at each execution.
   * @param choices.pending Whether a name that is unknown now may be mapped later.
   * @param choices.afterPrologue Whether a function means where its own code begins, and where it was inlined, if there
   *   is debug information.
   * @param choices.once Whether the first execution of each address is enough.
   * @throws {UnknownSymbolError} If there is no such symbol, and `pending` is false.
   */
  add(where: Location, run: (hook: Hook, address: number) => void, choices: HookChoices = {}): Hook {
    const { afterPrologue = false } = choices;
    const places = this.#resolve(where, afterPrologue, choices.pending ?? false);
    const hook: PlaceHook = new PlaceHook(
      locationText(where),
      this.#sites,
      run,
      () => this.#remove(hook),
      choices.once,
    );
    this.#hooks.set(hook, where);
    this.#followed.set(hook, new Map());
    if (afterPrologue) this.#afterPrologue.add(hook);
    for (const place of places) this.#cover(hook, place);
    return hook;
  }

  #remove(hook: PlaceHook): void {
    this.#hooks.delete(hook);
    this.#afterPrologue.delete(hook);
    for (const unfollow of this.#followed.get(hook)?.values() ?? []) unfollow();
    this.#followed.delete(hook);
  }

  #cover(hook: PlaceHook, { address, symbol }: Place): void {
    if (symbol === undefined || !symbol.isIndirect) return hook.cover(this.#placeOf(hook, address));
    const followed = this.#followed.get(hook);
    if (followed === undefined || followed.has(address)) return;
    followed.set(address, this.#indirect.follow(symbol, (target) => hook.cover(this.#placeOf(hook, target))));
  }

  /** Where a hook on an address is to be: an address that was given as one stays. */
  #placeOf(hook: PlaceHook, address: number): number {
    if (!this.#afterPrologue.has(hook) || typeof this.#hooks.get(hook) === "bigint") return address;
    const image = this.#symbols.imageAt(BigInt(address));
    return image === undefined ? address : bodyOf(image, address);
  }

  /** Looks all names up again, after images were mapped. */
  refresh(): void {
    for (const [hook, where] of this.#hooks) {
      if (typeof where === "bigint") continue;
      for (const place of this.#resolve(where, this.#afterPrologue.has(hook), true)) this.#cover(hook, place);
    }
  }

  /** Has hooks forget what is not mapped any more. */
  forget(start: number, end: number): void {
    for (const [hook, followed] of this.#followed) {
      hook.uncover(start, end);
      for (const [resolver, unfollow] of followed) {
        if (resolver < start || resolver >= end) continue;
        unfollow();
        followed.delete(resolver);
      }
    }
  }

  /** What a location means; with `inlined`, also where a function was inlined. */
  #resolve(where: Location, inlined: boolean, pending: boolean): readonly Place[] {
    if (typeof where === "bigint") return [{ address: Number(where) }];
    const places = inlined && typeof where === "string" && !isPattern(where) ? this.#symbols.inlinedPlaces(where) : [];
    return [
      ...this.#found(where, pending || places.length > 0),
      ...places.map((address) => ({ address: Number(address) })),
    ];
  }

  #found(where: string | RegExp, pending: boolean): readonly Place[] {
    try {
      if (typeof where !== "string" || isPattern(where)) {
        // A resolver may have a name of its own in a debug file: it is not meant by a pattern either.
        const places = new Map<number, Place>();
        for (const symbol of this.#symbols.matching(where)) {
          const address = Number(symbol.address);
          if (symbol.isIndirect || !places.has(address)) places.set(address, { address, symbol });
        }
        return [...places.values()];
      }
      return this.#symbols.findAll(where).map(({ address, symbol }) => ({
        address: Number(address),
        ...(symbol?.address === address ? { symbol } : {}),
      }));
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
