/**
 * Owns a Capstone handle for x86-64, Intel syntax.
 *
 * Reads `cs_insn` and `cs_detail` of Capstone 5 at their offsets. Bytes that do not decode become one-byte `.byte`
 * instructions, so that no byte of code is left out.
 */

import { CapstoneError, type CapstoneSymbols, CS, openCapstone } from "../ffi/capstone.ts";
import { hostBuffer } from "../ffi/libc.ts";
import { type MemoryOperand, readOperands } from "./operands.ts";
import { type RegisterAccess, registerAccess } from "./register_access.ts";
import { stringOperands } from "./string_operands.ts";
import { Texts } from "./texts.ts";

/** What an instruction does to control flow. */
export type FlowKind = "jump" | "call" | "return" | "interrupt" | "none";

/** A decoded instruction. */
export interface Instruction {
  /** Guest address. */
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** As in memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Such as `mov`. */
  readonly mnemonic: string;
  /** Such as `rax, qword ptr [rsp + 8]`; may be empty. */
  readonly operands: string;
}

/** Offsets in `cs_insn`. */
const INSN = { SIZE: 16, MNEMONIC: 42, OPERANDS: 74, DETAIL: 240, END: 248 } as const;
/** Offsets in `cs_detail`. */
const DETAIL = { GROUPS: 83, GROUP_COUNT: 91, X86: 96, END: 96 + 72 + 8 * 48 } as const;
/** Offset of `eflags` in `cs_x86`. */
const FLAGS = 56;
const FLOW: readonly (readonly [group: number, kind: FlowKind])[] = [[2, "call"], [3, "return"], [1, "jump"], [
  4,
  "interrupt",
]];
const LONGEST = 15;
const CHUNK = 4096;
/** More than Capstone has instructions. */
const MOST_NAMES = 2000;
/** Length of `cs_regs`. */
const MOST_REGISTERS = 64;

/** A decoder of x86-64 code. */
export class Disassembler {
  readonly #capstone: CapstoneSymbols;
  readonly #handle: bigint;
  readonly #detailHandle: bigint;
  readonly #record: Deno.PointerObject;
  readonly #view: DataView;
  readonly #code = new Uint8Array(CHUNK);
  readonly #codeAddress: bigint;
  readonly #pointer = new BigUint64Array(1);
  readonly #left = new BigUint64Array(1);
  readonly #address = new BigUint64Array(1);
  /** Where the record's detail is; it stays there, and a view of it is dear. */
  #detailAddress = 0n;
  #detailView: DataView | undefined;
  readonly #texts = new Texts();
  #names: ReadonlySet<string> | undefined;

  /**
   * Opens two handles, with and without detail.
   *
   * @param library Path of Capstone's shared library, 5.0 or later.
   * @throws {CapstoneError} If Capstone refuses.
   */
  constructor(library: string) {
    this.#capstone = openCapstone(library);
    this.#handle = this.#open(false);
    this.#detailHandle = this.#open(true);
    const record = this.#capstone.cs_malloc(this.#detailHandle);
    if (record === null) throw new CapstoneError(1, "cs_malloc");
    this.#record = record;
    const buffer = Deno.UnsafePointerView.getArrayBuffer(record, INSN.END);
    this.#view = new DataView(buffer);
    this.#codeAddress = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#code));
  }

  #open(detail: boolean): bigint {
    const handle = new BigUint64Array(1);
    const status = this.#capstone.cs_open(CS.ARCH_X86, CS.MODE_64, handle);
    if (status !== 0) throw new CapstoneError(status, "cs_open");
    if (detail) this.#capstone.cs_option(handle[0], CS.OPT_DETAIL, 1n);
    return handle[0];
  }

  #load(code: Uint8Array, address: number): void {
    this.#code.set(code);
    this.#pointer[0] = this.#codeAddress;
    this.#left[0] = BigInt(code.length);
    this.#address[0] = BigInt(address);
  }

  /** Decodes one instruction of what was loaded. @returns Its size, or 0 if the bytes do not decode. */
  #next(handle: bigint): number {
    const found = this.#capstone.cs_disasm_iter(handle, this.#pointer, this.#left, this.#address, this.#record);
    return found ? this.#view.getUint16(INSN.SIZE, true) : 0;
  }

  #skipByte(): void {
    this.#pointer[0]++;
    this.#left[0]--;
    this.#address[0]++;
  }

  /**
   * Sizes of the instructions that make up code, in order; a byte that does not decode counts as one.
   *
   * @param code At most one page.
   */
  sizes(code: Uint8Array, address: number): Uint8Array<ArrayBuffer> {
    const sizes = new Uint8Array(code.length);
    let count = 0;
    this.#load(code, address);
    while (this.#left[0] > 0n) {
      const size = this.#next(this.#handle);
      if (size === 0) this.#skipByte();
      sizes[count++] = size || 1;
    }
    return sizes.slice(0, count);
  }

  /**
   * Decodes code.
   *
   * @param code The bytes.
   * @param address Guest address of the first.
   * @param limit Most instructions to decode.
   */
  decode(code: Uint8Array, address: bigint | number, limit = Infinity): Instruction[] {
    const list: Instruction[] = [];
    const start = Number(address);
    let offset = 0;
    while (offset < code.length && list.length < limit) {
      const chunk = code.slice(offset, offset + CHUNK); // one copy for all: their bytes are views of it
      const isLast = offset + chunk.length >= code.length;
      this.#load(chunk, start + offset);
      let at = 0;
      while (at < chunk.length && list.length < limit && (isLast || at + LONGEST <= chunk.length)) {
        const size = this.#next(this.#handle);
        list.push(size === 0 ? byteAt(chunk, at, start + offset) : this.#instruction(chunk, at, size, start + offset));
        if (size === 0) this.#skipByte();
        at += size || 1;
      }
      offset += at;
    }
    return list;
  }

  #instruction(chunk: Uint8Array<ArrayBuffer>, at: number, size: number, start: number): Instruction {
    const { mnemonic, operands } = this.#texts.of(chunk, at, size) ?? this.#texts.keep(chunk, at, size, {
      mnemonic: Deno.UnsafePointerView.getCString(this.#record, INSN.MNEMONIC),
      operands: Deno.UnsafePointerView.getCString(this.#record, INSN.OPERANDS),
    });
    return { address: BigInt(start + at), size, bytes: chunk.subarray(at, at + size), mnemonic, operands };
  }

  #detail(instruction: Instruction): DataView | undefined {
    this.#load(instruction.bytes, Number(instruction.address));
    if (this.#next(this.#detailHandle) === 0) return undefined;
    const address = this.#view.getBigUint64(INSN.DETAIL, true);
    if (this.#detailView === undefined || this.#detailAddress !== address) {
      this.#detailAddress = address;
      this.#detailView = new DataView(hostBuffer(address, DETAIL.END));
    }
    return this.#detailView;
  }

  /** Whether a name is that of an instruction or of a group of them. */
  hasName(name: string): boolean {
    this.#names ??= new Set([
      ...this.#allNames((id) => this.#capstone.cs_insn_name(this.#handle, id)),
      ...this.#allNames((id) => this.#capstone.cs_group_name(this.#handle, id)),
    ]);
    return this.#names.has(name);
  }

  *#allNames(name: (id: number) => Deno.PointerValue): Generator<string> {
    for (let id = 1; id < MOST_NAMES; id++) {
      const pointer = name(id);
      if (pointer !== null) yield Deno.UnsafePointerView.getCString(pointer);
    }
  }

  /** Names of Capstone's groups that an instruction is in, such as `jump`, `branch_relative`, `sse2`. */
  groups(instruction: Instruction): string[] {
    const detail = this.#detail(instruction);
    if (detail === undefined) return [];
    return Array.from({ length: detail.getUint8(DETAIL.GROUP_COUNT) }, (_, index) => {
      const name = this.#capstone.cs_group_name(this.#handle, detail.getUint8(DETAIL.GROUPS + index));
      return name === null ? "" : Deno.UnsafePointerView.getCString(name);
    });
  }

  /** What an instruction does to control flow. */
  flow(instruction: Instruction): FlowKind {
    const detail = this.#detail(instruction);
    if (detail === undefined) return "none";
    const groups = Array.from(
      { length: detail.getUint8(DETAIL.GROUP_COUNT) },
      (_, index) => detail.getUint8(DETAIL.GROUPS + index),
    );
    return FLOW.find(([group]) => groups.includes(group))?.[1] ?? "none";
  }

  /** Which registers and flags an instruction reads and writes. */
  registerAccess(instruction: Instruction): RegisterAccess {
    const detail = this.#detail(instruction);
    if (detail === undefined) return registerAccess(instruction, [], [], 0n);
    const [reads, writes] = [new Uint16Array(MOST_REGISTERS), new Uint16Array(MOST_REGISTERS)];
    const [readCount, writeCount] = [new Uint8Array(1), new Uint8Array(1)];
    const status = this.#capstone.cs_regs_access(
      ...[this.#detailHandle, this.#record, reads, readCount, writes, writeCount] as const,
    );
    if (status !== 0) throw new CapstoneError(status, "cs_regs_access");
    const names = (ids: Uint16Array) => [...ids].map((id) => this.#registerName(id));
    const flags = detail.getBigUint64(DETAIL.X86 + FLAGS, true);
    return registerAccess(
      ...[
        instruction,
        names(reads.subarray(0, readCount[0])),
        names(writes.subarray(0, writeCount[0])),
        flags,
      ] as const,
    );
  }

  /** The memory operands of an instruction, in order. */
  memoryOperands(instruction: Instruction): MemoryOperand[] {
    const detail = this.#detail(instruction);
    if (detail === undefined) return [];
    const list = readOperands(detail, DETAIL.X86, (id) => this.#registerName(id));
    return list.length > 0 ? list : stringOperands(instruction.mnemonic, instruction.operands);
  }

  #registerName(id: number): string {
    const name = id === 0 ? null : this.#capstone.cs_reg_name(this.#handle, id);
    return name === null ? "" : Deno.UnsafePointerView.getCString(name);
  }

  /** Frees the handles. */
  close(): void {
    this.#capstone.cs_close(BigUint64Array.of(this.#handle));
    this.#capstone.cs_close(BigUint64Array.of(this.#detailHandle));
  }
}

function byteAt(chunk: Uint8Array<ArrayBuffer>, at: number, start: number): Instruction {
  const bytes = chunk.subarray(at, at + 1);
  return {
    address: BigInt(start + at),
    size: 1,
    bytes,
    mnemonic: ".byte",
    operands: `0x${bytes[0].toString(16).padStart(2, "0")}`,
  };
}
