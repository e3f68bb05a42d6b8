/**
 * Machine code that appends what an instruction does to a ring of records, one piece for each instruction of interest.
 *
 * A hook on every instruction (`codeStub`: rdi engine, rsi address) jumps to the piece that the table has for the
 * address. A record is an address, as a double so that JavaScript reads it as it is, and the number of a site: what is
 * accessed where in the code. JavaScript is called when the ring is full, before an instruction, never within one.
 */

import { assemble, type Piece } from "./stubs.ts";

/** Offsets in the ring; the columns follow. */
export const RING = {
  /** Records in the ring; u32. */
  LENGTH: 0,
  /** Whether single instructions are stepped, which are in no block; u32. */
  STEPPING: 4,
  /** The instruction that was begun last; u64. */
  LAST: 8,
  /** Addresses, f64. */
  ADDRESSES: 64,
} as const;

/** Records that fit. */
export const RING_RECORDS = 1 << 14;
/** Records that one instruction may append. */
export const MOST_RECORDS = 80;
/** Bytes that a piece with that many may take; most take a hundred. */
const PIECE_BYTES = 4096;
/** Offset of the sites, u32. */
export const RING_SITES: number = RING.ADDRESSES + 8 * RING_RECORDS;
/** Offset of the values, two u64 each. */
export const RING_VALUES: number = RING_SITES + 4 * RING_RECORDS;
/** Size of the ring in bytes. */
export const RING_BYTES: number = RING_VALUES + 16 * RING_RECORDS;

/** An address to compute, from registers by the index of their encoding. */
export interface AddressRecipe {
  /** Offset of the segment's base from the registers' record. */
  readonly segment: number | undefined;
  readonly base: number | undefined;
  readonly index: number | undefined;
  readonly scale: number;
  readonly displacement: bigint;
  readonly isNarrow: boolean;
  readonly isByteIndex: boolean;
  readonly bit: { readonly register: number; readonly size: number } | undefined;
}

/** A record of an access. */
export interface AccessRecord {
  readonly site: number;
  readonly recipe: AddressRecipe;
}

/** What an instruction's piece does. */
export interface EventPlan {
  /** Whether the hook is called first. */
  readonly isHooked: boolean;
  /** The site of the block that starts here. */
  readonly block: number | undefined;
  /** The site of the instruction's own execution. */
  readonly execution: number | undefined;
  readonly accesses: readonly AccessRecord[];
  /** For a string instruction with REP: its counter. */
  readonly repeats: "rcx" | "ecx" | undefined;
}

function imm32(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => value >> shift & 0xff);
}

/** Called by a piece to make room: calls JavaScript, which takes the records. Leaves r9 ring, r8d length, rdx registers. */
export function roomStub(ring: bigint, registers: bigint, take: bigint): Piece[] {
  return [
    ...[0x56], // push rsi
    ...[0x48, 0x83, 0xec, 0x08], // sub rsp, 8
    ...[0x48, 0xb8, { imm64: take }], // mov rax, take
    ...[0xff, 0xd0], // call rax
    ...[0x48, 0x83, 0xc4, 0x08], // add rsp, 8
    ...[0x5e], // pop rsi
    ...[0x49, 0xb9, { imm64: ring }], // mov r9, ring
    ...[0x48, 0xba, { imm64: registers }], // mov rdx, registers
    ...[0x45, 0x8b, 0x01], // mov r8d, [r9]
    0xc3, // ret
  ];
}

/** What the pieces of all instructions share. */
export interface EventPlaces {
  /** Host address of the ring. */
  readonly ring: bigint;
  /** Host address of Unicorn's record of the registers. */
  readonly registers: bigint;
  /** Host address of {@linkcode roomStub}. */
  readonly room: bigint;
  /** Host address of a function to call for hooked instructions. */
  readonly hook: bigint;
  /** Host address of the word that it sets if the guest shall not go on; u32. */
  readonly stopping: bigint;
  /** Host address of the word that has the block entered last; u64. */
  readonly entered: bigint;
}

/** Appends a record, whose address is in rax; the site comes last but for the last three bytes. */
const APPEND: readonly Piece[] = [
  ...[0x0f, 0x57, 0xc0], // xorps xmm0, xmm0
  ...[0xf2, 0x48, 0x0f, 0x2a, 0xc0], // cvtsi2sd xmm0, rax
  ...[0xf2, 0x43, 0x0f, 0x11, 0x44, 0xc1, RING.ADDRESSES], // movsd [r9 + r8*8 + ADDRESSES], xmm0
  ...[0x43, 0xc7, 0x84, 0x81, ...imm32(RING_SITES), ...imm32(0)], // mov dword [r9 + r8*4 + SITES], site
  ...[0x41, 0xff, 0xc0], // inc r8d
];
const APPEND_BYTES = assemble(APPEND, 0);
const SITE_AT = APPEND_BYTES.length - 7;

const INSTRUCTION_ADDRESS = Uint8Array.of(0x48, 0x89, 0xf0); // mov rax, rsi

const FINISH = Uint8Array.of(
  ...[0x45, 0x89, 0x01], // mov [r9], r8d
  ...[0x49, 0x89, 0x71, RING.LAST], // mov [r9 + LAST], rsi
  0xc3, // ret
);

/** Calls the hook, and returns if the guest shall not go on. */
export function hookPieces({ hook, stopping }: EventPlaces): Piece[] {
  return [
    ...[0x56], // push rsi
    ...[0x48, 0xb8, { imm64: hook }], // mov rax, hook
    ...[0xff, 0xd0], // call rax
    ...[0x5e], // pop rsi
    ...[0x48, 0xb8, { imm64: stopping }], // mov rax, stopping
    ...[0x83, 0x38, 0x00], // cmp dword [rax], 0
    ...[0x74, { jump: "goes on" }], // je goes on
    0xc3, // ret
    { label: "goes on" },
  ];
}

/** Loads what the rest uses: r9 ring, rdx registers, r8d length. */
export function startPieces({ ring, registers }: EventPlaces): Piece[] {
  return [
    ...[0x49, 0xb9, { imm64: ring }], // mov r9, ring
    ...[0x48, 0xba, { imm64: registers }], // mov rdx, registers
    ...[0x45, 0x8b, 0x01], // mov r8d, [r9]
  ];
}

/** Returns if a REP instruction, whose counter is rcx or ecx, was entered anew only to find that it is over. */
export function repeatPieces(counter: "rcx" | "ecx"): Piece[] {
  return [
    ...[counter === "rcx" ? 0x48 : 0x40, 0x83, 0x7a, 0x08, 0x00], // cmp qword or dword [rdx + 8], 0
    ...[0x75, { jump: "executes" }], // jne executes
    ...[0x49, 0x39, 0x71, RING.LAST], // cmp [r9 + LAST], rsi
    ...[0x75, { jump: "executes" }], // jne executes: it is reached with nothing to do
    0xc3, // ret
    { label: "executes" },
  ];
}

/** Makes room if the ring is nearly full. */
export function fullPieces({ room }: EventPlaces): Piece[] {
  return [
    ...[0x41, 0x81, 0xf8, ...imm32(RING_RECORDS - MOST_RECORDS)], // cmp r8d, most
    ...[0x72, { jump: "room" }], // jb room
    ...[0x48, 0xb8, { imm64: room }], // mov rax, room
    ...[0xff, 0xd0], // call rax
    { label: "room" },
  ];
}

/** Passes over the record of a block, unless the instruction at rsi has just entered it, and not by a single step. */
export function blockPieces({ entered }: EventPlaces): Piece[] {
  return [
    ...[0x48, 0xb8, { imm64: entered }], // mov rax, entered
    ...[0x48, 0x39, 0x30], // cmp [rax], rsi
    ...[0x75, { jump: "inside" }], // jne inside
    ...[0x41, 0x83, 0x79, RING.STEPPING, 0x00], // cmp dword [r9 + STEPPING], 0
    ...[0x75, { jump: "inside" }], // jne inside
    ...INSTRUCTION_ADDRESS,
    ...APPEND,
    { label: "inside" },
  ];
}

/** Writes the pieces of instructions, byte by byte: there are hundreds of thousands of them. */
export class EventAssembler {
  readonly #hook: Uint8Array;
  readonly #start: Uint8Array;
  readonly #repeat: Readonly<Record<"rcx" | "ecx", Uint8Array>>;
  readonly #full: Uint8Array;
  readonly #block: Uint8Array;
  readonly #code = new Uint8Array(4 * PIECE_BYTES);
  readonly #view = new DataView(this.#code.buffer);
  #length = 0;

  constructor(places: EventPlaces) {
    this.#hook = assemble(hookPieces(places), 0);
    this.#start = assemble(startPieces(places), 0);
    this.#repeat = { rcx: assemble(repeatPieces("rcx"), 0), ecx: assemble(repeatPieces("ecx"), 0) };
    this.#full = assemble(fullPieces(places), 0);
    this.#block = assemble(blockPieces(places), 0);
  }

  /** The piece of one instruction. @returns A view that the next call overwrites. */
  assemble({ isHooked, block, execution, accesses, repeats }: EventPlan): Uint8Array {
    this.#length = 0;
    if (isHooked) this.#bytes(this.#hook);
    this.#bytes(this.#start);
    if (repeats !== undefined) this.#bytes(this.#repeat[repeats]);
    this.#bytes(this.#full);
    if (block !== undefined) this.#site(this.#block, block);
    if (execution !== undefined) {
      this.#bytes(INSTRUCTION_ADDRESS);
      this.#site(APPEND_BYTES, execution);
    }
    const skip = repeats === undefined || accesses.length === 0 ? undefined : this.#skipEmpty(repeats);
    for (const { site, recipe } of accesses) {
      this.#address(recipe);
      this.#site(APPEND_BYTES, site);
    }
    if (skip !== undefined) this.#code[skip] = this.#length - skip - 1;
    this.#bytes(FINISH);
    return this.#code.subarray(0, this.#length);
  }

  #bytes(bytes: Uint8Array): void {
    this.#code.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #put(a: number, b: number, c: number, d = -1): void {
    this.#code[this.#length++] = a;
    this.#code[this.#length++] = b;
    this.#code[this.#length++] = c;
    if (d >= 0) this.#code[this.#length++] = d;
  }

  #word(value: number): void {
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  /** Code that ends as {@linkcode APPEND} does, for a site. */
  #site(code: Uint8Array, site: number): void {
    this.#bytes(code);
    this.#view.setUint32(this.#length - (APPEND_BYTES.length - SITE_AT), site, true);
  }

  /** Jumps over the accesses of a REP instruction with nothing to do. @returns Where the jump's distance goes. */
  #skipEmpty(repeats: "rcx" | "ecx"): number {
    this.#put(repeats === "rcx" ? 0x48 : 0x40, 0x83, 0x7a, 0x08); // cmp qword or dword [rdx + 8], 0
    this.#put(0x00, 0x74, 0x00); // je past them
    return this.#length - 1;
  }

  /** Computes an address into rax; uses rcx. */
  #address({ segment, base, index, scale, displacement, isNarrow, isByteIndex, bit }: AddressRecipe): void {
    const isShort = displacement === BigInt.asIntN(32, displacement);
    if (base !== undefined) this.#put(0x48, 0x8b, 0x42, 8 * base); // mov rax, [rdx + 8 * base]
    else {
      this.#put(0x48, 0xb8, 0, -1); // mov rax, displacement
      this.#length--;
      this.#view.setBigInt64(this.#length, isShort ? 0n : BigInt.asIntN(64, displacement), true);
      this.#length += 8;
    }
    if (index !== undefined) {
      this.#put(0x48, 0x8b, 0x4a, 8 * index); // mov rcx, [rdx + 8 * index]
      if (isByteIndex) this.#put(0x0f, 0xb6, 0xc9); // movzx ecx, cl
      this.#put(0x48, 0x8d, 0x04, Math.log2(scale) << 6 | 0x08); // lea rax, [rax + rcx*scale]
    }
    if (isShort && displacement !== 0n) {
      this.#put(0x48, 0x05, 0); // add rax, displacement
      this.#length--;
      this.#word(Number(displacement));
    }
    if (bit !== undefined) {
      const shift = Math.log2(bit.size);
      this.#put(0x48, 0x8b, 0x4a, 8 * bit.register); // mov rcx, [rdx + 8 * register]
      if (bit.size === 4) this.#put(0x48, 0x63, 0xc9); // movsxd rcx, ecx
      if (bit.size === 2) this.#put(0x48, 0x0f, 0xbf, 0xc9); // movsx rcx, cx
      this.#put(0x48, 0xc1, 0xf9, 3 + shift); // sar rcx, 3 + shift
      this.#put(0x48, 0xc1, 0xe1, shift); // shl rcx, shift
      this.#put(0x48, 0x01, 0xc8); // add rax, rcx
    }
    if (isNarrow) {
      this.#put(0x89, 0xc0, 0); // mov eax, eax
      this.#length--;
    }
    if (segment !== undefined) {
      this.#put(0x48, 0x03, 0x82); // add rax, [rdx + segment]
      this.#word(segment);
    }
  }
}
