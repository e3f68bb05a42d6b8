/** What ran how often, as plain records: for reports, tables and people. */

import { resolve } from "node:path";
import type { CountSource } from "./counts.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import { transferOf } from "./disasm/transfers.ts";
import type { CodeCount, CoverageData, ImageCoverage } from "./report/coverage_data.ts";
import type { Image, SymbolAt, Symbols } from "./symbols/mod.ts";

/** An instruction and how often it ran. */
export interface CountedInstruction extends Instruction {
  /** How often it ran. */
  readonly count: number;
}

/** A symbol, or the code of an image that no symbol names, and what ran in it. */
export interface CoveredSymbol {
  /** Name; the image's own for code without a symbol. */
  readonly name: string;
  /** Whether it is a symbol. */
  readonly isNamed: boolean;
  /** The image that it is in. */
  readonly image: Image | undefined;
  /** Where it starts. */
  readonly address: bigint;
  /** In bytes; 0 for code without a symbol. */
  readonly size: number;
  /** Instructions executed in it. */
  readonly executed: number;
  /** Different instructions that ran. */
  readonly covered: number;
  /** Bytes of the instructions executed in it, each as often as it ran. */
  readonly bytes: number;
}

/** A block and how often it was entered. */
export interface CountedBlock {
  /** Where it starts. */
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** How often it was entered. */
  readonly count: number;
}

/** The counts of a guest so far; ask at any moment. */
export class Coverage {
  readonly #counts: CountSource;
  readonly #symbols: Symbols;
  readonly #memory: GuestMemory;
  readonly #disassembler: Disassembler;

  /** See `Emulator.coverage`, and `PluginApi.coverage`. */
  constructor(counts: CountSource, symbols: Symbols, memory: GuestMemory, disassembler: Disassembler) {
    this.#counts = counts;
    this.#symbols = symbols;
    this.#memory = memory;
    this.#disassembler = disassembler;
  }

  /** Number of instructions executed, in all. */
  get total(): number {
    return this.#counts.total();
  }

  /** Number of different blocks that ran. */
  get blocks(): number {
    return this.#counts.entries().length;
  }

  /** Whether an address is in the code that is counted: with a plugin's `within`, not all is. */
  covers(address: bigint): boolean {
    return this.#counts.covers(Number(address));
  }

  /** Executed instructions by address: how often each ran, all versions of changed code together. */
  counts(): ReadonlyMap<number, number> {
    return this.#counts.byAddress();
  }

  /** How often the instruction at an address ran, all versions of changed code together. */
  count(address: bigint): number {
    return this.#counts.at(Number(address));
  }

  /** Every instruction that ran, in address order; code that changed appears once a version. */
  instructions(): CountedInstruction[] {
    return this.#counts.instructions().flatMap(({ address, bytes, count }) =>
      this.#disassembler.decode(bytes, address, 1).map((instruction) => ({ ...instruction, count }))
    );
  }

  /** All instructions of `[start, start + size)`, those that did not run with a count of 0. */
  range(start: bigint, size: number): CountedInstruction[] {
    const counts = this.counts();
    return this.#disassembler.decode(this.#memory.view(start, size), start)
      .map((instruction) => ({ ...instruction, count: counts.get(Number(instruction.address)) ?? 0 }));
  }

  /** Every block that ran and how often it was entered, in address order. Blocks may overlap. */
  blockCounts(): CountedBlock[] {
    return this.#counts.entries().filter(({ count }) => count > 0)
      .map(({ start, size, count }) => ({ address: BigInt(start), size, count }));
  }

  /**
   * What ran, by image and by offset in it: to save it, to add runs up, to find the sources that ran.
   *
   * Leaves out code in no image, and code of an image that was changed since it was mapped. Branches are there if they
   * were counted from the start: see {@linkcode Emulator.countBranches}.
   *
   * @param command The program and its arguments.
   */
  snapshot(command: readonly string[] = []): CoverageData {
    const codes = new Map<Image, Map<number, CodeCount>>();
    const hasBranches = this.#counts.countsBranches;
    let image: Image | undefined;
    let [start, end] = [0, 0];
    for (const { address, bytes, count, followed } of this.#counts.instructions()) {
      if (address < start || address >= end) {
        image = this.#symbols.imageAt(address);
        [start, end] = image === undefined ? [0, 0] : [Number(image.start), Number(image.end)];
      }
      if (count <= 0 || image === undefined) continue;
      const offset = address - Number(image.base);
      const isJump = hasBranches && transferOf(bytes, address).kind === "conditional";
      const code = codes.get(image) ?? new Map<number, CodeCount>();
      codes.set(image, code.set(offset, { size: bytes.length, count, ...(isJump ? { notTaken: followed } : {}) }));
    }
    return { commands: command.length === 0 ? [] : [command], images: [...codes].flatMap(imageCoverage).sort(byPath) };
  }

  /** What ran, by symbol, in address order. */
  symbols(): CoveredSymbol[] {
    const rows = new Map<string, { -readonly [key in keyof CoveredSymbol]: CoveredSymbol[key] }>();
    for (const { address, bytes, count } of this.#counts.instructions()) {
      if (count === 0) continue;
      const symbol = this.#symbols.atNumber(address);
      const image = symbol?.image ?? this.#symbols.imageAt(address);
      const key = symbol === undefined ? `image ${image?.start}` : `${symbol.address}`;
      let row = rows.get(key);
      if (row === undefined) {
        row = { ...place(symbol, image, address), executed: 0, covered: 0, bytes: 0 };
        rows.set(key, row);
      }
      row.executed += count;
      row.covered++;
      row.bytes += count * bytes.length;
    }
    return [...rows.values()].sort((a, b) => a.address < b.address ? -1 : 1);
  }
}

function place(symbol: SymbolAt | undefined, image: Image | undefined, address: number) {
  if (symbol === undefined) {
    return {
      name: image?.name ?? "anonymous memory",
      isNamed: false,
      image,
      address: image?.start ?? BigInt(address),
      size: 0,
    };
  }
  return { name: symbol.name, isNamed: true, image: symbol.image, address: symbol.address, size: symbol.size };
}

function imageCoverage([image, code]: readonly [Image, ReadonlyMap<number, CodeCount>]): ImageCoverage[] {
  const { hostPath, role, identity } = image;
  // What is no file, such as the kernel's vDSO, cannot be opened later.
  if (identity.fileSize === 0 && identity.buildId === undefined) return [];
  return [{ path: resolve(hostPath), ...identity, role, code }];
}

function byPath(a: ImageCoverage, b: ImageCoverage): number {
  return a.path < b.path ? -1 : 1;
}
