/**
 * Machine code that appends what an instruction does to a ring of records, one piece for each instruction of interest.
 *
 * A hook on every instruction (`codeStub`: rdi engine, rsi address) jumps to the piece that the table has for the
 * address. A record is an address, as a double so that JavaScript reads it as it is, and the number of a site: what is
 * accessed where in the code. JavaScript is called when the ring is full, before an instruction, never within one.
 */

import type { Piece } from "./stubs.ts";

/** Offsets in the ring; the columns follow. */
export const RING = {
  /** Records in the ring; u32. */
  LENGTH: 0,
  /** Whether single instructions are stepped, which are in no block; u32. */
  STEPPING: 4,
  /** The instruction that was begun last; u64. */
  LAST: 8,
  /** Records in the ring before those of the instruction that appended last, but for a block's; u32. */
  BEFORE: 16,
  /** Addresses, f64. */
  ADDRESSES: 64,
} as const;

/** Records that fit. */
export const RING_RECORDS = 1 << 14;
/** Records that one instruction may append. */
export const MOST_RECORDS = 80;
/** Offset of the sites, u32. */
export const RING_SITES: number = RING.ADDRESSES + 8 * RING_RECORDS;
/** Sets of a cache of which the line used last can be kept. */
export const MOST_SETS = 1 << 16;
/** Sites of which accesses can be counted without a record. */
export const MOST_SITES = 1 << 20;
const SETS_BYTES = 8 * MOST_SETS;
/** Offsets of the lines that were used last of each set, u64. */
export const RING_RECENT = {
  data: RING_SITES + 4 * RING_RECORDS,
  code: RING_SITES + 4 * RING_RECORDS + SETS_BYTES,
} as const;
/** Offset of the accesses without a record, by site; u64. */
export const RING_OMITTED: number = RING_RECENT.code + SETS_BYTES;
/** Size of the ring in bytes; what is not used of it takes no memory. */
export const RING_BYTES: number = RING_OMITTED + 8 * MOST_SITES;

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
  /** Bytes accessed. */
  readonly size: number;
  readonly recipe: AddressRecipe;
}

/** A record of an instruction's fetch. */
export interface FetchRecord {
  readonly site: number;
  readonly address: number;
  /** In bytes. */
  readonly size: number;
}

/** How a cache's lines are laid out; both are powers of two. */
export interface CacheSets {
  /** Bytes of a line. */
  readonly line: number;
  /** Number of sets. */
  readonly sets: number;
}

/** The caches that accesses and fetches go through first. */
export interface CacheLines {
  /** What accesses go through. */
  readonly data: CacheSets;
  /** What fetches go through. */
  readonly code: CacheSets;
}

/** What an instruction's piece does. */
export interface EventPlan {
  /** Whether the hook is called first. */
  readonly isHooked: boolean;
  /** The site of the block that starts here. */
  readonly block: number | undefined;
  /** The site of the instruction's own execution. */
  readonly execution: number | undefined;
  /** The record of its fetch. */
  readonly fetch: FetchRecord | undefined;
  readonly accesses: readonly AccessRecord[];
  /** For a string instruction with REP: its counter. */
  readonly repeats: "rcx" | "ecx" | undefined;
}

export function imm32(value: number): number[] {
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
export const APPEND: readonly Piece[] = [
  ...[0x0f, 0x57, 0xc0], // xorps xmm0, xmm0
  ...[0xf2, 0x48, 0x0f, 0x2a, 0xc0], // cvtsi2sd xmm0, rax
  ...[0xf2, 0x43, 0x0f, 0x11, 0x44, 0xc1, RING.ADDRESSES], // movsd [r9 + r8*8 + ADDRESSES], xmm0
  ...[0x43, 0xc7, 0x84, 0x81, ...imm32(RING_SITES), ...imm32(0)], // mov dword [r9 + r8*4 + SITES], site
  ...[0x41, 0xff, 0xc0], // inc r8d
];
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
    ...[0x48, 0x89, 0xf0], // mov rax, rsi
    ...APPEND,
    { label: "inside" },
  ];
}

/** Parts of {@linkcode accessPieces} that differ from access to access. */
export const ACCESS_PART = {
  /** Offset of the access' size less one; u32. */
  EXTENT: 3,
  /** Offset of the place of its count in the ring; u32. */
  OMITTED: 45,
} as const;

/**
 * Appends a record of an access, whose address is in rax, unless all of it is on the line that was used last of its
 * set: then it is only counted. Ends as {@linkcode APPEND} does.
 */
export function accessPieces({ line, sets }: CacheSets): Piece[] {
  const shift = Math.log2(line);
  const mask = imm32(sets - 1);
  const recent = imm32(RING_RECENT.data);
  return [
    ...[0x4c, 0x8d, 0x98, ...imm32(0)], // lea r11, [rax + size - 1]
    ...[0x49, 0x89, 0xc2], // mov r10, rax
    ...[0x49, 0xc1, 0xea, shift], // shr r10, shift
    ...[0x49, 0xc1, 0xeb, shift], // shr r11, shift
    ...[0x44, 0x89, 0xd1], // mov ecx, r10d
    ...[0x81, 0xe1, ...mask], // and ecx, mask
    ...[0x4d, 0x39, 0xda], // cmp r10, r11
    ...[0x75, { jump: "record" }], // jne record
    ...[0x4d, 0x39, 0x94, 0xc9, ...recent], // cmp [r9 + rcx*8 + RECENT], r10
    ...[0x75, { jump: "record" }], // jne record
    ...[0x49, 0xff, 0x81, ...imm32(0)], // inc qword [r9 + OMITTED]
    ...[0xeb, { jump: "done" }], // jmp done
    { label: "record" },
    ...[0x44, 0x89, 0xd1], // mov ecx, r10d
    ...[0x81, 0xe1, ...mask], // and ecx, mask
    ...[0x4d, 0x89, 0x94, 0xc9, ...recent], // mov [r9 + rcx*8 + RECENT], r10
    ...[0x4d, 0x39, 0xda], // cmp r10, r11
    ...[0x4d, 0x8d, 0x52, 0x01], // lea r10, [r10 + 1]
    ...[0x72, { jump: "record" }], // jb record
    ...APPEND,
    { label: "done" },
  ];
}

/** Appends a record of the fetch of the instruction at rsi, unless its lines are those used last of their sets. */
export function fetchPieces({ address, size }: FetchRecord, { line, sets }: CacheSets): Piece[] {
  const first = Math.floor(address / line);
  const last = Math.floor((address + size - 1) / line);
  const lines = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const recent = (number: number) => imm32(RING_RECENT.code + 8 * (number % sets));
  return [
    ...lines.flatMap((number): Piece[] => [
      ...[0x48, 0xb9, { imm64: BigInt(number) }], // mov rcx, line
      ...[0x49, 0x39, 0x89, ...recent(number)], // cmp [r9 + RECENT], rcx
      ...(number === last ? [0x74, { jump: "done" }] : [0x75, { jump: "record" }]), // je done, jne record
    ]),
    { label: "record" },
    ...lines.flatMap((number): Piece[] => [
      ...[0x48, 0xb9, { imm64: BigInt(number) }], // mov rcx, line
      ...[0x49, 0x89, 0x89, ...recent(number)], // mov [r9 + RECENT], rcx
    ]),
    ...[0x48, 0x89, 0xf0], // mov rax, rsi
    ...APPEND,
    { label: "done" },
  ];
}
