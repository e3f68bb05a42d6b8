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
import type { AccessRecord, AddressRecipe } from "../ffi/event_stubs.ts";
import { type GuestMemory, SPAN } from "../memory/guest_memory.ts";
import type { Block, BlockLedger } from "./ledger.ts";
import type { ShadowTable } from "./shadow.ts";

/** Kinds of events that can be asked for. */
export type EventKind = "accesses" | "blocks" | "instructions";

/** What the event of a site is; an access may be both a read and a write. */
export const EVENT = { READ: 1, WRITE: 2, BLOCK: 4, INSTRUCTION: 8 } as const;

/** Events in the order they happened. The arrays are used again: keep nothing of them. */
export interface EventBatch {
  /** Id of the thread that all of them are of. */
  readonly thread: number;
  /** Number of events. */
  readonly length: number;
  /** The site of each. */
  readonly sites: Uint32Array;
  /** The address accessed; of an instruction or a block, its own. */
  readonly addresses: Float64Array;
}

/** Where events come from, by number: what is the same for all events of a site. */
export interface EventSites {
  /** Sites so far. */
  readonly length: number;
  /** Bits of {@linkcode EVENT}. */
  readonly kinds: Uint8Array;
  /** Address of the instruction, or of the block. */
  readonly pcs: Float64Array;
  /** Bytes accessed; of an instruction or a block, its own size. */
  readonly sizes: Uint32Array;
}

/** Who gets events. */
export interface EventReceiver {
  readonly kinds: ReadonlySet<EventKind>;
  /** Whether the code at an address is of interest. */
  covers(address: number): boolean;
  receive(batch: EventBatch): void;
}

class Sites implements EventSites {
  length = 0;
  kinds = new Uint8Array(1024);
  pcs = new Float64Array(1024);
  sizes = new Uint32Array(1024);

  add(kind: number, pc: number, size: number): number {
    if (this.length === this.kinds.length) {
      const [kinds, pcs, sizes] = [this.kinds, this.pcs, this.sizes];
      this.kinds = new Uint8Array(2 * kinds.length);
      this.kinds.set(kinds);
      this.pcs = new Float64Array(2 * pcs.length);
      this.pcs.set(pcs);
      this.sizes = new Uint32Array(2 * sizes.length);
      this.sizes.set(sizes);
    }
    this.kinds[this.length] = kind;
    this.pcs[this.length] = pc;
    this.sizes[this.length] = size;
    return this.length++;
  }
}

/** Sites that a receiver wants, when it does not want all that are recorded. */
class Filter {
  readonly receiver: EventReceiver;
  #mask = new Uint8Array(1024);
  #refuses = false;
  #addresses = new Float64Array(0);
  #sites = new Uint32Array(0);

  constructor(receiver: EventReceiver) {
    this.receiver = receiver;
  }

  /** Notes a new site. */
  note(site: number, isWanted: boolean): void {
    while (site >= this.#mask.length) {
      const mask = this.#mask;
      this.#mask = new Uint8Array(2 * mask.length);
      this.#mask.set(mask);
    }
    this.#mask[site] = isWanted ? 1 : 0;
    this.#refuses ||= !isWanted;
  }

  deliver(batch: EventBatch): void {
    if (!this.#refuses) return this.receiver.receive(batch);
    if (this.#sites.length < batch.length) {
      this.#sites = new Uint32Array(batch.sites.length);
      this.#addresses = new Float64Array(batch.sites.length);
    }
    let length = 0;
    for (let at = 0; at < batch.length; at++) {
      const site = batch.sites[at];
      if (this.#mask[site] === 0) continue;
      this.#sites[length] = site;
      this.#addresses[length++] = batch.addresses[at];
    }
    const { thread } = batch;
    if (length > 0) this.receiver.receive({ thread, length, sites: this.#sites, addresses: this.#addresses });
  }
}

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
  readonly #sites = new Sites();
  readonly #filters = new Map<EventReceiver, Filter>();
  /** Forms of what instructions access, by their text, if they do not depend on the address. */
  readonly #forms = new Map<string, readonly AccessForm[]>();
  /** Sites of blocks, by the block's start. */
  readonly #blocks = new Map<number, number>();
  #table: InstructionTable | undefined;
  #hasEdits = false;
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
    this.#filters.set(receiver, new Filter(receiver));
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
    this.#table.turn(isWanted);
    this.#thread = this.#threadAtHand();
    if (isWanted) { for (const block of this.#ledger.blocks()) this.learn(block); }
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
        if (address !== start && table.count(address) !== undefined) continue;
        const records = this.#records(instruction);
        if (records.block === undefined && records.execution === undefined && records.accesses.length === 0) continue;
        table.set(address, records);
      }
    });
  }

  /** What the instruction at an address, whose code is as it was, appends. */
  #again(address: number): InstructionRecords | undefined {
    const reach = this.#memory.accessible(address, 15, 1);
    const [instruction] = this.#disassembler.decode(this.#memory.view(address, reach), address, 1);
    return instruction && this.#records(instruction);
  }

  /** An instruction is about to be stepped. */
  learnStep(instruction: Instruction): void {
    const table = this.#table;
    const address = Number(instruction.address);
    if (table === undefined || !table.isOn || this.#filters.size === 0 || table.count(address) !== undefined) return;
    table.edit(() => table.set(address, this.#records(instruction)));
  }

  #records(instruction: Instruction): InstructionRecords {
    const address = Number(instruction.address);
    const { mnemonic, size, bytes } = instruction;
    const isRepeated = mnemonic.startsWith("rep");
    return {
      block: this.#blocks.get(address),
      execution: this.#wants("instructions", address)
        ? this.#site("instructions", EVENT.INSTRUCTION, address, size)
        : undefined,
      accesses: !this.#wants("accesses", address) ? NONE : this.#accesses(instruction).map((form) => ({
        site: this.#site(
          ...["accesses", (form.reads ? EVENT.READ : 0) | (form.writes ? EVENT.WRITE : 0)] as const,
          ...[address, form.size] as const,
        ),
        recipe: this.#recipe(form),
      })),
      repeats: !isRepeated ? undefined : bytes.subarray(0, 3).includes(0x67) ? "ecx" : "rcx",
    };
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
    if (table === undefined || !table.isOn || table.last !== pc) return;
    table.length -= table.count(pc) ?? 0;
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
