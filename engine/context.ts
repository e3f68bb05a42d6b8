/** What a closure gets: the CPU's registers, and where the guest is. */

import { GuestCpu } from "./cpu/guest_cpu.ts";
import type { Registers } from "./cpu/registers.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import type { SymbolAt, Symbols } from "./symbols/mod.ts";

/** Longest instruction of x86, in bytes. */
const LONGEST = 15;

/** The guest at the moment: `cpu.rax`, `cpu.args[0]`, `cpu.symbol`, `cpu.instruction`. */
export class GuestContext extends GuestCpu {
  /** The guest's memory. */
  readonly memory: GuestMemory;
  /** Images mapped now and their symbols. */
  readonly symbols: Symbols;
  readonly #disassembler: Disassembler;

  constructor(registers: Registers, memory: GuestMemory, symbols: Symbols, disassembler: Disassembler) {
    super(registers, memory);
    this.memory = memory;
    this.symbols = symbols;
    this.#disassembler = disassembler;
  }

  /** The symbol that the program counter is in. */
  get symbol(): SymbolAt | undefined {
    return this.symbols.at(this.pc);
  }

  /** The instruction that is executed next; undefined where no memory is mapped. */
  get instruction(): Instruction | undefined {
    return this.disassemble(this.pc, 1)[0];
  }

  /** Decodes up to `count` instructions from an address on, as far as memory is mapped. */
  disassemble(address: bigint, count: number): Instruction[] {
    const start = Number(address);
    const reach = this.memory.accessible(start, count * LONGEST, 1);
    return this.#disassembler.decode(this.memory.view(start, reach), start, count);
  }
}
