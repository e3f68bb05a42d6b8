/** What ran how often, as plain records: for reports, tables and people. */

import type { BlockLedger } from "./counters/ledger.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import type { Image, SymbolAt, Symbols } from "./symbols/mod.ts";

/** An instruction and how often it ran. */
export interface CountedInstruction extends Instruction {
  readonly count: number;
}

/** A symbol, or the code of an image that no symbol names, and what ran in it. */
export interface CoveredSymbol {
  /** Name; the image's own for code without a symbol. */
  readonly name: string;
  readonly image: Image | undefined;
  readonly address: bigint;
  /** In bytes; 0 for code without a symbol. */
  readonly size: number;
  /** Instructions executed in it. */
  readonly executed: number;
  /** Different instructions that ran. */
  readonly covered: number;
}

/** The counts of a guest so far; ask at any moment. */
export class Coverage {
  readonly #ledger: BlockLedger;
  readonly #symbols: Symbols;
  readonly #memory: GuestMemory;
  readonly #disassembler: Disassembler;

  constructor(ledger: BlockLedger, symbols: Symbols, memory: GuestMemory, disassembler: Disassembler) {
    this.#ledger = ledger;
    this.#symbols = symbols;
    this.#memory = memory;
    this.#disassembler = disassembler;
  }

  /** Number of instructions executed, in all. */
  get total(): number {
    return this.#ledger.total();
  }

  /** Executed instructions by address: how often each ran, all versions of changed code together. */
  counts(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const { address, count } of this.#ledger.instructions()) {
      counts.set(address, (counts.get(address) ?? 0) + count);
    }
    return counts;
  }

  /** Every instruction that ran, in address order; code that changed appears once a version. */
  instructions(): CountedInstruction[] {
    return this.#ledger.instructions().flatMap(({ address, bytes, count }) =>
      this.#disassembler.decode(bytes, address, 1).map((instruction) => ({ ...instruction, count }))
    );
  }

  /** All instructions of `[start, start + size)`, those that did not run with a count of 0. */
  range(start: bigint, size: number): CountedInstruction[] {
    const counts = this.counts();
    return this.#disassembler.decode(this.#memory.view(start, size), start)
      .map((instruction) => ({ ...instruction, count: counts.get(Number(instruction.address)) ?? 0 }));
  }

  /** What ran, by symbol, in address order. */
  symbols(): CoveredSymbol[] {
    const rows = new Map<
      string,
      { place: Omit<CoveredSymbol, "executed" | "covered">; executed: number; covered: number }
    >();
    for (const [address, count] of this.counts()) {
      if (count === 0) continue;
      const symbol = this.#symbols.atNumber(address);
      const image = symbol?.image ?? this.#symbols.imageAt(address);
      const key = symbol === undefined ? `image ${image?.start}` : `${symbol.address}`;
      const row = rows.get(key);
      if (row === undefined) rows.set(key, { place: place(symbol, image, address), executed: count, covered: 1 });
      else {
        row.executed += count;
        row.covered++;
      }
    }
    return [...rows.values()].map(({ place, executed, covered }) => ({ ...place, executed, covered }))
      .sort((a, b) => a.address < b.address ? -1 : 1);
  }
}

function place(symbol: SymbolAt | undefined, image: Image | undefined, address: number) {
  if (symbol === undefined) {
    return { name: image?.name ?? "anonymous memory", image, address: image?.start ?? BigInt(address), size: 0 };
  }
  return { name: symbol.name, image: symbol.image, address: symbol.address, size: symbol.size };
}
