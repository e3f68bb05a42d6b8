/**
 * The entries of `.eh_frame` and `.debug_frame`: common information (CIE) and what describes a function (FDE).
 *
 * The two sections differ in how an FDE names its CIE, in pointer encodings and in what ends the list. Leaves out
 * personality routines and language-specific data, whose pointers are passed over. DWARF 5, section 6.4.1; LSB Core,
 * chapter "Exception Frames"; x86-64 psABI, section 4.2.4.
 */

import { DwarfCursor } from "./cursor.ts";
import { OMITTED, type PointerBases, readPointer, readValue } from "./pointers.ts";

/** A section with call frame information. */
export interface FrameSection {
  /** Its name: `.eh_frame` or `.debug_frame`. */
  readonly name: ".eh_frame" | ".debug_frame";
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** Its address, before the load bias is added; 0 for `.debug_frame`, which is not mapped. */
  readonly address: number;
}

/** What functions have in common: a common information entry. */
export interface CommonEntry {
  /** What DW_CFA_advance_loc counts in. */
  readonly codeAlignment: number;
  /** What offsets from the canonical frame address count in. */
  readonly dataAlignment: number;
  /** The register that stands for the return address. */
  readonly returnRegister: number;
  /** Whether it describes code that a signal handler returns to, not a function that made a call. */
  readonly isSignalFrame: boolean;
  /** Encoding of the functions' addresses. */
  readonly pointerEncoding: number;
  /** Whether entries have augmentation data, of a length that they give. */
  readonly hasAugmentation: boolean;
  /** Where the instructions start and end that set up the first row. */
  readonly instructions: readonly [start: number, end: number];
}

/** What describes one function: a frame description entry. */
export interface FrameEntry {
  /** Address of the first instruction, before the load bias is added. */
  readonly start: number;
  /** Address past the last. */
  readonly end: number;
  /** What it has in common with others. */
  readonly common: CommonEntry;
  /** Where the instructions start and end. */
  readonly instructions: readonly [start: number, end: number];
}

/** The length and the kind of an entry. */
export interface EntryHeader {
  /** Offset of the common entry, of an FDE; undefined for a CIE. */
  readonly common: number | undefined;
  /** Where what follows the header starts. */
  readonly contents: number;
  /** Where the entry ends and the next one starts. */
  readonly end: number;
}

/**
 * Reads the header of an entry.
 *
 * @param section The section.
 * @param offset Where the entry is.
 * @returns The header, or undefined at the end of the list.
 * @throws {DwarfError} If the entry is not inside the section.
 */
export function readEntryHeader(section: FrameSection, offset: number): EntryHeader | undefined {
  const cursor = new DwarfCursor(section.bytes, section.name, offset);
  if (cursor.remaining < 4) return undefined;
  const { length, is64 } = cursor.initialLength();
  if (length === 0) {
    return section.name === ".eh_frame" ? undefined : { common: undefined, contents: -1, end: offset + 4 };
  }
  const end = cursor.position + length;
  if (end > section.bytes.length) throw cursor.error(`an entry of 0x${length.toString(16)} bytes is cut off`, offset);
  const at = cursor.position;
  const isEh = section.name === ".eh_frame";
  const id = cursor.offset(is64 && !isEh);
  if (isEh && id > at) throw cursor.error("an entry names a common one before the section", at);
  const isCommon = isEh ? id === 0 : id === (is64 ? 2 ** 64 : 0xffff_ffff);
  return { common: isCommon ? undefined : isEh ? at - id : id, contents: cursor.position, end };
}

/**
 * Reads a common information entry.
 *
 * @param section The section.
 * @param offset Where the entry is.
 * @returns The entry.
 * @throws {DwarfError} If there is none, or if it is corrupt.
 */
export function readCommonEntry(section: FrameSection, offset: number): CommonEntry {
  const header = offset < section.bytes.length ? readEntryHeader(section, offset) : undefined;
  const cursor = new DwarfCursor(section.bytes, section.name, header?.contents ?? offset, header?.end);
  if (header === undefined || header.common !== undefined || header.contents < 0) {
    throw cursor.error("there is no common information entry", offset);
  }
  const version = cursor.u8();
  if (version !== 1 && version !== 3 && version !== 4) throw cursor.error(`its version is ${version}, not 1, 3 or 4`);
  const augmentation = cursor.string();
  if (augmentation.startsWith("eh")) cursor.skip(8);
  if (version === 4) checkAddressSize(cursor);
  const codeAlignment = cursor.uleb();
  const dataAlignment = cursor.sleb();
  const returnRegister = version === 1 ? cursor.u8() : cursor.uleb();
  const { isSignalFrame, pointerEncoding } = readAugmentation(cursor, augmentation, section.address);
  return {
    codeAlignment,
    dataAlignment,
    returnRegister,
    isSignalFrame,
    pointerEncoding,
    hasAugmentation: augmentation.startsWith("z"),
    instructions: [cursor.position, cursor.end],
  };
}

function checkAddressSize(cursor: DwarfCursor): void {
  const [size, selectorSize] = [cursor.u8(), cursor.u8()];
  if (size !== 8 || selectorSize !== 0) {
    throw cursor.error(`its addresses have ${size} bytes and segment selectors of ${selectorSize}, not 8 and 0`);
  }
}

function readAugmentation(cursor: DwarfCursor, letters: string, section: number) {
  let [isSignalFrame, pointerEncoding] = [false, 0];
  if (letters === "" || letters === "eh") return { isSignalFrame, pointerEncoding };
  if (!letters.startsWith("z")) throw cursor.error(`its augmentation "${letters}" is unknown`);
  const length = cursor.uleb();
  const end = cursor.position + length;
  if (end > cursor.end) throw cursor.error(`its augmentation data take ${length} bytes, more than there are`);
  for (const letter of letters.slice(1)) {
    if (letter === "S") isSignalFrame = true;
    else if (letter === "R") pointerEncoding = cursor.u8();
    else if (letter === "L") cursor.skip(1);
    else if (letter === "P") {
      const encoding = cursor.u8();
      if (encoding !== OMITTED) readPointer(cursor, encoding & 0x7f, { section, text: 0, data: 0, function: 0 });
    } else if (letter !== "B" && letter !== "G") break; // of these nothing is known, and their data can be skipped
  }
  cursor.position = end;
  return { isSignalFrame, pointerEncoding };
}

/**
 * Reads a frame description entry.
 *
 * @param section The section.
 * @param header Its header, which names the common entry.
 * @param common The common entry.
 * @param bases What pointers are relative to.
 * @returns The entry.
 * @throws {DwarfError} If it is corrupt.
 */
export function readFrameEntry(
  section: FrameSection,
  header: EntryHeader,
  common: CommonEntry,
  bases: PointerBases,
): FrameEntry {
  const cursor = new DwarfCursor(section.bytes, section.name, header.contents, header.end);
  const start = readPointer(cursor, common.pointerEncoding, bases);
  const length = readValue(cursor, common.pointerEncoding);
  if (common.hasAugmentation) cursor.skip(cursor.uleb());
  return { start, end: start + length, common, instructions: [cursor.position, cursor.end] };
}
