/**
 * The header of a line program: how its opcodes are to be read, and the names of its files.
 *
 * Reads DWARF 2 to 5. Leaves out times, sizes and checksums of files. DWARF 5, section 6.2.4; DWARF 4, section 6.2.4.
 */

import { FORM } from "./constants.ts";
import type { DwarfCursor } from "./cursor.ts";
import type { DebugSections } from "./sections.ts";

/** A file that a line program refers to. */
export interface DwarfFile {
  /** Its name as the compiler had it: with or without folders. */
  readonly name: string;
  /** The folder that the name starts from; undefined if the name is absolute or the folder unknown. */
  readonly directory: string | undefined;
}

/** The header of a line program. */
export interface LineHeader {
  /** Offset of the header in `.debug_line`. */
  readonly offset: number;
  /** Version of DWARF: 2 to 5. */
  readonly version: number;
  /** Size of an address in the program, where it says so itself. */
  readonly addressSize: number;
  /** Where the program starts and ends in `.debug_line`. */
  readonly program: readonly [start: number, end: number];
  /** Length of the shortest instruction. */
  readonly instructionLength: number;
  /** Operations of the longest instruction; 1 but for VLIW machines. */
  readonly operations: number;
  /** Whether rows begin statements unless the program says otherwise. */
  readonly isStatement: boolean;
  /** The least that a special opcode adds to the line. */
  readonly lineBase: number;
  /** How many values a special opcode may add to the line. */
  readonly lineRange: number;
  /** Number of operands of each standard opcode; number 0 is not used. */
  readonly opcodeOperands: readonly number[];
  /** The files by the numbers that the program uses. */
  readonly files: readonly (DwarfFile | undefined)[];
}

/** Where the header of the next program is. @throws {DwarfError} If the section ends inside this one. */
export function nextLineHeader(sections: DebugSections, offset: number): number {
  const cursor = sections.cursor(".debug_line", offset);
  const { length } = cursor.initialLength();
  return cursor.position + length;
}

/**
 * Reads the header of a line program.
 *
 * @param sections The file's sections.
 * @param offset Where the header is in `.debug_line`.
 * @param compilationDirectory What the unit says it was compiled in, for versions before 5.
 * @returns The header.
 * @throws {DwarfError} If it is corrupt, or of an unknown version.
 */
export function readLineHeader(sections: DebugSections, offset: number, compilationDirectory?: string): LineHeader {
  const whole = sections.cursor(".debug_line", offset);
  const { length, is64 } = whole.initialLength();
  const end = whole.position + length;
  if (end > whole.end) throw whole.error(`a line program of 0x${length.toString(16)} bytes is cut off`, offset);
  const cursor = sections.cursor(".debug_line", whole.position, end);
  const version = cursor.u16();
  if (version < 2 || version > 5) throw cursor.error(`the version of a line program is ${version}, not 2 to 5`);
  const addressSize = version >= 5 ? cursor.u8() : 8;
  if (addressSize !== 8 || (version >= 5 && cursor.u8() !== 0)) {
    throw cursor.error(`addresses have ${addressSize} bytes and maybe segment selectors, not just 8`);
  }
  const headerLength = cursor.offset(is64);
  const start = cursor.position + headerLength;
  if (start > end) throw cursor.error(`the header of a line program has 0x${headerLength.toString(16)} bytes`);
  const fixed = readFixed(cursor, version);
  const files = version >= 5
    ? readFiles(cursor, sections, is64, compilationDirectory)
    : readOldFiles(cursor, compilationDirectory);
  return { offset, version, addressSize, program: [start, end], ...fixed, files };
}

function readFixed(cursor: DwarfCursor, version: number) {
  const instructionLength = cursor.u8();
  const operations = version >= 4 ? cursor.u8() : 1;
  const isStatement = cursor.u8() !== 0;
  const lineBase = cursor.i8();
  const lineRange = cursor.u8();
  if (lineRange === 0 || operations === 0) throw cursor.error("a number is divided by 0");
  const opcodeBase = cursor.u8();
  const opcodeOperands = [0];
  for (let opcode = 1; opcode < opcodeBase; opcode++) opcodeOperands.push(cursor.u8());
  return { instructionLength, operations, isStatement, lineBase, lineRange, opcodeOperands };
}

function readOldFiles(cursor: DwarfCursor, compilationDirectory: string | undefined): (DwarfFile | undefined)[] {
  const directories = [compilationDirectory];
  for (let name = cursor.string(); name !== ""; name = cursor.string()) {
    directories.push(join(compilationDirectory, name));
  }
  const files: (DwarfFile | undefined)[] = [undefined];
  for (let name = cursor.string(); name !== ""; name = cursor.string()) {
    files.push(fileOf(name, directories[cursor.uleb()]));
    cursor.uleb();
    cursor.uleb();
  }
  return files;
}

const [PATH, DIRECTORY] = [1, 2];

interface Entry {
  readonly name: string | undefined;
  readonly directory: number;
}

function readFiles(
  cursor: DwarfCursor,
  sections: DebugSections,
  is64: boolean,
  compilationDirectory: string | undefined,
): (DwarfFile | undefined)[] {
  const folders = readEntries(cursor, sections, is64);
  const first = folders[0]?.name ?? compilationDirectory;
  const directories = folders.map(({ name }, index) => index === 0 ? first : name && join(first, name));
  return readEntries(cursor, sections, is64)
    .map(({ name, directory }) => name === undefined ? undefined : fileOf(name, directories[directory]));
}

function readEntries(cursor: DwarfCursor, sections: DebugSections, is64: boolean): Entry[] {
  const formats: [content: number, form: number][] = [];
  for (let left = cursor.u8(); left > 0; left--) formats.push([cursor.uleb(), cursor.uleb()]);
  const count = cursor.uleb();
  if (count > cursor.remaining || (formats.length === 0 && count > 0)) {
    throw cursor.error(`${count} files are too many`);
  }
  const entries: Entry[] = [];
  for (let left = count; left > 0; left--) {
    let name: string | undefined;
    let directory = 0;
    for (const [content, form] of formats) {
      const value = readEntryForm(cursor, sections, form, is64);
      if (content === PATH && typeof value === "string") name = value;
      if (content === DIRECTORY && typeof value === "number") directory = value;
    }
    entries.push({ name, directory });
  }
  return entries;
}

function readEntryForm(cursor: DwarfCursor, sections: DebugSections, form: number, is64: boolean) {
  switch (form) {
    case FORM.string:
      return cursor.string();
    case FORM.lineStrp:
      return sections.string(".debug_line_str", cursor.offset(is64));
    case FORM.strp:
      return sections.string(".debug_str", cursor.offset(is64));
    case FORM.udata:
    case FORM.strx:
      return cursor.uleb();
    case FORM.data1:
      return cursor.u8();
    case FORM.data2:
      return cursor.u16();
    case FORM.data4:
      return cursor.u32();
    case FORM.data8:
      return cursor.u64();
    case FORM.data16:
      return cursor.skip(16);
    case FORM.block:
      return cursor.skip(cursor.uleb());
    case FORM.gnuStrpAlternative:
    case FORM.strpSupplementary:
      return cursor.skip(is64 ? 8 : 4);
    default:
      throw cursor.error(`the form 0x${form.toString(16)} is not one of a file's name`);
  }
}

function fileOf(name: string, directory: string | undefined): DwarfFile {
  return { name, directory: name.startsWith("/") ? undefined : directory };
}

function join(directory: string | undefined, name: string): string {
  return name.startsWith("/") || directory === undefined ? name : `${directory}/${name}`;
}
