/**
 * One guest at work: runs the CPU in slices and settles what ended each, so that every instruction is executed and
 * counted once. Signals, waiting and hooks meet here; what they are is defined below this file.
 */

import { Alarms } from "./alarms.ts";
import { Announcements, type BlockListener } from "./announcements.ts";
import { Cpu, RETURN_ADDRESS, type SliceEnd } from "./cpu/cpu.ts";
import { copyMemory } from "./memory/copy_memory.ts";
import { GuestMemory, PAGE_SIZE, pageDown, SPAN } from "./memory/guest_memory.ts";
import { PAGE_FLAG_ASK } from "./ffi/stubs.ts";
import { isUnsupported } from "./cpu/unsupported.ts";
import { cpuid, EFLAGS, FUNCTION_ARGUMENTS, REGISTER_INDEX, VECTOR } from "./arch/x86_64.ts";
import { BlockFlow } from "./counters/flow.ts";
import { Events } from "./counters/events.ts";
import { BlockLedger } from "./counters/ledger.ts";
import { Repeats } from "./counters/repeats.ts";
import { ShadowTable } from "./counters/shadow.ts";
import { accessForms } from "./disasm/access_forms.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import { GuestCpu } from "./cpu/guest_cpu.ts";
import { ThreadContexts } from "./cpu/thread_contexts.ts";
import { type MemoryAccess, memoryAccesses } from "./hooks/accesses.ts";
import { UnsupportedCode } from "./unsupported_code.ts";
import { type Action, Sites } from "./hooks/sites.ts";
import { Watchpoints } from "./hooks/watchpoints.ts";

/** What a machine asks of who runs it. */
export interface MachineEvents extends BlockListener {
  /** SYSCALL was executed. @returns Whether the guest may go on at once. */
  syscall(next: bigint): boolean;
}

/** How a machine counts. */
export interface MachineOptions {
  /** Whether blocks are counted; by default they are. Without it nothing can be attached. */
  readonly counting?: boolean;
  /** See `CpuOptions`. */
  readonly countInstructions?: boolean;
  /** See `CpuOptions`. */
  readonly accessCallback?: bigint;
}

/** Protection bits a byte of the permission table can hold. */
const [READ, WRITE, EXECUTE] = [1, 2, 4];
const SYSCALL_SIZE = 2n;
const NONE: readonly Action[] = [];

/** What is known of a thread besides its registers. */
interface MachineThread {
  readonly fired: { readonly address: number; readonly actions: readonly Action[] } | undefined;
  readonly returned: (() => void) | undefined;
}
const NEW_THREAD: MachineThread = { fired: undefined, returned: undefined };

/** Bytes below the stack pointer that a function may use; System V ABI, AMD64 supplement, 3.2.2. */
const RED_ZONE = 128;

/** A guest's memory, CPU and counters. */
export class Machine {
  readonly memory = new GuestMemory();
  readonly shadow: ShadowTable;
  readonly cpu: Cpu;
  readonly ledger: BlockLedger;
  readonly flow: BlockFlow;
  readonly sites: Sites;
  /** What is executed and accessed, event by event, for those who ask for it. */
  readonly events: Events;
  /** Closures to call at a number of executed instructions. */
  readonly alarms = new Alarms(() => this.ledger.total());
  readonly #repeats: Repeats;
  readonly watchpoints = new Watchpoints(this.memory);
  readonly #events: MachineEvents;
  readonly #disassembler: Disassembler;
  /** The threads that share the CPU. */
  readonly threads: ThreadContexts<MachineThread>;
  /** The instruction at hand, if actions have run for it already: they do not run again when the guest goes on. */
  #fired: { readonly address: number; readonly actions: readonly Action[] } | undefined;
  /** What actions are being run for. */
  #at: { readonly kind: "block" | "instruction"; readonly address: number } | undefined;
  /** The block that is being announced. */
  #announcing: number | undefined;
  /** The block that a single-stepped instruction is. */
  #stepped: number | undefined;
  readonly #announcements: Announcements;
  readonly #unsupported: UnsupportedCode;
  /** Called when the function that {@linkcode Machine.prepareCall} prepared has returned. */
  #returned: (() => void) | undefined;
  /** Where the guest goes on instead, once the slice has ended. */
  #redirected: bigint | undefined;
  #stop = false;
  #countsBranches = false;

  /**
   * @param unicorn Path of Unicorn's library.
   */
  constructor(unicorn: string, disassembler: Disassembler, events: MachineEvents, options: MachineOptions = {}) {
    const { counting = true, countInstructions = false, accessCallback } = options;
    using taken = new DisposableStack();
    taken.defer(() => this.memory.free());
    this.#events = events;
    this.#announcements = new Announcements(events);
    this.shadow = new ShadowTable(counting ? SPAN : 0);
    taken.defer(() => this.shadow.free());
    this.#disassembler = disassembler;
    this.cpu = new Cpu(unicorn, this.memory, {
      block: (start, size) => this.#onBlock(start, size),
      instruction: (address) => this.#onInstruction(address),
      syscall: () => {
        const mayGoOn = this.#events.syscall(this.cpu.registers.pc + SYSCALL_SIZE);
        if (!mayGoOn || this.sites.hasEdits) this.cpu.stop();
      },
      cpuid: () => this.#onCpuid(),
      access: (page, access) => access === "execute" && this.#makeExecutable(page),
    }, {
      ...(counting ? { table: this.shadow.table } : {}),
      countInstructions,
      ...(accessCallback === undefined ? {} : { accessCallback }),
    });
    this.ledger = new BlockLedger(this.memory, this.shadow, disassembler);
    this.flow = new BlockFlow(this.cpu, this.shadow.table, () => this.threads.current ?? 0);
    this.events = new Events({ ...this, disassembler, thread: () => this.threads.current ?? 0 });
    this.sites = new Sites(this.cpu, this.ledger, counting ? this.shadow : undefined);
    this.#unsupported = new UnsupportedCode({
      ...this,
      disassembler,
      instructionAt: (address) => this.#instructionAt(address),
      requestStop: () => this.requestStop(),
    });
    this.#repeats = new Repeats(this.cpu, this.memory, this.ledger, this.shadow);
    const thread = {
      get: () => ({ fired: this.#fired, returned: this.#returned }),
      set: ({ fired, returned }: MachineThread) => {
        this.#fired = fired;
        this.#returned = returned;
      },
    };
    this.threads = new ThreadContexts(this.cpu, thread, NEW_THREAD);
    this.memory.listener = {
      revoked: () => this.cpu.flushTlb(),
      codeChanged: (start, end) => {
        this.#hold();
        this.#announcements.forget(start, end, this.ledger.overlapping(start, end));
        this.events.forget(start, end);
        this.ledger.retire(start, end);
        this.cpu.dropTranslations(start, end);
      },
    };
    taken.move();
  }

  /** Whether conditional jumps were counted from the start. */
  get countsBranches(): boolean {
    return this.#countsBranches;
  }

  /** Counts, from now on, how often conditional jumps are taken. It slows blocks down a little. */
  countBranches(): void {
    if (this.cpu.countsSequences) return;
    this.#countsBranches = this.ledger.total() === 0;
    this.cpu.countSequences();
  }

  /** Has the guest stop before the instruction at hand, from an action; else at the end of the slice. */
  requestStop(): void {
    this.#stop = true;
    this.cpu.endSlice();
  }

  /** Which block runs: its start, and for a single-stepped instruction its address and a half. */
  get currentBlock(): number {
    return this.#stepped ?? this.cpu.blockStart;
  }

  /**
   * While actions are run: the block that has been counted already, and its first instruction that has not been
   * executed yet.
   */
  get ahead(): { readonly block: number; readonly address: number } | undefined {
    if (this.#announcing !== undefined) return { block: this.#announcing, address: this.#announcing };
    return this.#at && { block: this.cpu.blockStart, address: this.#at.address };
  }

  /**
   * Changes the program counter, from an action too: what the action was called for is not executed then.
   */
  redirect(pc: bigint): void {
    if (this.#at === undefined && this.#stepped === undefined) this.cpu.registers.pc = pc;
    else this.#redirected = pc;
  }

  /** Says that an action has done what the instruction at an address does: it counts as executed, and is skipped. */
  execute(address: number, size: number): void {
    this.ledger.step(address);
    this.redirect(BigInt(address + size));
  }

  #onBlock(start: number, size: number): void {
    if (this.#stepped !== undefined) return;
    if (this.#repeats.isOver(start, size)) return this.shadow.takeBack(start);
    if (this.ledger.block(start) === undefined) {
      this.#unsupported.inspect(start, size);
      const isCutAnew = this.sites.inspect(start, size);
      if (!isCutAnew) {
        this.ledger.enter(start, size);
        this.#repeats.learn(start, size);
        this.events.learn({ start, size });
        this.#announcing = start;
        this.#announcements.announce(start, start, size);
        this.#announcing = undefined;
      }
      if (isCutAnew || this.#stop || this.sites.hasEdits) {
        this.shadow.takeBack(start);
        this.cpu.takeBack();
        if (this.#fired !== undefined) this.#fired = { ...this.#fired };
        return this.cpu.stop();
      }
    }
    const actions = this.sites.blockActions(start);
    if (actions !== undefined && !this.#dispatch("block", start, actions)) return;
    this.flow.note(start);
  }

  /** Whether the instruction at hand was refused. The guest comes to it anew, if it comes to it again. */
  #takeInvalid(): boolean {
    if (!this.#unsupported.takeRefusal()) return false;
    this.#fired = undefined;
    return true;
  }

  #onInstruction(address: number): void {
    if (this.#stepped !== undefined || this.#repeats.isOverAt(address)) return;
    const actions = this.sites.translatedActions(address);
    if (actions !== undefined) this.#dispatch("instruction", address, actions);
  }

  /** @returns Whether what it was called for is about to run. */
  #dispatch(kind: "block" | "instruction", address: number, actions: readonly Action[]): boolean {
    this.#at = { kind, address };
    let isHeld = false;
    try {
      this.#fire(address, actions);
      if (this.#stop || this.sites.hasEdits || this.#redirected !== undefined) this.#hold();
    } finally {
      isHeld = this.#at === undefined;
      if (isHeld) this.#markFired(address);
      this.#at = undefined;
    }
    return !isHeld;
  }

  /**
   * Ends the slice before what is being dispatched, and settles at once that it was counted but not executed: its
   * counters may be gone before the slice is.
   */
  #hold(): void {
    if (this.#at === undefined) return;
    const { kind, address } = this.#at;
    this.#at = undefined;
    if (kind === "block") {
      this.shadow.takeBack(address);
      this.cpu.takeBack();
    } else this.#leave(address);
    this.cpu.stop();
  }

  #fire(address: number, actions: readonly Action[]): void {
    const done = this.#fired?.address === address ? this.#fired.actions : NONE;
    this.#fired = undefined;
    const { changes } = this.sites;
    for (const action of actions) {
      if (done !== NONE && done.includes(action)) continue;
      // One that was detached meanwhile does not run.
      if (this.sites.changes === changes || this.sites.actions(address)?.includes(action)) action(address);
    }
  }

  /** Notes that the instruction at hand is to be executed without running its actions again. */
  #markFired(address: number): void {
    this.#fired = { address, actions: this.sites.actions(address) ?? NONE };
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
    const fired = this.#fired;
    const end = this.cpu.run(this.flow.prepare(budget));
    if (this.#fired === fired) this.#fired = undefined;
    if (this.#applyRedirection()) return { kind: "budget" };
    if (this.#takeInvalid()) return { kind: "invalid" };
    if (end.kind === "access" && this.#hasReturned()) return { kind: "stopped", at: "block" };
    return this.#settle(end);
  }

  #applyRedirection(): boolean {
    if (this.#redirected === undefined) return false;
    this.cpu.registers.pc = this.#redirected;
    this.#redirected = undefined;
    this.#fired = undefined;
    return true;
  }

  #prepare(): void {
    this.#stop = false;
    if (Number(this.cpu.registers.pc) !== this.#fired?.address) this.#fired = undefined;
    this.sites.applyEdits();
    this.events.prepare();
  }

  /** Settles that the block entered last was left before the instruction at an address was executed. */
  #leave(pc: number): void {
    this.events.deliver();
    this.ledger.leave(this.cpu.blockStart, pc);
  }

  #settle(end: SliceEnd): SliceEnd {
    if (end.kind === "budget") this.#repeats.settle();
    const pc = Number(this.cpu.registers.pc);
    if (end.kind === "invalid" || end.kind === "interrupt" || end.kind === "access") this.events.takeBack(pc);
    if (end.kind === "invalid" || end.kind === "interrupt") this.#leave(pc);
    // The translator reads a whole block ahead: where a block runs into nothing, what comes before is executed singly.
    if (end.kind === "access" && end.access === "execute" && end.page !== pageDown(pc)) return this.step();
    if (end.kind === "access" && end.access !== "execute") {
      this.#leave(pc);
      if (this.#isGuarded(end.page, end.access)) return this.#passGuard(pc);
      if (end.access === "write" && this.#isCode(end.page)) {
        return this.#writeCode(end.page, pc) ?? { kind: "budget" };
      }
    }
    return end;
  }

  /** Whether an access was refused only because the page is watched. */
  #isGuarded(page: number, access: "read" | "write"): boolean {
    const bit = access === "read" ? READ : WRITE;
    const withheld = this.memory.guards.get(page / PAGE_SIZE) ?? 0;
    return (withheld & bit) !== 0 && this.memory.allows(page, 1, bit);
  }

  /** Executes the instruction that accesses watched memory, whose hooks have run already. */
  #passGuard(pc: number): SliceEnd {
    const { guards } = this.memory;
    const instruction = this.#instructionAt(pc);
    if (instruction === undefined) return { kind: "budget" };
    const accessed = this.watchpoints.observe(instruction.address, this.accessesOf(instruction));
    this.memory.setGuards(new Map());
    this.#markFired(pc);
    const end = this.step();
    this.memory.setGuards(guards);
    if (end.kind === "budget") accessed();
    return this.#stop ? { kind: "stopped", at: "instruction" } : end;
  }

  #isCode(page: number): boolean {
    return page >= 0 && (this.memory.permissions[page / PAGE_SIZE] & PAGE_FLAG_ASK) !== 0;
  }

  /**
   * The guest is about to store into a page that it executed.
   *
   * @returns How the store ended, if it was executed at once; else it can be now.
   */
  #writeCode(page: number, pc: number): SliceEnd | undefined {
    const index = page / PAGE_SIZE;
    this.ledger.retire(page, page + PAGE_SIZE);
    this.cpu.dropTranslations(page, page + PAGE_SIZE);
    this.memory.permissions[index] = READ | WRITE | PAGE_FLAG_ASK;
    this.cpu.flushTlb();
    this.#markFired(pc);
    if (pc + 15 < page || pc >= page + PAGE_SIZE) return undefined;
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
    this.#stepped = pc + 0.5;
    let end: SliceEnd;
    try {
      if (instruction !== undefined) {
        this.events.learnStep(instruction);
        this.#announcements.announceStep(this.#stepped, pc, instruction.size);
      }
      this.#fire(pc, this.sites.actions(pc) ?? NONE);
      if (this.#applyRedirection()) return { kind: "budget" };
      if (this.#takeInvalid() || instruction !== undefined && isUnsupported(instruction.bytes)) {
        return { kind: "invalid" };
      }
      if (this.#stop) {
        this.#markFired(pc);
        return { kind: "stopped", at: "instruction" };
      }
      this.flow.prepare(1);
      this.flow.note(this.#stepped);
      end = this.#trap(pc);
    } finally {
      this.#stepped = undefined;
    }
    this.#fired = undefined;
    const stepped = end.kind === "interrupt" && end.vector === VECTOR.DEBUG;
    if (stepped && instruction?.mnemonic.startsWith("pushf")) this.#clearPushedTrapFlag();
    const software = end.kind === "interrupt" && Number(registers.pc) !== pc;
    // Where the kernel has set the flags, as sigreturn(2) does, there is no trap, and the slice ends by its budget.
    const executed = stepped || software || end.kind === "stopped" || end.kind === "budget";
    if (executed) this.ledger.step(pc);
    else {
      this.flow.takeBack();
      this.events.takeBack(pc);
    }
    if (end.kind === "access" && end.access !== "execute" && this.#isGuarded(end.page, end.access)) {
      return this.#passGuard(pc);
    }
    if (end.kind === "access" && end.access === "write" && this.#isCode(end.page)) {
      return this.#writeCode(end.page, pc) ?? this.step();
    }
    return stepped || end.kind === "stopped" ? { kind: "budget" } : end;
  }

  /** Runs one instruction with the trap flag set; its block's counter is left as it was. */
  #trap(pc: number): SliceEnd {
    const { registers } = this.cpu;
    const count = this.shadow.count(pc);
    registers.flags = registers.flags | EFLAGS.TF;
    this.events.isStepping = true;
    try {
      return this.cpu.run(1);
    } finally {
      this.events.isStepping = false;
      registers.flags = registers.flags & ~EFLAGS.TF;
      this.shadow.setCount(pc, count);
    }
  }

  /** Keeps the registers, and which actions have run for the instruction at hand; `using` puts them back. */
  saved(): Disposable {
    const registers = this.cpu.context();
    const fired = this.#fired;
    return {
      [Symbol.dispose]: () => {
        registers.restore();
        registers.free();
        this.#fired = fired;
      },
    };
  }

  /**
   * Puts a call of a function into the registers and onto the stack.
   *
   * @param returned Called when the function has returned.
   */
  prepareCall(address: bigint, args: readonly bigint[], returned: () => void): void {
    if (args.length > FUNCTION_ARGUMENTS.length) {
      throw new RangeError(
        `Cannot call a function with ${args.length} arguments: ${FUNCTION_ARGUMENTS.length} at most`,
      );
    }
    const { registers } = this.cpu;
    args.forEach((value, index) => registers.setGeneral(REGISTER_INDEX[FUNCTION_ARGUMENTS[index]], value));
    const sp = (registers.general(REGISTER_INDEX.rsp) - BigInt(RED_ZONE) & ~15n) - 8n;
    this.memory.setU64(sp, BigInt(RETURN_ADDRESS));
    registers.setGeneral(REGISTER_INDEX.rsp, sp);
    registers.setGeneral(REGISTER_INDEX.rax, 0n);
    registers.pc = address;
    this.#returned = returned;
  }

  /** Whether a called function has returned: to an address that the guest has nothing at. */
  #hasReturned(): boolean {
    const returned = this.#returned;
    if (returned === undefined || Number(this.cpu.registers.pc) !== RETURN_ADDRESS) return false;
    this.#returned = undefined;
    returned();
    return true;
  }

  /** How many instructions the block has that begins where the guest is; undefined if none did yet. */
  get nextLength(): number | undefined {
    return this.ledger.length(Number(this.cpu.registers.pc));
  }

  /** The instruction that is executed next; undefined where no memory is mapped. */
  get instruction(): Instruction | undefined {
    return this.#instructionAt(Number(this.cpu.registers.pc));
  }

  /** What an instruction would access with the registers as they are. */
  accessesOf(instruction: Instruction): MemoryAccess[] {
    const cpu = new GuestCpu(this.cpu.registers, this.memory);
    return memoryAccesses(instruction, accessForms(instruction, this.#disassembler), cpu);
  }

  #instructionAt(pc: number): Instruction | undefined {
    const reach = this.memory.accessible(pc, 15, READ);
    if (reach === 0) return undefined;
    return reach === 0 ? undefined : this.#disassembler.decode(this.memory.view(pc, reach), pc, 1)[0];
  }

  #clearPushedTrapFlag(): void {
    const sp = this.cpu.registers.general(REGISTER_INDEX.rsp);
    this.memory.setU8(sp + 1n, this.memory.u8(sp + 1n) & ~(EFLAGS.TF >> 8));
  }

  /** Gives another machine the same memory and the registers of the thread at hand. It must be an empty one. */
  copyTo(other: Machine): void {
    copyMemory(this.memory, other.memory);
    other.cpu.copyRegisters(this.cpu);
  }

  /** Unmaps everything, and has the machine as it was made: nothing is counted, no thread is known. */
  clear(): void {
    this.memory.unmap(0, SPAN);
    this.ledger.reset();
    this.threads.close();
    this.cpu.resetRegisters();
    this.#fired = this.#returned = this.#redirected = undefined;
  }

  /** Frees everything: nothing is counted then, and nothing can be attached. */
  close(): void {
    this.ledger.reset();
    this.memory.listener = undefined;
    this.threads.close();
    this.cpu.close();
    this.flow.free();
    this.events.free();
    this.shadow.free();
    this.memory.free();
  }
}
