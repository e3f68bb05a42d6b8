/**
 * The file header: what the file is, and where its two tables are.
 *
 * Refuses what is not a 64-bit little-endian x86-64 program or library, and says what it is instead. As the Linux
 * kernel does, leaves out the fields that nobody needs in order to run the file (EI_VERSION, EI_OSABI, e_version,
 * e_flags, e_ehsize): hand-made files keep other things there. System V gABI, chapter 4, "ELF Header"; elf(5).
 */

import { Cursor } from "./cursor.ts";
import { type ElfError, hex, UnsupportedElfError } from "./errors.ts";
import { EM_X86_64, machineName } from "./machines.ts";
import { type ElfInput, readBytes } from "./source.ts";

/** How a file wants to be placed: at its own addresses, anywhere, or not at all. */
export type ElfType = "executable" | "shared" | "object";

/** The file header. */
export interface ElfHeader {
  /** `"executable"` for ET_EXEC, `"shared"` for ET_DYN: libraries and position-independent programs; `"object"` for ET_REL. */
  readonly type: ElfType;
  /** Address of the first instruction, before the load bias is added. */
  readonly entry: bigint;
  /** Offset of the program header table in the file. */
  readonly programHeaderOffset: number;
  /** Size of one program header; always 56. */
  readonly programHeaderSize: number;
  /** Number of program headers. */
  readonly programHeaderCount: number;
  /** Offset of the section header table in the file; 0 if there is none. */
  readonly sectionHeaderOffset: number;
  /** Size of one section header; 64 in a file that has any. */
  readonly sectionHeaderSize: number;
  /** Number of section headers as the header has it; 0 may mean that section 0 has it. */
  readonly sectionHeaderCount: number;
  /** Index of the section that holds the sections' names, as the header has it. */
  readonly sectionNamesIndex: number;
}

/** Size of the file header. */
export const HEADER_SIZE = 64;

const WANTED = "Ceratops runs 64-bit x86-64 programs";
const ENTRY_POSITION = 24;

/**
 * Parses the file header.
 *
 * @param input The file.
 * @param isDebugFile Whether an object file will do.
 * @returns The header.
 * @throws {UnsupportedElfError} If the file is not ELF, or is for something else than 64-bit x86-64 Linux.
 * @throws {ElfError} If the file ends inside the header.
 */
export function parseHeader(input: ElfInput, isDebugFile = false): ElfHeader {
  const start = input.source.read(0, Math.min(HEADER_SIZE, input.source.size));
  checkMagic(input, start);
  const cursor = new Cursor(
    input,
    readBytes(input, { what: "the file header", offset: 0, length: HEADER_SIZE }),
    0,
  );
  cursor.skip(4);
  const elfClass = cursor.byte();
  const data = cursor.byte();
  cursor.position = 16;
  checkMachine(input, elfClass, data, start);
  const type = checkType(input, cursor.half(), isDebugFile);
  cursor.position = ENTRY_POSITION;
  return {
    type,
    entry: cursor.address(),
    programHeaderOffset: cursor.size(),
    sectionHeaderOffset: cursor.size(),
    ...countsAfterFlags(cursor),
  };
}

function countsAfterFlags(cursor: Cursor) {
  cursor.skip(4 + 2);
  return {
    programHeaderSize: cursor.half(),
    programHeaderCount: cursor.half(),
    sectionHeaderSize: cursor.half(),
    sectionHeaderCount: cursor.half(),
    sectionNamesIndex: cursor.half(),
  };
}

function checkMagic({ file }: ElfInput, start: Uint8Array): void {
  if (start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46) return;
  const text = start.length === 0
    ? "it is empty"
    : start[0] === 0x23 && start[1] === 0x21
    ? "it is a script, not an ELF file"
    : `it is not an ELF file: it starts with ${
      [...start.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
    }`;
  throw new UnsupportedElfError(file, text, { offset: 0 });
}

function checkMachine({ file }: ElfInput, elfClass: number, data: number, start: Uint8Array): void {
  if (elfClass !== 1 && elfClass !== 2) {
    throw new UnsupportedElfError(file, `its class is ${elfClass}, neither 32-bit nor 64-bit`, { offset: 4 });
  }
  if (data !== 1 && data !== 2) {
    throw new UnsupportedElfError(file, `its byte order is ${data}, neither little- nor big-endian`, { offset: 5 });
  }
  const machine = data === 1 ? start[18] | start[19] << 8 : start[18] << 8 | start[19];
  if (elfClass === 2 && data === 1 && machine === EM_X86_64) return;
  const width = elfClass === 1 ? "a 32-bit" : "a 64-bit";
  const order = data === 2 ? " big-endian" : "";
  // x32: 64-bit instructions with 32-bit pointers.
  const name = elfClass === 1 && machine === EM_X86_64 ? "x86-64 (the x32 ABI)" : machineName(machine);
  throw new UnsupportedElfError(file, `it is ${width}${order} ELF file for ${name}; ${WANTED}`, { offset: 18 });
}

function checkType({ file }: ElfInput, type: number, isDebugFile: boolean): ElfType {
  // What compilers leave beside the program with -gsplit-dwarf.
  if (type === 1 && isDebugFile) return "object";
  switch (type) {
    case 2:
      return "executable";
    case 3:
      return "shared";
    default:
      throw typeError(file, type);
  }
}

function typeError(file: string, type: number): ElfError {
  const text = type === 1
    ? "it is an object file (ET_REL), not a program; link it first"
    : type === 4
    ? "it is a core dump (ET_CORE), not a program; give the program that dumped it"
    : `its type is ${hex(type)}, neither a program nor a library`;
  return new UnsupportedElfError(file, text, { offset: 16 });
}
