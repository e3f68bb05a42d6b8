/**
 * The symbols of one image: from an address to its symbol and back.
 *
 * Where symbols overlap, a function with a size comes before other symbols with a size, these before symbols without;
 * of equals the innermost. A symbol without a size reaches to the next symbol or to the end of its section. Leaves out
 * lines of source.
 */

import { type Candidate, collect, comparePreference, type SymbolKind, type SymbolSource } from "./candidates.ts";
import { isCalled } from "./demangle.ts";
import { flatten, type Interval, IntervalIndex, overlay } from "./intervals.ts";

/** A symbol of an image that is mapped. */
export interface ImageSymbol {
  /** Its name; `puts@plt` for a stub, `memcpy@GLIBC_2.2.5` for a version kept for old programs. */
  readonly name: string;
  /** Its address, load bias included. */
  readonly address: bigint;
  /** Its size in bytes; 0 if the file does not say. */
  readonly size: number;
  /** What it names. */
  readonly kind: SymbolKind;
  /**
   * Whether it is an indirect function (STT_GNU_IFUNC): at its address is a resolver, which returns the address of the
   * function to call, such as the `strlen` that suits the CPU.
   */
  readonly isIndirect: boolean;
  /** Whether other images see it: neither static nor a stub. */
  readonly isExported: boolean;
}

/** Where an address is: a symbol, and how far from its start. */
export interface SymbolOffset {
  /** The symbol. */
  readonly symbol: ImageSymbol;
  /** Distance of the address from the symbol's start, in bytes. */
  readonly offset: number;
}

/** The symbols of one image at one load bias. */
export class SymbolTable {
  /** By ascending start, then descending end; of names of one place the best last. */
  readonly #candidates: readonly Candidate[];
  readonly #bias: number;
  readonly #index: IntervalIndex;
  readonly #symbols: (ImageSymbol | undefined)[] = [];
  readonly #calledNames = new Map<string, readonly number[]>();
  #names: ReadonlyMap<string, readonly number[]> | undefined;
  #functions: readonly ImageSymbol[] | undefined;

  /**
   * Builds the table.
   *
   * @param sources The file itself and, if there is one, its debug file.
   * @param bias What is added to the file's addresses.
   * @throws {ElfError} If a name in the file is corrupt.
   */
  constructor(sources: readonly SymbolSource[], bias: bigint) {
    this.#candidates = collect(sources).sort((a, b) => a.start - b.start || b.size - a.size || comparePreference(b, a));
    this.#bias = Number(bias);
    this.#index = new IntervalIndex(resolve(this.#candidates));
  }

  /**
   * The symbol at an address.
   *
   * @param address An address in the guest.
   * @returns The symbol and the distance from its start, or undefined if no symbol covers the address.
   */
  at(address: bigint): SymbolOffset | undefined {
    return this.atNumber(Number(address));
  }

  /**
   * The symbol at an address, for callers that look up millions.
   *
   * @param address An address in the guest, below 2^53.
   * @returns As {@linkcode SymbolTable.at}.
   */
  atNumber(address: number): SymbolOffset | undefined {
    const owner = this.#index.ownerAt(address - this.#bias);
    if (owner < 0) return undefined;
    return { symbol: this.#symbol(owner), offset: address - this.#bias - this.#candidates[owner].start };
  }

  /**
   * The symbols of a name.
   *
   * @param name The name, in full; of C++ and Rust also as the source has it, with parameters or without. A name that only exists in old versions is found without the version, too.
   * @returns Exported symbols first, each group by ascending address; several static ones may share a name.
   */
  named(name: string): readonly ImageSymbol[] {
    const indexes = this.#nameIndex().get(name) ?? this.#called(name);
    const symbols = indexes.map((index) => this.#symbol(index));
    return symbols.sort((a, b) => Number(b.isExported) - Number(a.isExported) || Number(a.address - b.address));
  }

  /** Those that the source calls by a name. */
  #called(name: string): readonly number[] {
    let found = this.#calledNames.get(name);
    if (found === undefined) {
      found = [...this.#nameIndex()].filter(([mangled]) => isCalled(mangled, name)).flatMap(([, indexes]) => indexes);
      this.#calledNames.set(name, found = [...new Set(found)]);
    }
    return found;
  }

  /** All names, each once. */
  names(): Iterable<string> {
    return this.#nameIndex().keys();
  }

  /** All symbols by ascending address, with all names of a place. */
  symbols(): readonly ImageSymbol[] {
    const indexes = new Set([...this.#nameIndex().values()].flat());
    return [...indexes].sort((a, b) => a - b).map((index) => this.#symbol(index));
  }

  /**
   * The functions by ascending address, each place once, by its best name; no stubs.
   *
   * @returns The functions.
   */
  functions(): readonly ImageSymbol[] {
    if (this.#functions !== undefined) return this.#functions;
    const best = new Map<number, number>();
    for (const [index, candidate] of this.#candidates.entries()) {
      if (candidate.kind !== "function") continue;
      const known = best.get(candidate.start);
      if (known === undefined || isBetter(candidate, this.#candidates[known])) best.set(candidate.start, index);
    }
    return this.#functions = [...best.values()].map((index) => this.#symbol(index));
  }

  #symbol(index: number): ImageSymbol {
    return this.#symbols[index] ??= toSymbol(this.#candidates[index], this.#bias);
  }

  #nameIndex(): ReadonlyMap<string, readonly number[]> {
    return this.#names ??= indexNames(this.#candidates);
  }
}

function isBetter(a: Candidate, b: Candidate): boolean {
  return (Number(b.size > 0) - Number(a.size > 0) || comparePreference(a, b)) < 0;
}

function toSymbol({ name, start, size, kind, isIndirect = false, binding }: Candidate, bias: number): ImageSymbol {
  return { name, address: BigInt(start + bias), size, kind, isIndirect, isExported: binding !== "local" };
}

function indexNames(candidates: readonly Candidate[]): ReadonlyMap<string, readonly number[]> {
  const names = new Map<string, number[]>();
  const add = (name: string, index: number) => {
    const known = names.get(name);
    if (known === undefined) names.set(name, [index]);
    else if (candidates[known[known.length - 1]].start !== candidates[index].start) known.push(index);
  };
  const old: number[] = [];
  for (const [index, { name, kind }] of candidates.entries()) {
    add(name, index);
    if (kind !== "stub" && name.includes("@")) old.push(index);
  }
  const current = new Set(names.keys());
  for (const index of old) {
    const [name] = candidates[index].name.split("@", 1);
    if (!current.has(name)) add(name, index);
  }
  return names;
}

function resolve(candidates: readonly Candidate[]): readonly Interval[] {
  const functions: Interval[] = [];
  const others: Interval[] = [];
  const unsized: Interval[] = [];
  const starts = candidates.map(({ start }) => start);
  let next = 0;
  for (const [owner, { start, size, limit, kind }] of candidates.entries()) {
    if (size > 0) {
      (kind === "function" ? functions : others).push({ start, end: Math.min(start + size, limit), owner });
      continue;
    }
    while (next < starts.length && starts[next] <= start) next++;
    const end = Math.min(limit, starts[next] ?? limit);
    if (end > start) unsized.push({ start, end, owner });
  }
  return overlay(overlay(flatten(functions), flatten(others)), flatten(unsized));
}
