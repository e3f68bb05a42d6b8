/**
 * The CPU as closures and people see it: registers as properties, by name and by role.
 *
 * Values are unsigned 64-bit bigints. Parts of registers (`eax`, `al`) are read-only views of the whole.
 */

import {
  FUNCTION_ARGUMENTS,
  GENERAL_REGISTERS,
  type GeneralRegister,
  REGISTER_ID,
  REGISTER_INDEX,
} from "../arch/x86_64.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Registers } from "./registers.ts";

const ARGUMENT_INDEXES = FUNCTION_ARGUMENTS.map((name) => REGISTER_INDEX[name]);

/** Arguments that are read from the stack. */
const STACK_ARGUMENTS = 4;

/** The general registers as properties. */
export type GeneralRegisters = { [name in GeneralRegister]: bigint };

/** The CPU's base, to which {@linkcode GuestCpu} adds the general registers. */
export class CpuView {
  readonly #registers: Registers;
  readonly #memory: GuestMemory;

  /** See `Emulator.cpu`. */
  constructor(registers: Registers, memory: GuestMemory) {
    this.#registers = registers;
    this.#memory = memory;
  }

  /** Address of the next instruction to execute. */
  get pc(): bigint {
    return this.#registers.pc;
  }
  set pc(value: bigint) {
    this.#registers.pc = value;
  }

  /** The stack pointer. */
  get sp(): bigint {
    return this.#registers.general(REGISTER_INDEX.rsp);
  }
  set sp(value: bigint) {
    this.#registers.setGeneral(REGISTER_INDEX.rsp, value);
  }

  /** The stack pointer as a number, which is faster; exact for every address that a guest can map. */
  get stackAddress(): number {
    return this.#registers.address(REGISTER_INDEX.rsp);
  }

  /** The program counter by its own name. */
  get rip(): bigint {
    return this.pc;
  }
  set rip(value: bigint) {
    this.pc = value;
  }

  /** The flags, EFLAGS. */
  get flags(): number {
    return this.#registers.flags;
  }
  set flags(value: number) {
    this.#registers.flags = value;
  }

  /** Base address of thread-local storage. */
  get fsBase(): bigint {
    return this.#registers.read(REGISTER_ID.FS_BASE);
  }

  /** Base address of the gs segment. */
  get gsBase(): bigint {
    return this.#registers.read(REGISTER_ID.GS_BASE);
  }

  /**
   * The integer arguments of the function that was just entered, by the calling convention: the first six in
   * registers, four more from the stack.
   */
  get args(): readonly bigint[] {
    const values: bigint[] = [];
    for (const index of ARGUMENT_INDEXES) values.push(this.#registers.general(index));
    const stack = Number(this.sp) + 8;
    for (let at = stack; at < stack + STACK_ARGUMENTS * 8; at += 8) {
      if (this.#memory.allows(at, 8, 1)) values.push(this.#memory.u64(at));
    }
    return values;
  }

  /** The first six integer arguments of the function that was just entered, those in registers. */
  get registerArgs(): readonly bigint[] {
    const { rdi, rsi, rdx, rcx, r8, r9 } = REGISTER_INDEX; // FUNCTION_ARGUMENTS, without a loop: this runs at every call
    const from = this.#registers;
    return [
      from.general(rdi),
      from.general(rsi),
      from.general(rdx),
      from.general(rcx),
      from.general(r8),
      from.general(r9),
    ];
  }

  /** Where the function that was just entered returns to. */
  get returnAddress(): bigint {
    return this.#memory.u64(this.sp);
  }

  /** An SSE register: 16 bytes, the lowest first. @throws {RangeError} If there is none of that number. */
  xmm(index: number): Uint8Array<ArrayBuffer> {
    if (!(index >= 0 && index < 16)) throw new RangeError(`Cannot read xmm${index}: there are xmm0 to xmm15`);
    return this.#registers.readWide(REGISTER_ID.XMM0 + index, 16);
  }

  /** Sets an SSE register. @throws {RangeError} If there is none of that number, or there are not 16 bytes. */
  setXmm(index: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (!(index >= 0 && index < 16)) throw new RangeError(`Cannot set xmm${index}: there are xmm0 to xmm15`);
    if (bytes.length !== 16) throw new RangeError(`Cannot set xmm${index} to ${bytes.length} bytes: it has 16`);
    this.#registers.writeWide(REGISTER_ID.XMM0 + index, bytes);
  }

  /** A register of the x87 stack, from its top: 10 bytes, the lowest first. @throws {RangeError} If there is none. */
  x87(index: number): Uint8Array<ArrayBuffer> {
    if (!(index >= 0 && index < 8)) throw new RangeError(`Cannot read st(${index}): there are st(0) to st(7)`);
    return this.#registers.readWide(REGISTER_ID.ST0 + index, 10);
  }

  /** All general registers, the program counter and the flags, by name. */
  all(): Readonly<Record<string, bigint>> {
    const general = GENERAL_REGISTERS.map((name, index) => [name, this.#registers.general(index)] as const);
    return Object.fromEntries([...general, ["rip", this.pc], ["eflags", BigInt(this.flags)]]);
  }

  /** Any register by name. @returns Its value, or undefined if there is none of that name. */
  register(name: string): bigint | undefined {
    if (name === "pc") return this.pc;
    if (name === "sp") return this.sp;
    if (name === "fs_base") return this.fsBase;
    if (name === "gs_base") return this.gsBase;
    return this.all()[name];
  }

  static {
    GENERAL_REGISTERS.forEach((name, index) => {
      Object.defineProperty(this.prototype, name, {
        get(this: CpuView) {
          return this.#registers.general(index);
        },
        set(this: CpuView, value: bigint) {
          this.#registers.setGeneral(index, BigInt.asUintN(64, BigInt(value)));
        },
        enumerable: true,
      });
    });
  }
}

/** The guest's CPU: `cpu.rax`, `cpu.pc`, `cpu.args[0]`. */
export type GuestCpu = CpuView & GeneralRegisters;
/** Makes the view over a CPU's registers. */
export const GuestCpu = CpuView as unknown as new (registers: Registers, memory: GuestMemory) => GuestCpu;
