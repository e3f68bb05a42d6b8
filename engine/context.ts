/** What a closure gets: the CPU's registers, and where the guest is. */

import { GENERAL_REGISTERS } from "./arch/x86_64.ts";
import { GuestCpu } from "./cpu/guest_cpu.ts";
import type { Registers } from "./cpu/registers.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import type { SymbolAt, Symbols } from "./symbols/mod.ts";
import { type Frame, unwind } from "./unwind.ts";

/** Longest instruction of x86, in bytes. */
const LONGEST = 15;

/** The guest at the moment: `cpu.rax`, `cpu.args[0]`, `cpu.symbol`, `cpu.instruction`. */
export class GuestContext extends GuestCpu {
  /** The guest's memory. */
  readonly memory: GuestMemory;
  /** Images mapped now and their symbols. */
  readonly symbols: Symbols;
  readonly #disassembler: Disassembler;

  readonly #redirect: (pc: bigint) => void;

  /** See `Emulator.cpu`. @param redirect Sets the program counter, whenever that is safe. */
  constructor(
    registers: Registers,
    memory: GuestMemory,
    symbols: Symbols,
    disassembler: Disassembler,
    redirect: (pc: bigint) => void,
  ) {
    super(registers, memory);
    this.#redirect = redirect;
    this.memory = memory;
    this.symbols = symbols;
    this.#disassembler = disassembler;
  }

  /**
   * Address of the next instruction to execute. Set by a closure, it is where the guest goes on: the instruction that
   * the closure was called for is not executed.
   */
  override get pc(): bigint {
    return super.pc;
  }
  override set pc(value: bigint) {
    this.#redirect(value);
  }

  /** Skips the instruction that is executed next. */
  skip(): void {
    const { instruction } = this;
    if (instruction !== undefined) this.pc = instruction.address + BigInt(instruction.size);
  }

  /** At a function's entry: returns from it at once, with a result. */
  return(value = 0n): void {
    const { returnAddress } = this;
    this.rax = value;
    this.sp += 8n;
    this.pc = returnAddress;
  }

  /** The symbol that the program counter is in. */
  get symbol(): SymbolAt | undefined {
    return this.symbols.at(this.pc);
  }

  /**
   * The calls that led here, the innermost first.
   *
   * @param limit The most frames to find.
   */
  backtrace(limit?: number): Frame[] {
    const registers = GENERAL_REGISTERS.map((name) => this[name]);
    return unwind({ pc: this.pc, registers }, this.memory, this.symbols, limit);
  }

  /** The instruction that is executed next; undefined where no memory is mapped. */
  get instruction(): Instruction | undefined {
    return this.disassemble(this.pc, 1)[0];
  }

  /** Decodes up to `count` instructions from an address on, as far as memory is mapped. */
  disassemble(address: bigint, count: number): Instruction[] {
    const start = Number(address);
    const reach = this.memory.accessible(start, count * LONGEST, 1);
    return reach === 0 ? [] : this.#disassembler.decode(this.memory.view(start, reach), start, count);
  }
}
