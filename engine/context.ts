/** What a closure gets: the CPU's registers, and where the guest is. */

import { GENERAL_REGISTERS } from "./arch/x86_64.ts";
import { GuestCpu } from "./cpu/guest_cpu.ts";
import type { Registers } from "./cpu/registers.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import {
  type ActiveCall,
  activeCalls,
  type DebugValue,
  DebugValueError,
  evaluateC,
  type Evaluated,
  returnedValue,
  scopeOfFrame,
  type SourceFrame,
  sourceFrames,
  type Target,
} from "./debug/mod.ts";
import { variableOfEntry } from "./debug/names.ts";
import { entryOf } from "./debug/source_frame.ts";
import { typeOfValue } from "./binary/dwarf/mod.ts";
import { infoOf, type SymbolAt, type Symbols } from "./symbols/mod.ts";
import { type Frame, unwind } from "./unwind.ts";

/** Frames on the stack that the innermost one's variables need: what its caller knows of its arguments. */
const NEAR_FRAMES = 3;
/** Longest instruction of x86, in bytes. */
const LONGEST = 15;

/** What a context is told by its owner. */
export interface ContextOwner {
  /** Id of the thread at hand. */
  readonly thread: number;
  /** Sets the program counter, whenever that is safe. */
  redirect(pc: bigint): void;
  /** Has the instruction at hand translated anew: the translator may have worked out already what it does. */
  renew(): void;
}

/** The guest as its variables are found in it. */
export let targetOf: (cpu: GuestContext) => Target;

/** The guest at the moment: `cpu.rax`, `cpu.args[0]`, `cpu.symbol`, `cpu.instruction`. */
export class GuestContext extends GuestCpu {
  /** The guest's memory. */
  readonly memory: GuestMemory;
  /** Images mapped now and their symbols. */
  readonly symbols: Symbols;
  readonly #disassembler: Disassembler;
  readonly #owner: ContextOwner;

  /** See `Emulator.cpu`. */
  constructor(
    registers: Registers,
    memory: GuestMemory,
    symbols: Symbols,
    disassembler: Disassembler,
    owner: ContextOwner,
  ) {
    super(registers, memory);
    this.#owner = owner;
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
    this.#owner.redirect(value);
  }

  /** Id of the thread that runs, or whose registers these are. The first thread has the process's id. */
  get thread(): number {
    return this.#owner.thread;
  }

  /** The flags, EFLAGS. Set by a closure, they are those that the instruction at hand finds. */
  override get flags(): number {
    return super.flags;
  }
  override set flags(value: number) {
    super.flags = value;
    this.#owner.renew();
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

  static {
    targetOf = (cpu) => cpu.#target;
  }

  get #target(): Target {
    const { memory, symbols, fsBase } = this;
    const target: Target = {
      memory,
      symbols,
      fsBase,
      xmm: (index) => this.xmm(index),
      x87: (index) => this.x87(index),
      variable: (entry) => variableOfEntry(target, entry),
      setGeneral: (encoding, value) => void (this[GENERAL_REGISTERS[encoding]] = value),
    };
    return target;
  }

  /**
   * The calls that led here as the source has them, inlined ones too: with names, lines, arguments and variables.
   *
   * @param limit The most frames on the stack to find.
   * @param hidden How many of the innermost inlined calls are left out, as before they are entered.
   */
  frames(limit?: number, hidden = 0): readonly SourceFrame[] {
    return sourceFrames(this.#target, this.backtrace(limit), hidden);
  }

  /** The function at hand and the calls inlined where it is, the innermost last; none without debug information. */
  get activeCalls(): readonly ActiveCall[] {
    const image = this.symbols.imageAt(this.pc);
    return image === undefined ? [] : activeCalls(image, this.pc);
  }

  /** The innermost call, for its variables. */
  get frame(): SourceFrame {
    return this.frames(NEAR_FRAMES)[0];
  }

  /** The variables and arguments of the function at hand by their names, the innermost of each name. */
  get locals(): Readonly<Record<string, DebugValue>> {
    const { frame } = this;
    const found: Record<string, DebugValue> = {};
    for (const { name, value } of [...frame.locals, ...frame.arguments]) found[name] ??= value;
    return found;
  }

  /**
   * A variable or an argument of the function at hand: `cpu.local("n")?.value`.
   *
   * @param name Its name in the source.
   * @returns Its value; undefined if there is none of that name, or no debug information.
   */
  local(name: string): DebugValue | undefined {
    return this.frame.local(name);
  }

  /**
   * Evaluates an expression of C over the variables at hand: `cpu.evaluate("node->next->value")`.
   *
   * @param expression Names of variables, fields, arithmetic, casts; registers as `$rax`.
   * @param frame The frame whose variables are meant; by default the innermost one.
   * @returns The value.
   * @throws {SyntaxError} If it is no expression.
   * @throws {UnknownVariableError} If a name means nothing here.
   * @throws {DebugValueError} If an operation does not fit, or needs what was optimized away.
   * @throws {GuestMemoryError} If it reads memory that is not mapped.
   */
  evaluate(expression: string, frame: SourceFrame = this.frame): DebugValue {
    const found = this.interpret(expression, frame);
    if ("value" in found) return found.value;
    throw new DebugValueError(`Cannot use \`${expression}\` as a value: it is a type`);
  }

  /**
   * As {@linkcode evaluate}, but for an expression that may be a type, and with more names.
   *
   * @param dollar What names with a dollar before mean that are no registers.
   * @returns The value, or the type.
   * @throws As {@linkcode evaluate}.
   */
  interpret(
    expression: string,
    frame: SourceFrame | undefined = this.frame,
    dollar?: (name: string) => DebugValue | undefined,
  ): Evaluated {
    return evaluateC(expression, scopeOfFrame(this.#target, frame, dollar));
  }

  /**
   * What a function gave back that has just returned: by its type, wherever the calling convention puts that.
   *
   * @param frame A frame of the function, from before it returned.
   * @returns The value; undefined if the function returns none, or nothing is known of its type.
   */
  returned(frame: SourceFrame): DebugValue | undefined {
    const entry = entryOf(frame);
    const { image } = frame.frame;
    return entry && image && infoOf(image).ask(() => returnedValue(this.#target, this, typeOfValue(entry)));
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
