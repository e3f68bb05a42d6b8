/**
 * The program headers: what is mapped where when the file runs.
 *
 * {@linkcode checkSegments} holds a file to what the loader relies on: loadable segments inside the file, inside the
 * user address space, in ascending order and without a common byte. Segments that share a page are fine. As the
 * kernel does, it asks for offsets that agree with addresses modulo the page, not modulo p_align. Leaves out the
 * segments that only name a part of another (PT_NOTE, PT_GNU_RELRO ...): their readers check them when asked.
 * System V gABI, chapter 5, "Program Header"; elf(5); Linux fs/binfmt_elf.c.
 */

import { Cursor } from "./cursor.ts";
import { ElfError, hex } from "./errors.ts";
import type { ElfHeader } from "./header.ts";
import { type ElfInput, readBytes } from "./source.ts";

/** What a segment is for; other types have their number in {@linkcode ElfSegment.typeNumber}. */
export type ElfSegmentType =
  | "load"
  | "dynamic"
  | "interpreter"
  | "note"
  | "program headers"
  | "tls"
  | "eh frame"
  | "stack"
  | "relro"
  | "property"
  | "other";

/** A program header. */
export interface ElfSegment {
  /** Position in the program header table. */
  readonly index: number;
  /** What the segment is for. */
  readonly type: ElfSegmentType;
  /** p_type. */
  readonly typeNumber: number;
  /** Whether the segment may be read (PF_R). */
  readonly readable: boolean;
  /** Whether the segment may be written (PF_W). */
  readonly writable: boolean;
  /** Whether the segment may be executed (PF_X). */
  readonly executable: boolean;
  /** Offset of its first byte in the file. */
  readonly offset: number;
  /** Address of its first byte, before the load bias is added. */
  readonly address: bigint;
  /** How many bytes the file has of it. */
  readonly fileSize: number;
  /** How many bytes it takes in memory; those past `fileSize` are zero. */
  readonly memorySize: number;
  /** Alignment, a power of two; 0 and 1 mean none. */
  readonly align: bigint;
}

const PROGRAM_HEADER_SIZE = 56;
/** The kernel's limit: the table takes at most 64 KiB. */
const MAXIMUM_COUNT = Math.floor(0x1_0000 / PROGRAM_HEADER_SIZE);
const PAGE_SIZE = 4096n;
/** The end of the x86-64 user address space. */
const ADDRESS_SPACE_END = 0x7fff_ffff_f000n;
/** PATH_MAX, with the terminating zero. */
const MAXIMUM_PATH = 4096;

const TYPES: Readonly<Record<number, ElfSegmentType>> = {
  1: "load",
  2: "dynamic",
  3: "interpreter",
  4: "note",
  6: "program headers",
  7: "tls",
  0x6474e550: "eh frame",
  0x6474e551: "stack",
  0x6474e552: "relro",
  0x6474e553: "property",
};

/**
 * Parses the program header table.
 *
 * @param input The file.
 * @param header Its file header.
 * @returns The segments in the table's order.
 * @throws {ElfError} If there is no table, or if it is too large or not inside the file.
 */
export function parseSegments(input: ElfInput, header: ElfHeader): readonly ElfSegment[] {
  const { programHeaderOffset: offset, programHeaderSize: size, programHeaderCount: count } = header;
  if (count === 0) throw new ElfError(input.file, "the number of program headers is 0", { offset: 56 });
  if (size !== PROGRAM_HEADER_SIZE) {
    throw new ElfError(input.file, `the size of a program header is ${size}, not ${PROGRAM_HEADER_SIZE}`, {
      offset: 54,
    });
  }
  if (count > MAXIMUM_COUNT) {
    throw new ElfError(input.file, `the number of program headers is ${count}, more than ${MAXIMUM_COUNT}`, {
      offset: 56,
    });
  }
  const cursor = Cursor.over(input, { what: "the program header table", offset, length: count * size });
  return Array.from({ length: count }, (_, index) => parseSegment(cursor, index));
}

function parseSegment(cursor: Cursor, index: number): ElfSegment {
  const typeNumber = cursor.word();
  const flags = cursor.word();
  const offset = cursor.size();
  const address = cursor.address();
  cursor.skip(8); // p_paddr has no meaning here
  return {
    index,
    type: TYPES[typeNumber] ?? "other",
    typeNumber,
    readable: (flags & 4) !== 0,
    writable: (flags & 2) !== 0,
    executable: (flags & 1) !== 0,
    offset,
    address,
    fileSize: cursor.size(),
    memorySize: cursor.size(),
    align: cursor.address(),
  };
}

/**
 * Checks that the loadable segments can be mapped.
 *
 * @param input The file.
 * @param header Its file header.
 * @param segments Its segments.
 * @throws {ElfError} If there is none, or if one cannot be mapped; the offset is that of the field.
 */
export function checkSegments(input: ElfInput, header: ElfHeader, segments: readonly ElfSegment[]): void {
  let previous: ElfSegment | undefined;
  let found = false;
  for (const segment of segments) {
    if (segment.type !== "load") continue;
    found = true;
    // As in the kernel, a segment without a byte maps nothing, whatever else it says.
    if (segment.memorySize === 0 && segment.fileSize === 0) continue;
    const problem = problemOf(segment, input.source.size) ?? (previous && conflictOf(previous, segment));
    if (problem !== undefined) {
      const [field, text] = problem;
      const offset = header.programHeaderOffset + segment.index * PROGRAM_HEADER_SIZE + field;
      throw new ElfError(input.file, `loadable segment ${segment.index} ${text}`, { offset });
    }
    previous = segment;
  }
  if (!found) throw new ElfError(input.file, "the number of loadable segments is 0", { offset: 56 });
}

/** Positions of the fields in a program header. */
const FIELD = { offset: 8, address: 16, fileSize: 32, memorySize: 40, align: 48 } as const;

type Problem = readonly [field: number, text: string];

function problemOf(segment: ElfSegment, size: number): Problem | undefined {
  const { offset, address, fileSize, memorySize, align } = segment;
  if (fileSize > memorySize) {
    return [FIELD.fileSize, `has ${hex(fileSize)} bytes in the file, more than its ${hex(memorySize)} in memory`];
  }
  if (offset + fileSize > size) {
    return [FIELD.offset, `ends at ${hex(offset + fileSize)}, past the end of the file, ${hex(size)} (truncated?)`];
  }
  if (address + BigInt(memorySize) > ADDRESS_SPACE_END) {
    return [FIELD.address, `ends at ${hex(address + BigInt(memorySize))}, past the user address space`];
  }
  if ((align & (align - 1n)) !== 0n) return [FIELD.align, `has an alignment of ${hex(align)}, not a power of two`];
  if (address % PAGE_SIZE !== BigInt(offset) % PAGE_SIZE) {
    return [
      FIELD.address,
      `is at address ${hex(address)}, which differs within its page from its offset, ${hex(offset)}`,
    ];
  }
}

function conflictOf(previous: ElfSegment, segment: ElfSegment): Problem | undefined {
  if (segment.address < previous.address) {
    return [FIELD.address, `is at address ${hex(segment.address)}, below segment ${previous.index} before it`];
  }
  if (segment.address < previous.address + BigInt(previous.memorySize)) {
    return [FIELD.address, `is at address ${hex(segment.address)}, inside segment ${previous.index}`];
  }
}

/**
 * Reads the path of the program interpreter, the dynamic linker.
 *
 * @param input The file.
 * @param segments Its segments.
 * @returns The path, or undefined for a file that needs none.
 * @throws {ElfError} If the path is empty, longer than PATH_MAX, not terminated, or not inside the file.
 */
export function readInterpreter(input: ElfInput, segments: readonly ElfSegment[]): string | undefined {
  const segment = segments.find(({ type }) => type === "interpreter");
  if (segment === undefined) return undefined;
  const { offset, fileSize: length } = segment;
  if (length < 2 || length > MAXIMUM_PATH) {
    throw new ElfError(input.file, `the size of the interpreter's path is ${length}`, { offset });
  }
  const bytes = readBytes(input, { what: "the interpreter's path", offset, length });
  if (bytes[length - 1] !== 0) throw new ElfError(input.file, "the interpreter's path is not terminated", { offset });
  const path = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  if (path === "") throw new ElfError(input.file, "the interpreter's path is empty", { offset });
  return path;
}

/**
 * Finds the bytes of an address in the file.
 *
 * @param segments The file's segments.
 * @param address An address, before the load bias is added.
 * @returns Its offset in the file and how many bytes its segment has there from it on; undefined if no loadable
 *   segment has the address in the file.
 */
export function offsetOf(
  segments: readonly ElfSegment[],
  address: bigint,
): { offset: number; available: number } | undefined {
  for (const segment of segments) {
    if (segment.type !== "load" || address < segment.address) continue;
    const distance = address - segment.address;
    if (distance >= BigInt(segment.fileSize)) continue;
    return { offset: segment.offset + Number(distance), available: segment.fileSize - Number(distance) };
  }
  return undefined;
}
