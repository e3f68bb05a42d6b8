/**
 * Machine code for single instructions: what is done before each execution of the instruction at an address, looked up
 * in a table by a stub on every instruction. Keeps the ring of records that the code fills.
 *
 * It costs some nanoseconds an instruction, however many instructions have code. Leaves out what the records mean.
 */

import { CodeArena } from "../ffi/code_arena.ts";
import { EventAssembler } from "../ffi/event_assembler.ts";
import {
  type CacheLines,
  type EventPlan,
  MOST_SETS,
  MOST_SITES,
  RING,
  RING_BYTES,
  RING_OMITTED,
  RING_RECENT,
  RING_RECORDS,
  RING_SITES,
  roomStub,
} from "../ffi/event_stubs.ts";
import { hostBuffer, mapHost, PROT, unmapHost } from "../ffi/libc.ts";
import { assemble, codeStub } from "../ffi/stubs.ts";
import type { AddressTable } from "../memory/address_table.ts";
import { SPAN } from "../memory/guest_memory.ts";
import type { Cpu } from "./cpu.ts";

const ARENA_BYTES = 2 ** 28;
/** Addresses to forget one by one; more are looked for among those that have code. */
const FEW_ADDRESSES = 1 << 16;

/** What an instruction appends to the ring. */
export type InstructionRecords = Omit<EventPlan, "isHooked">;

const NOTHING: InstructionRecords = {
  ...{ block: undefined, execution: undefined, fetch: undefined, accesses: [], repeats: undefined },
};

/** No line is used last: no address has this number. */
const NO_LINE = 2n ** 64n - 1n;

/** Sites of an instruction's accesses, which are numbered one after the other. */
interface AccessSites {
  readonly first: number;
  readonly end: number;
}

/** The code of a guest's instructions. */
export class InstructionTable {
  readonly #cpu: Cpu;
  readonly #ring = mapHost(RING_BYTES, PROT.READ | PROT.WRITE);
  readonly #head = new DataView(hostBuffer(this.#ring, RING.ADDRESSES));
  readonly #table: AddressTable;
  readonly #arena = new CodeArena(ARENA_BYTES);
  /** Of each instruction that appends records. */
  readonly #accesses = new Map<number, AccessSites>();
  readonly #take: bigint;
  readonly #records: (address: number) => InstructionRecords | undefined;
  #assembler: EventAssembler | undefined;
  #isOn = false;
  #lines: CacheLines | undefined;
  readonly #recent: BigUint64Array<ArrayBuffer>;
  /** Accesses of each site that were only counted. */
  readonly #omitted: BigUint64Array<ArrayBuffer>;
  /** The columns of the ring. */
  readonly addresses: Float64Array<ArrayBuffer>;
  readonly sites: Uint32Array<ArrayBuffer>;

  /**
   * @param table Where the stub finds an instruction's code.
   * @param take Called when the ring is full: it must be empty after.
   * @param records Tells what an instruction appends, once more.
   */
  constructor(
    cpu: Cpu,
    table: AddressTable,
    take: () => void,
    records: (address: number) => InstructionRecords | undefined,
  ) {
    this.#cpu = cpu;
    this.#table = table;
    this.#records = records;
    this.#take = cpu.callable(take);
    this.addresses = new Float64Array(hostBuffer(this.#ring + BigInt(RING.ADDRESSES), 8 * RING_RECORDS));
    this.sites = new Uint32Array(hostBuffer(this.#ring + BigInt(RING_SITES), 4 * RING_RECORDS));
    this.#recent = new BigUint64Array(hostBuffer(this.#ring + BigInt(RING_RECENT.data), 2 * 8 * MOST_SETS));
    this.#omitted = new BigUint64Array(hostBuffer(this.#ring + BigInt(RING_OMITTED), 8 * MOST_SITES));
  }

  /** How many accesses of a site were left out and counted. */
  omitted(site: number): number {
    return Number(this.#omitted[site] ?? 0n);
  }

  /** Records in the ring. */
  get length(): number {
    return this.#head.getUint32(RING.LENGTH, true);
  }
  set length(value: number) {
    this.#head.setUint32(RING.LENGTH, value, true);
  }

  /** The instruction at an address was begun but not executed: takes back what it recorded and counted. */
  takeBack(pc: number): void {
    const own = this.#accesses.get(pc);
    if (own === undefined || Number(this.#head.getBigUint64(RING.LAST, true)) !== pc) return;
    const before = this.#head.getUint32(RING.BEFORE, true);
    if (this.#lines !== undefined) {
      const recorded = this.sites.subarray(before, this.length);
      for (let site = own.first; site < own.end; site++) {
        if (!recorded.includes(site) && this.#omitted[site] > 0n) this.#omitted[site]--;
      }
      this.#forgetLines();
    }
    this.length = before;
  }

  /** What is accessed and fetched next is recorded. */
  #forgetLines(): void {
    if (this.#lines === undefined) return;
    const { data, code } = this.#lines;
    this.#recent.fill(NO_LINE, 0, data.sets);
    this.#recent.fill(NO_LINE, MOST_SETS, MOST_SETS + code.sets);
  }

  /** Whether single instructions are stepped: they enter no block. */
  set isStepping(value: boolean) {
    this.#head.setUint32(RING.STEPPING, value ? 1 : 0, true);
  }

  /** Whether the table is in use. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /**
   * Starts and ends the use of the table, with nothing in it but hooked instructions. Call between slices only.
   *
   * @param lines Accesses and fetches that change nothing in such caches are left out; caches with more than
   * {@linkcode MOST_SETS} sets leave out nothing.
   */
  turn(on: boolean, lines?: CacheLines): void {
    this.forget(0, SPAN);
    this.#isOn = on;
    this.#lines = lines && Math.max(lines.data.sets, lines.code.sets) > MOST_SETS ? undefined : lines;
    this.#forgetLines();
    if (!on) return this.#cpu.hooks.every(undefined);
    this.#arena.clear();
    const { places } = this.#cpu;
    const stub = this.#arena.edit(() => {
      this.#assembler = new EventAssembler({
        ring: this.#ring,
        registers: places.registers,
        room: this.#add(assemble(roomStub(this.#ring, places.registers, this.#take), 0)),
        hook: places.instructionHook,
        stopping: places.stopping,
        entered: places.blockEntered,
      }, this.#lines);
      return this.#add(assemble(codeStub(this.#ring + BigInt(RING.LAST)), 0));
    });
    this.#cpu.hooks.every({
      stub,
      data: this.#table.host,
      hooked: (address) => this.edit(() => this.#rewrite(address)),
    });
    this.edit(() => {
      for (const address of this.#cpu.hooks.addresses) this.#rewrite(address);
    });
  }

  #add(code: Uint8Array): bigint {
    const address = this.#arena.add(code);
    if (address === undefined) {
      throw new Error(`Cannot record what is executed: more than ${ARENA_BYTES >> 20} MiB of code for it`);
    }
    return address;
  }

  /** Has code written by {@linkcode InstructionTable.set} within `work`. */
  edit<T>(work: () => T): T {
    return this.#arena.edit(work);
  }

  /** Whether the instruction at an address appends records. */
  has(address: number): boolean {
    return this.#accesses.has(address);
  }

  /** Has an instruction append records, from its next execution on. Call within {@linkcode InstructionTable.edit}. */
  set(address: number, records: InstructionRecords): void {
    const first = records.accesses[0]?.site ?? 0;
    this.#accesses.set(address, { first, end: first + records.accesses.length });
    this.#write(address, records);
  }

  /** Writes the code of an instruction that is hooked now, or no more. */
  #rewrite(address: number): void {
    const records = this.#accesses.has(address) ? this.#records(address) : undefined;
    if (records !== undefined || this.#cpu.hooks.has(address)) this.#write(address, records ?? NOTHING);
    else this.#table.set("CODE", address, 0n);
  }

  #write(address: number, records: InstructionRecords): void {
    if (this.#assembler === undefined) return;
    const code = this.#assembler.assemble({ ...records, isHooked: this.#cpu.hooks.has(address) });
    this.#table.set("CODE", address, this.#add(code));
  }

  /** Has the instructions of `[start, end)` append nothing. */
  forget(start: number, end: number): void {
    const forget = (address: number) => {
      if (!this.#accesses.delete(address)) return;
      if (this.#cpu.hooks.has(address) && this.#isOn) this.edit(() => this.#write(address, NOTHING));
      else this.#table.set("CODE", address, 0n);
    };
    if (end - start > FEW_ADDRESSES) {
      for (const address of [...this.#accesses.keys()]) if (address >= start && address < end) forget(address);
    } else {
      for (let address = start; address < end; address++) forget(address);
    }
  }

  /** Frees the memory. */
  free(): void {
    this.#arena.free();
    unmapHost(this.#ring, RING_BYTES);
  }
}
