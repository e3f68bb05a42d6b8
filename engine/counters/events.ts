/**
 * What is executed and accessed, event by event, in large batches: blocks entered, instructions executed, memory
 * accessed. Machine code fills a ring of records; here is what it shall record, and who gets it.
 *
 * Exact: an instruction that faults, or that a stop came before, leaves nothing. REP instructions appear as they are
 * counted: once an iteration, and once if there is none. Leaves out what the kernel accesses for the guest.
 */

import type { Cpu } from "../cpu/cpu.ts";
import { type InstructionRecords, InstructionTable } from "../cpu/instruction_table.ts";
import { type AccessForm, accessForms } from "../disasm/access_forms.ts";
import type { Disassembler, Instruction } from "../disasm/disassembler.ts";
import type { AccessRecord, AddressRecipe, CacheLines, FetchRecord } from "../ffi/event_stubs.ts";
import { type GuestMemory, SPAN } from "../memory/guest_memory.ts";
import { EVENT, EventFilter, type EventKind, type EventReceiver, type EventSites, SiteList } from "./event_sites.ts";
import type { Block, BlockLedger } from "./ledger.ts";
import type { ShadowTable } from "./shadow.ts";

const NONE: readonly AccessRecord[] = [];
/** The bit of a region's protection that lets code run. */
const EXECUTE = 4;
/** Hooked instructions from which on one stub on every instruction is faster than a hook for each. */
const MANY_HOOKS = 24;

/** The events of one guest. */
export class Events {
  readonly #cpu: Cpu;
  readonly #memory: GuestMemory;
  readonly #ledger: BlockLedger;
  readonly #shadow: ShadowTable;
  readonly #disassembler: Disassembler;
  readonly #sites = new SiteList((site) => this.#table?.omitted(site) ?? 0);
  readonly #filters = new Map<EventReceiver, EventFilter>();
  /** Forms of what instructions access, by their text, if they do not depend on the address. */
  readonly #forms = new Map<string, readonly AccessForm[]>();
  /** Sites of blocks, by the block's start. */
  readonly #blocks = new Map<number, number>();
  #table: InstructionTable | undefined;
  #hasEdits = false;
  /** Bytes of a line, of those that fetches are told for. */
  #codeLine: number | undefined;
  #delivering = false;
  readonly #threadAtHand: () => number;
  /** The thread whose events are in the ring. */
  #thread = 0;

  constructor(
    { cpu, memory, ledger, shadow, disassembler, thread }: {
      readonly cpu: Cpu;
      readonly memory: GuestMemory;
      readonly ledger: BlockLedger;
      readonly shadow: ShadowTable;
      readonly disassembler: Disassembler;
      /** Tells the thread at hand. */
      readonly thread: () => number;
    },
  ) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#ledger = ledger;
    this.#shadow = shadow;
    this.#disassembler = disassembler;
    this.#threadAtHand = thread;
  }

  /** Where events come from. */
  get sites(): EventSites {
    return this.#sites;
  }

  /** Has events handed over from the next slice on. */
  add(receiver: EventReceiver): void {
    this.#filters.set(receiver, new EventFilter(receiver));
    this.#changed();
  }

  /** Hands over what there is, and nothing more. */
  remove(receiver: EventReceiver): void {
    if (!this.#filters.has(receiver)) return;
    this.deliver();
    this.#filters.delete(receiver);
    this.#changed();
  }

  /** A receiver covers other code now. */
  refresh(): void {
    this.deliver();
    this.#changed();
  }

  #changed(): void {
    this.#hasEdits = true;
    this.#cpu.endSlice();
  }

  /** Has the right things recorded, and of the thread at hand. Call between slices only. */
  prepare(): void {
    if (this.#isOn) this.#turnToThread();
    this.#applyEdits();
  }

  /** A batch is of one thread. */
  #turnToThread(): void {
    const thread = this.#threadAtHand();
    if (thread === this.#thread) return;
    this.deliver();
    this.#thread = thread;
  }

  #applyEdits(): void {
    const isWanted = this.#filters.size > 0 || this.#cpu.hooks.size >= MANY_HOOKS;
    if (!this.#hasEdits && isWanted === this.#isOn) return;
    this.#hasEdits = false;
    this.deliver();
    if (!isWanted && !this.#isOn) return;
    // Hooks change where the translator cuts blocks.
    if (isWanted !== this.#isOn) this.#ledger.retire(0, SPAN);
    this.#table ??= new InstructionTable(
      this.#cpu,
      this.#shadow.table,
      () => this.deliver(),
      (address) => this.#again(address),
    );
    if (isWanted !== this.#isOn) this.#dropTranslations();
    this.#blocks.clear();
    this.#table.turn(isWanted, this.#readLines());
    this.#thread = this.#threadAtHand();
    if (isWanted) { for (const block of this.#ledger.blocks()) this.learn(block); }
  }

  /**
   * Reads in terms of which caches receivers think. Only where there is one alone nothing is left out that another
   * wants: what it does not cover is not in its caches.
   */
  #readLines(): CacheLines | undefined {
    const lines = [...this.#filters.keys()].map((receiver) => receiver.lines?.());
    const sizes = lines.flatMap((each) => each === undefined ? [] : [each.code.line]);
    this.#codeLine = sizes.length === 0 ? undefined : Math.min(...sizes);
    return lines.length === 1 ? lines[0] : undefined;
  }

  /** Region by region: Unicorn's own way to drop all touches a gigabyte of memory. */
  #dropTranslations(): void {
    for (const { start, end, protection } of this.#memory.regions.list()) {
      if ((protection & EXECUTE) !== 0) this.#cpu.dropTranslations(start, end);
    }
  }

  get #isOn(): boolean {
    return this.#table?.isOn ?? false;
  }

  #wants(kind: EventKind, address: number): boolean {
    for (const { receiver } of this.#filters.values()) {
      if (receiver.kinds.has(kind) && receiver.covers(address)) return true;
    }
    return false;
  }

  #site(kind: EventKind, bits: number, pc: number, size: number): number {
    const site = this.#sites.add(bits, pc, size);
    for (const filter of this.#filters.values()) {
      filter.note(site, filter.receiver.kinds.has(kind) && filter.receiver.covers(pc));
    }
    return site;
  }

  /** A block is about to run whose code has not been looked at yet. */
  learn({ start, size }: Block): void {
    const table = this.#table;
    if (table === undefined || !table.isOn || this.#filters.size === 0) return;
    const code = this.#memory.view(start, size);
    const block = this.#wants("blocks", start) ? this.#site("blocks", EVENT.BLOCK, start, size) : undefined;
    if (block !== undefined) this.#blocks.set(start, block);
    table.edit(() => {
      for (const instruction of this.#disassembler.decode(code, start)) {
        const address = Number(instruction.address);
        if (address !== start && table.has(address)) continue;
        const records = this.#records(instruction, address === start);
        const { execution, fetch, accesses } = records;
        if ((records.block ?? execution ?? fetch) === undefined && accesses.length === 0) continue;
        table.set(address, records);
      }
    });
  }

  /** What the instruction at an address, whose code is as it was, appends. */
  #again(address: number): InstructionRecords | undefined {
    const reach = this.#memory.accessible(address, 15, 1);
    const [instruction] = this.#disassembler.decode(this.#memory.view(address, reach), address, 1);
    return instruction && this.#records(instruction, true);
  }

  /** An instruction is about to be stepped. */
  learnStep(instruction: Instruction): void {
    const table = this.#table;
    const address = Number(instruction.address);
    if (table === undefined || !table.isOn || this.#filters.size === 0 || table.has(address)) return;
    table.edit(() => table.set(address, this.#records(instruction, true)));
  }

  /** @param isEntry Whether it may follow another than the instruction before it in memory. */
  #records(instruction: Instruction, isEntry: boolean): InstructionRecords {
    const address = Number(instruction.address);
    const { mnemonic, size, bytes } = instruction;
    const isRepeated = mnemonic.startsWith("rep");
    return {
      block: this.#blocks.get(address),
      execution: this.#wants("instructions", address)
        ? this.#site("instructions", EVENT.INSTRUCTION, address, size)
        : undefined,
      fetch: this.#fetch(address, size, isEntry),
      accesses: !this.#wants("accesses", address) ? NONE : this.#accesses(instruction).map((form) => ({
        site: this.#site(
          ...["accesses", (form.reads ? EVENT.READ : 0) | (form.writes ? EVENT.WRITE : 0)] as const,
          ...[address, form.size] as const,
        ),
        size: form.size,
        recipe: this.#recipe(form),
      })),
      repeats: !isRepeated ? undefined : bytes.subarray(0, 3).includes(0x67) ? "ecx" : "rcx",
    };
  }

  /** Inside a block, an instruction that is on the line of the byte before it needs no fetch. */
  #fetch(address: number, size: number, isEntry: boolean): FetchRecord | undefined {
    const line = this.#codeLine;
    if (line === undefined || !this.#wants("fetches", address)) return undefined;
    const isInside = address % line > 0 && address % line + size <= line;
    if (isInside && !isEntry) return undefined;
    return { site: this.#site("fetches", EVENT.FETCH, address, size), address, size };
  }

  #accesses(instruction: Instruction): readonly AccessForm[] {
    const { operands, mnemonic } = instruction;
    if (operands.includes("ip")) return accessForms(instruction, this.#disassembler);
    const text = `${mnemonic} ${operands}${instruction.bytes[0] === 0x66 ? "'" : ""}`;
    let forms = this.#forms.get(text);
    if (forms === undefined) this.#forms.set(text, forms = accessForms(instruction, this.#disassembler));
    return forms;
  }

  #recipe(form: AccessForm): AddressRecipe {
    const { segment } = form;
    return segment === undefined ? { ...form, segment } : { ...form, segment: this.#cpu.places.segments[segment] };
  }

  /** Instructions are stepped from now on, or no more. */
  set isStepping(value: boolean) {
    if (this.#table !== undefined) this.#table.isStepping = value;
  }

  /** The code of `[start, end)` is about to change. */
  forget(start: number, end: number): void {
    if (!this.#isOn) return;
    this.deliver();
    this.#table?.forget(start, end);
    for (const { start: block } of this.#ledger.overlapping(start, end)) this.#blocks.delete(block);
  }

  /** The instruction at an address was begun but not executed: takes back what it recorded. */
  takeBack(pc: number): void {
    const table = this.#table;
    if (table !== undefined && table.isOn) table.takeBack(pc);
  }

  /** Hands over what has been recorded. */
  deliver(): void {
    const table = this.#table;
    if (table === undefined || this.#delivering || table.length === 0) return;
    this.#delivering = true;
    const thread = this.#thread;
    const { length, sites, addresses } = table;
    try {
      for (const filter of [...this.#filters.values()]) filter.deliver({ thread, length, sites, addresses });
    } finally {
      this.#delivering = false;
      table.length = 0;
    }
  }

  /** Frees what was taken. */
  free(): void {
    this.#table?.free();
  }
}
