/**
 * Owns one Unicorn engine: runs it in slices, says why each ended, and calls back for blocks, hooked instructions,
 * system calls and accesses that need a decision.
 *
 * A slice is one `uc_emu_start`. It ends by budget of blocks, by {@linkcode Cpu.stop} from a callback, or by a fault.
 * Leaves out what the events mean: counting, hooks and the kernel are its clients.
 */

import { busGuard } from "../ffi/bus_guard.ts";
import { hostBuffer, PROT } from "../ffi/libc.ts";
import {
  blockStub,
  budgetStub,
  CELL,
  instructionHookStub,
  instructionStub,
  recordStub,
  StubPage,
  tlbFillStub,
} from "../ffi/stubs.ts";
import { stopFunction, UC, UC_ERR, UnicornError } from "../ffi/unicorn.ts";
import {
  CR0_X87,
  CR4_SSE,
  enterUserMode,
  GENERAL_IDS,
  INITIAL_FPCW,
  INITIAL_MXCSR,
  INSTRUCTION_ID,
  REGISTER_ID,
  VECTOR,
} from "../arch/x86_64.ts";
import type { AddressTable } from "../memory/address_table.ts";
import { type GuestMemory, PAGE_SIZE, SPAN } from "../memory/guest_memory.ts";
import { Engine } from "./engine.ts";
import { InstructionHooks } from "./instruction_hooks.ts";
import { RegisterContext } from "./register_context.ts";
import { Registers } from "./registers.ts";
import { pendingException, segmentPlaces } from "./state_places.ts";

/** Access that the page permissions refused. */
export type AccessKind = "read" | "write" | "execute";

/** Why a slice ended. The program counter is at the next instruction to execute, in every case. */
export type SliceEnd =
  /** The budget is used up; at a block's start. */
  | { readonly kind: "budget" }
  /** A callback asked, before a block, before a hooked instruction or after a system call. */
  | { readonly kind: "stopped"; readonly at: "block" | "instruction" | "syscall" }
  /** An access of the instruction at the program counter was refused; `page` is the page's address. */
  | { readonly kind: "access"; readonly page: number; readonly access: AccessKind }
  /** An exception or a software interrupt; vectors are the CPU's. */
  | { readonly kind: "interrupt"; readonly vector: number }
  /** The bytes at the program counter are no instruction that the translator knows. */
  | { readonly kind: "invalid" };

/** Who is called during a slice. What throws stops the guest, and is thrown again by {@linkcode Cpu.run}. */
export interface CpuEvents {
  /** A block is about to run whose counter is negative (attached) or just became 1 (first execution). */
  block(start: number, size: number): void;
  /** An instruction of {@linkcode Cpu.hooks} is about to run. */
  instruction(address: number): void;
  /** The guest executed SYSCALL; the program counter already is behind it. */
  syscall(): void;
  /** CPUID: sets the registers itself. */
  cpuid(): void;
  /** An access to a page whose permission byte has the ask flag. @returns Whether to look at the byte again. */
  access(page: number, access: AccessKind): boolean;
}

/** Host addresses for machine code. */
export interface CpuPlaces {
  /** Unicorn's record of the registers: the general ones by encoding, then the program counter. */
  readonly registers: bigint;
  /** Where the bases of segments are, in bytes from there. */
  readonly segments: { readonly fs: number; readonly gs: number };
  /** The word with the start of the block entered last; u64. */
  readonly blockEntered: bigint;
  /** The word that is set when a callback asked to stop; u32. */
  readonly stopping: bigint;
  /** Calls {@linkcode CpuEvents.instruction} for the instruction at rsi. */
  readonly instructionHook: bigint;
}

/** How a CPU counts. */
export interface CpuOptions {
  /** Where blocks are counted. Without it they are not. */
  readonly table?: AddressTable;
  /** Whether every executed instruction is counted there too: slow, for checking. */
  readonly countInstructions?: boolean;
  /** Host address of a callback of `UC_HOOK_MEM_READ` and `UC_HOOK_MEM_WRITE`: slow, for checking. */
  readonly accessCallback?: bigint;
}

/**
 * A page of Ceratops's own below every address that a guest may map. Slices begin with an end address, which Unicorn
 * looks up even when it is never reached: it is the last byte of this page.
 */
const BOOT_PAGE = 0x1000;
const UNREACHED = BOOT_PAGE + PAGE_SIZE - 1;
/** An address that guest code can return to without anything else being there. */
export const RETURN_ADDRESS: number = BOOT_PAGE + PAGE_SIZE / 2;
/** Pages looked up in a slice that are too many, and how often the TLB may grow for it. */
const [MANY_LOOK_UPS, MOST_GROWTHS] = [1000, 16];
const ACCESS: Readonly<Record<number, AccessKind>> = { 16: "read", 17: "write", 18: "execute" };

function isBootPage(address: number): boolean {
  return address >= BOOT_PAGE && address < BOOT_PAGE + PAGE_SIZE;
}

/** One guest CPU. */
export class Cpu {
  readonly #engine: Engine;
  readonly #stubs = new StubPage();
  readonly #budgetAddress = this.#stubs.cellsAddress + BigInt(CELL.BUDGET);
  readonly #events: CpuEvents;
  readonly #table: AddressTable | undefined;
  /** The stubs of blocks, with and without recording, and the handle of the hook on one of them. */
  readonly #blockStubs: { readonly plain: bigint; readonly recording: bigint } | undefined;
  #blockHook: bigint;
  #record = 0n;
  #segments = { fs: 0, gs: 0 };
  readonly #instructionStub: bigint;
  #booted = false;
  #initial: RegisterContext | undefined;
  #growths = 0;
  #stopping: "block" | "instruction" | "syscall" | undefined;
  #inside: "block" | "instruction" | "syscall" | undefined;
  #isNowhere = false;
  #vector: number | undefined;
  /** Unicorn's note of an exception being delivered. Left as it is, the next fault becomes a double fault. */
  #pendingException = new Int32Array(1);
  #error: { readonly value: unknown } | undefined;
  /** Blocks that earlier slices ran, and the budget of the slice at hand as far as it was not given up. */
  #executed = 0;
  #granted = 0;
  /** The guest's registers. */
  readonly registers: Registers;
  /** Instructions that {@linkcode CpuEvents.instruction} is called for before each execution. */
  readonly hooks: InstructionHooks;

  /**
   * Opens an engine over a guest's memory.
   *
   * @param library Path of Unicorn's shared library, 2.1 or later.
   * @throws {UnicornError} If Unicorn refuses.
   */
  constructor(library: string, memory: GuestMemory, events: CpuEvents, options: CpuOptions = {}) {
    this.#events = events;
    this.#table = options.table;
    const engine = this.#engine = new Engine(library, memory);

    const stop = stopFunction(library);
    this.#blockStubs = options.table && this.#addBlockStubs(stop, options.table);
    const block = this.#blockStubs?.plain ?? this.#stubs.add(budgetStub(stop));
    this.#instructionStub = this.#stubs.add(
      instructionHookStub(this.#callback("instruction", () => this.#onInstruction())),
    );
    const count = this.#stubs.add(instructionStub());
    const fill = this.#stubs.add(tlbFillStub(SPAN / PAGE_SIZE, engine.question(() => this.#decides())));
    this.#stubs.seal();

    engine.hook(UC.HOOK_TLB_FILL, fill, memory.hostPermissions);
    this.#blockHook = engine.hook(UC.HOOK_BLOCK, block, options.table?.host);
    if (options.countInstructions) engine.hook(UC.HOOK_CODE, count, options.table?.host);
    if (options.accessCallback !== undefined) {
      engine.hook(UC.HOOK_MEM_READ | UC.HOOK_MEM_WRITE, options.accessCallback);
    }
    engine.hookKind(INSTRUCTION_ID.SYSCALL, this.#callback("syscall", () => this.#events.syscall()));
    engine.hookKind(INSTRUCTION_ID.CPUID, engine.question(() => this.#onCpuid()));
    engine.hookInterrupts((vector) => this.#onInterrupt(vector));
    this.hooks = new InstructionHooks(engine, this.#instructionStub);
    this.registers = new Registers(engine.symbols, engine.handle);
    this.registers.write(REGISTER_ID.CR4, this.registers.read(REGISTER_ID.CR4) | CR4_SSE);
    this.registers.write(REGISTER_ID.CR0, this.registers.read(REGISTER_ID.CR0) | CR0_X87);
    this.registers.write(REGISTER_ID.FPCW, INITIAL_FPCW);
    this.registers.write(REGISTER_ID.MXCSR, INITIAL_MXCSR);
    this.#boot(memory);
    this.#booted = true;
    this.#initial = this.context();
  }

  #addBlockStubs(emuStop: bigint, table: AddressTable): { readonly plain: bigint; readonly recording: bigint } {
    const calls = {
      emuStop,
      dispatcher: this.#callback("block", () => this.#onBlock()),
      cover: this.#engine.question((address) => this.#covers(table, Number(address))),
    };
    return {
      plain: this.#stubs.add(blockStub(calls)),
      recording: this.#stubs.add(blockStub(calls, recordStub())),
    };
  }

  /**
   * Has blocks recorded from their next translation on, but for those that {@linkcode CpuEvents.block} is called for, or
   * no more. Call between slices only.
   */
  recordBlocks(on: boolean): void {
    if (this.#blockStubs === undefined || this.#table === undefined) return;
    this.#engine.unhook(this.#blockHook);
    const stub = on ? this.#blockStubs.recording : this.#blockStubs.plain;
    this.#blockHook = this.#engine.hook(UC.HOOK_BLOCK, stub, this.#table.host);
  }

  /** Host address of the next record that is written; there must be room for one a block of the budget. */
  get nextRecord(): bigint {
    return this.#stubs.cells.getBigUint64(CELL.NEXT_RECORD, true);
  }
  set nextRecord(address: bigint) {
    this.#stubs.cells.setBigUint64(CELL.NEXT_RECORD, address, true);
  }

  /**
   * Runs the first code: it leaves Unicorn's kernel mode for user mode, where privileged instructions fault as they do
   * under Linux. On the way a stub shows where Unicorn keeps the CPU's state.
   */
  #boot(memory: GuestMemory): void {
    memory.map({ start: BOOT_PAGE, length: PAGE_SIZE, protection: PROT.READ | PROT.EXEC });
    memory.write(BOOT_PAGE, new Uint8Array(PAGE_SIZE).fill(0xf4)); // hlt, which faults in user mode
    memory.write(BOOT_PAGE, enterUserMode(RETURN_ADDRESS));
    memory.regions.remove(BOOT_PAGE, BOOT_PAGE + PAGE_SIZE);
    memory.permissions[BOOT_PAGE / PAGE_SIZE] = PROT.EXEC;
    this.#start(BOOT_PAGE, 0);
    const record = this.#stubs.cells.getBigUint64(CELL.REGISTERS, true);
    this.registers.attach(record);
    this.#record = record;
    const state = new Int32Array(hostBuffer(record, this.#engine.stateSize & ~63));
    this.#segments = segmentPlaces(this.registers, state);
    const before = state.slice();
    this.#start(BOOT_PAGE, 1000);
    if (this.#vector !== VECTOR.GENERAL) throw new Error("Cannot enter user mode: HLT did not fault in it");
    this.#pendingException = pendingException(before, state);
    this.#pendingException[0] = -1;
    GENERAL_IDS.forEach((id) => this.registers.write(id, 0n)); // as Linux starts a program
    this.#table?.clearPage("COUNT", BOOT_PAGE);
  }

  /** Keeps the first error of a callback and stops: Deno drops what a callback throws. */
  #guarded(inside: "block" | "instruction" | "syscall", work: () => void): void {
    this.#inside = inside;
    try {
      work();
    } catch (error) {
      this.#error ??= { value: error };
      this.stop();
    }
    this.#inside = undefined;
  }

  #callback(inside: "block" | "instruction" | "syscall", work: () => void): bigint {
    return this.#engine.callable(() => this.#guarded(inside, work));
  }

  #decides(): boolean {
    try {
      const { page, access } = this.#refused();
      return this.#events.access(page, access);
    } catch (error) {
      this.#error ??= { value: error };
      return false;
    }
  }

  #covers(table: AddressTable, address: number): boolean {
    let isCovered = false;
    this.#guarded("block", () => {
      isCovered = table.cover(address);
      if (!isCovered) throw new RangeError(`Cannot count what runs at 0x${address.toString(16)}: no guest has that`);
    });
    return isCovered;
  }

  /** @returns That the instruction is not to be executed any more. */
  #onCpuid(): boolean {
    this.#guarded("instruction", () => this.#events.cpuid());
    return true;
  }

  #onInterrupt(vector: number): void {
    this.#vector ??= vector;
    this.#engine.stop();
  }

  #onBlock(): void {
    if (!this.#booted) return;
    const start = this.blockStart;
    this.#isNowhere = isBootPage(start);
    if (this.#isNowhere) return this.stop();
    this.registers.entering = start;
    try {
      this.#events.block(start, this.#stubs.cells.getUint32(CELL.BLOCK_SIZE, true));
    } finally {
      this.registers.entering = undefined;
    }
  }

  #onInstruction(): void {
    this.#events.instruction(this.#cellAddress(CELL.INSTRUCTION));
  }

  #cellAddress(cell: number): number {
    const { cells } = this.#stubs;
    return cells.getUint32(cell, true) + cells.getUint32(cell + 4, true) * 2 ** 32;
  }

  /** Start of the block that was entered last. */
  get blockStart(): number {
    return this.#cellAddress(CELL.BLOCK);
  }

  /** Start of the block before the one that {@linkcode CpuEvents.block} is called for; 0 if it is the slice's first. */
  get previousBlock(): number {
    return this.#cellAddress(CELL.PREVIOUS_BLOCK);
  }

  #refused(): { page: number; access: AccessKind } {
    const page = Math.floor(this.#cellAddress(CELL.FAULT_PAGE) / PAGE_SIZE) * PAGE_SIZE;
    return { page, access: ACCESS[this.#stubs.cells.getUint32(CELL.FAULT_KIND, true)] ?? "read" };
  }

  /**
   * Ends the slice as soon as the callback returns that calls this: before the block or instruction, after the
   * system call. Outside of a slice it does nothing.
   */
  stop(): void {
    if (this.#inside === undefined) return;
    this.#stopping = this.#inside;
    this.#stubs.cells.setUint32(CELL.STOPPING, 1, true);
    this.#engine.stop();
  }

  /** Lets the slice end before the next block: for what arrives between callbacks. */
  endSlice(): void {
    this.#granted -= this.budgetLeft;
    this.#stubs.cells.setInt32(CELL.BUDGET, 0, true);
  }

  /** Blocks that the current or last slice may still run. */
  get budgetLeft(): number {
    return Math.max(0, this.#stubs.cells.getInt32(CELL.BUDGET, true));
  }

  /** Blocks that were executed so far; one that a stop cut in two, and a single-stepped instruction, are blocks too. */
  get executed(): number {
    return this.#executed + this.#granted - this.budgetLeft;
  }

  /** The block at hand was entered, but will be entered again before it is executed. */
  takeBack(): void {
    this.#executed--;
  }

  /** Whether {@linkcode Cpu.countSequences} was called. */
  get countsSequences(): boolean {
    return this.#stubs.cells.getUint32(CELL.SEQUENCES, true) !== 0;
  }

  /** Counts in the table, from now on, how often a block begins where the one before it ended. */
  countSequences(): void {
    this.#stubs.cells.setUint32(CELL.SEQUENCES, 1, true);
    this.#stubs.cells.setBigUint64(CELL.BLOCK_END, 0n, true);
  }

  /** A slice ended between two blocks: whatever runs next, such as a signal's handler or another thread, the sequence is counted now. */
  #settleSequence(): void {
    if (this.#table === undefined || !this.countsSequences) return;
    const pc = Number(this.registers.pc);
    if (this.#cellAddress(CELL.BLOCK_END) === pc) {
      this.#table.set("FOLLOWED", pc, this.#table.get("FOLLOWED", pc) + 1n);
    }
    this.#stubs.cells.setBigUint64(CELL.BLOCK_END, 0n, true);
  }

  #start(pc: number, budget: number): number {
    this.#stubs.cells.setInt32(CELL.BUDGET, budget, true);
    this.#stubs.cells.setUint32(CELL.FAULT_KIND, 0, true);
    this.#stubs.cells.setBigUint64(CELL.BLOCK, 0n, true);
    this.#stubs.cells.setUint32(CELL.LOOK_UPS, 0, true);
    this.#stubs.cells.setUint32(CELL.STOPPING, 0, true);
    busGuard().endsSlice(this.#budgetAddress);
    this.#stopping = undefined;
    this.#isNowhere = false;
    this.#vector = undefined;
    return this.#engine.start(pc, UNREACHED);
  }

  /**
   * Runs a slice from the program counter.
   *
   * @param budget Blocks to run at most.
   * @throws {UnicornError} If Unicorn fails in a way that no guest can cause.
   * @throws What a callback threw.
   */
  run(budget: number): SliceEnd {
    this.#granted = budget;
    const status = this.#start(Number(this.registers.pc), budget);
    this.#executed = this.executed;
    this.#granted = this.budgetLeft;
    const error = this.#error;
    this.#error = undefined;
    if (error) throw error.value;
    this.#pendingException[0] = -1;
    this.#growTlb();
    this.#settleSequence();
    if (this.#isNowhere) return this.#nowhere();
    if (this.#vector !== undefined) return { kind: "interrupt", vector: this.#vector };
    if (status === UC_ERR.OK) return this.#stopping ? { kind: "stopped", at: this.#stopping } : { kind: "budget" };
    if (status === UC_ERR.INSN_INVALID) return { kind: "invalid" };
    if (this.#stubs.cells.getUint32(CELL.FAULT_KIND, true) !== 0) return { kind: "access", ...this.#refused() };
    throw new UnicornError(status, "uc_emu_start");
  }

  /**
   * Unicorn remembers 256 pages at first, and makes that more only when it is told to forget them: then it doubles what
   * was nearly full. So it is told, where a slice had to look many pages up.
   */
  #growTlb(): void {
    if (this.#growths >= MOST_GROWTHS || this.#stubs.cells.getUint32(CELL.LOOK_UPS, true) < MANY_LOOK_UPS) return;
    this.#growths++;
    this.flushTlb();
  }

  /** The guest jumped to the boot page, which is not mapped for it: nothing ran, and nothing is counted. */
  #nowhere(): SliceEnd {
    this.#table?.clearPage("COUNT", BOOT_PAGE);
    return { kind: "access", page: BOOT_PAGE, access: "execute" };
  }

  /** What machine code of others needs to know. */
  get places(): CpuPlaces {
    const { cellsAddress } = this.#stubs;
    return {
      registers: this.#record,
      segments: this.#segments,
      blockEntered: cellsAddress + BigInt(CELL.BLOCK),
      stopping: cellsAddress + BigInt(CELL.STOPPING),
      instructionHook: this.#instructionStub,
    };
  }

  /**
   * Makes a function that machine code may call before an instruction. What `work` throws ends the slice at its next
   * block, and is thrown again by {@linkcode run}; `work` cannot stop the guest at once.
   */
  callable(work: () => void): bigint {
    return this.#engine.callable(() => {
      try {
        work();
      } catch (error) {
        this.#error ??= { value: error };
        this.endSlice();
      }
    });
  }

  /** Room for all registers, with what they are now in it. */
  context(): RegisterContext {
    return new RegisterContext(this.#engine.symbols, this.#engine.handle);
  }

  /** Takes over all registers of another CPU. */
  copyRegisters(other: Cpu): void {
    const context = other.context();
    context.restore(this.#engine.handle);
    context.free();
  }

  /** Sets all registers to what they are when a program starts. */
  resetRegisters(): void {
    this.#initial?.restore();
  }

  /** Forgets looked-up permissions, after some were taken away. */
  flushTlb(): void {
    this.#engine.flushTlb();
  }

  /** Forgets the translation of code in `[start, end)`. */
  dropTranslations(start: number, end: number): void {
    this.#engine.dropTranslations(start, end);
  }

  /** Frees the engine. */
  close(): void {
    busGuard().endsSlice(0n);
    this.registers.close();
    this.#initial?.free();
    this.#engine.close();
    this.#stubs.free();
  }
}
