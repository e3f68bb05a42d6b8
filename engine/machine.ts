/**
 * One guest at work: runs the CPU in slices and settles what ended each, so that every instruction is executed and
 * counted once. Signals, waiting and hooks meet here; what they are is defined below this file.
 */

import { Cpu, type SliceEnd } from "./cpu/cpu.ts";
import { GuestMemory, PAGE_SIZE } from "./memory/guest_memory.ts";
import { PAGE_FLAG_ASK } from "./ffi/stubs.ts";
import { cpuid, EFLAGS, REGISTER_INDEX, VECTOR } from "./arch/x86_64.ts";
import { BlockLedger } from "./counters/ledger.ts";
import { ShadowTable } from "./counters/shadow.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import { Sites } from "./hooks/sites.ts";

/** What a machine asks of who runs it. */
export interface MachineEvents {
  /** SYSCALL was executed. @returns Whether the guest may go on at once. */
  syscall(next: bigint): boolean;
  /** A block runs for the first time since its code came to be. */
  translated(start: number, size: number): void;
}

/** Protection bits a byte of the permission table can hold. */
const [READ, WRITE, EXECUTE] = [1, 2, 4];
const SYSCALL_SIZE = 2n;

/** A guest's memory, CPU and counters. */
export class Machine {
  readonly memory = new GuestMemory();
  readonly shadow = new ShadowTable();
  readonly cpu: Cpu;
  readonly ledger: BlockLedger;
  readonly sites: Sites;
  readonly #events: MachineEvents;
  readonly #disassembler: Disassembler;
  /** The instruction whose actions have run already: it is executed when the guest goes on. */
  #fired = -1;
  #stepping = false;
  #stop = false;

  /**
   * @param unicorn Path of Unicorn's library.
   * @param instructionShadow See `CpuOptions`.
   */
  constructor(unicorn: string, disassembler: Disassembler, events: MachineEvents, instructionShadow?: bigint) {
    this.#events = events;
    this.#disassembler = disassembler;
    this.cpu = new Cpu(unicorn, this.memory, {
      block: (start, size) => this.#onBlock(start, size),
      instruction: (address) => this.#onInstruction(address),
      syscall: () => {
        if (!this.#events.syscall(this.cpu.registers.pc + SYSCALL_SIZE)) this.cpu.stop();
      },
      cpuid: () => this.#onCpuid(),
      access: (page, access) => access === "execute" && this.#makeExecutable(page),
    }, { shadow: this.shadow.host, ...(instructionShadow === undefined ? {} : { instructionShadow }) });
    this.ledger = new BlockLedger(this.memory, this.shadow, disassembler);
    this.sites = new Sites(this.cpu, this.ledger, this.shadow);
    this.memory.listener = {
      revoked: () => this.cpu.flushTlb(),
      codeChanged: (start, end) => {
        this.ledger.retire(start, end);
        this.cpu.dropTranslations(start, end);
      },
    };
  }

  /** Has the guest stop before the instruction at hand, from an action; else at the end of the slice. */
  requestStop(): void {
    this.#stop = true;
    this.cpu.endSlice();
  }

  #onBlock(start: number, size: number): void {
    if (this.#stepping) return;
    if (this.ledger.block(start) === undefined) {
      if (this.sites.inspect(start, size)) return this.#holdBlock(start);
      this.ledger.enter(start, size);
      this.#events.translated(start, size);
    }
    if (this.sites.isBlockSite(start)) this.#fire(start);
    if (this.#stop || this.sites.hasEdits) this.#holdBlock(start);
  }

  /** Ends the slice before the block that was just counted. */
  #holdBlock(start: number): void {
    this.shadow.takeBack(start);
    this.cpu.stop();
  }

  #onInstruction(address: number): void {
    if (this.#stepping) return;
    this.#fire(address);
    if (this.#stop || this.sites.hasEdits) this.cpu.stop();
  }

  #fire(address: number): void {
    if (this.#fired === address) {
      this.#fired = -1;
      return;
    }
    const actions = this.sites.actions(address);
    if (actions === undefined) return;
    for (const action of actions) action(address);
    if (this.#stop || this.sites.hasEdits) this.#fired = address;
  }

  #onCpuid(): void {
    const { registers } = this.cpu;
    const { rax, rbx, rcx, rdx } = REGISTER_INDEX;
    const low = (index: number) => Number(BigInt.asUintN(32, registers.general(index)));
    const [a, b, c, d] = cpuid(low(rax), low(rcx));
    for (const [index, value] of [[rax, a], [rbx, b], [rcx, c], [rdx, d]]) {
      registers.setGeneral(index, BigInt(value >>> 0));
    }
  }

  /** A page both writable and executable was written, and is executed again. */
  #makeExecutable(page: number): boolean {
    const index = page / PAGE_SIZE;
    if (!(this.memory.permissions[index] & WRITE)) return false;
    this.memory.permissions[index] = READ | EXECUTE | PAGE_FLAG_ASK;
    return true;
  }

  /**
   * Runs a slice and settles how it ended.
   *
   * @param budget Blocks at most.
   */
  run(budget: number): SliceEnd {
    this.#prepare();
    const end = this.cpu.run(budget);
    return this.#settle(end);
  }

  #prepare(): void {
    this.#stop = false;
    if (Number(this.cpu.registers.pc) !== this.#fired) this.#fired = -1;
    this.sites.applyEdits();
  }

  #settle(end: SliceEnd): SliceEnd {
    const pc = Number(this.cpu.registers.pc);
    if (end.kind === "stopped" && end.at === "instruction") this.ledger.leave(this.cpu.blockStart, pc);
    if (end.kind === "invalid" || end.kind === "interrupt") this.ledger.leave(this.cpu.blockStart, pc);
    if (end.kind === "access" && end.access !== "execute") {
      this.ledger.leave(this.cpu.blockStart, pc);
      if (end.access === "write" && this.#isCode(end.page)) return this.#writeCode(end.page, pc);
    }
    return end;
  }

  #isCode(page: number): boolean {
    return page >= 0 && (this.memory.permissions[page / PAGE_SIZE] & PAGE_FLAG_ASK) !== 0;
  }

  /** The guest is about to store into a page that it executed. */
  #writeCode(page: number, pc: number): SliceEnd {
    const index = page / PAGE_SIZE;
    this.ledger.retire(page, page + PAGE_SIZE);
    this.cpu.dropTranslations(page, page + PAGE_SIZE);
    this.memory.permissions[index] = READ | WRITE | PAGE_FLAG_ASK;
    this.cpu.flushTlb();
    if (pc + 15 < page || pc >= page + PAGE_SIZE) return { kind: "budget" };
    // The storing instruction is on the page itself: it alone may do both.
    this.memory.permissions[index] = READ | WRITE | EXECUTE | PAGE_FLAG_ASK;
    const end = this.step();
    this.memory.permissions[index] = READ | EXECUTE | PAGE_FLAG_ASK;
    this.cpu.flushTlb();
    this.cpu.dropTranslations(page, page + PAGE_SIZE);
    return end;
  }

  /**
   * Executes one instruction; a REP instruction's iteration counts as one, as on the CPU.
   *
   * @returns A `budget` end if it was executed, else why it was not.
   */
  step(): SliceEnd {
    this.#prepare();
    const { registers } = this.cpu;
    const pc = Number(registers.pc);
    const instruction = this.#instructionAt(pc);
    if (instruction !== undefined && this.ledger.overlapping(pc, pc + 1).length === 0) {
      this.#events.translated(pc, instruction.size);
    }
    this.#fire(pc);
    if (this.#stop) return { kind: "stopped", at: "instruction" };
    const count = this.shadow.count(pc);
    registers.flags = registers.flags | EFLAGS.TF;
    this.#stepping = true;
    let end: SliceEnd;
    try {
      end = this.cpu.run(1);
    } finally {
      this.#stepping = false;
      registers.flags = registers.flags & ~EFLAGS.TF;
      this.shadow.setCount(pc, count);
    }
    this.#fired = -1;
    const stepped = end.kind === "interrupt" && end.vector === VECTOR.DEBUG;
    if (stepped && instruction?.mnemonic.startsWith("pushf")) this.#clearPushedTrapFlag();
    const software = end.kind === "interrupt" && Number(registers.pc) !== pc;
    if (stepped || software || end.kind === "stopped") this.ledger.step(pc);
    if (end.kind === "access" && end.access === "write" && this.#isCode(end.page)) return this.#writeCode(end.page, pc);
    return stepped || end.kind === "stopped" ? { kind: "budget" } : end;
  }

  #instructionAt(pc: number): Instruction | undefined {
    const reach = this.memory.accessible(pc, 15, READ);
    return this.#disassembler.decode(this.memory.view(pc, reach), pc, 1)[0];
  }

  #clearPushedTrapFlag(): void {
    const sp = this.cpu.registers.general(REGISTER_INDEX.rsp);
    this.memory.setU8(sp + 1n, this.memory.u8(sp + 1n) & ~(EFLAGS.TF >> 8));
  }

  /** Frees everything. */
  close(): void {
    this.cpu.close();
    this.shadow.free();
    this.memory.free();
  }
}
