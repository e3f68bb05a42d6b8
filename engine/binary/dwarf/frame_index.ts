/**
 * Which entry of `.eh_frame` or `.debug_frame` describes the function at an address.
 *
 * `.eh_frame_hdr` has a sorted table that is searched in place; without one, all entries are looked at once. Entries
 * that are corrupt are passed over as long as their length leads to the next one. LSB Core, chapter "Exception
 * Frames", section ".eh_frame_hdr".
 */

import { DwarfCursor } from "./cursor.ts";
import { DwarfError } from "./errors.ts";
import { type CommonEntry, type EntryHeader, type FrameEntry, type FrameSection } from "./frame_entries.ts";
import { readCommonEntry, readEntryHeader, readFrameEntry } from "./frame_entries.ts";
import { OMITTED, type PointerBases, readPointer } from "./pointers.ts";

/** The section `.eh_frame_hdr`. */
export interface FrameHeaderSection {
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** Its address, before the load bias is added. */
  readonly address: number;
}

const HEADER_NAME = ".eh_frame_hdr";
/** DW_EH_PE_datarel | DW_EH_PE_sdata4: the encoding of every table there is. */
const TABLE_ENCODING = 0x3b;

/** The entries of a section, by address. */
export class FrameIndex {
  readonly #section: FrameSection;
  readonly #bases: PointerBases;
  readonly #commons = new Map<number, CommonEntry>();
  /** Offset of the entry of an address, if the table has one. */
  readonly #table: ((address: number) => number | undefined) | undefined;
  #scanned: readonly FrameEntry[] | undefined;

  /**
   * Reads the header's table, if there is one.
   *
   * @param section The section.
   * @param bases What pointers are relative to.
   * @param header The section `.eh_frame_hdr`, if there is one; a corrupt one is not used.
   */
  constructor(section: FrameSection, bases: PointerBases, header?: FrameHeaderSection) {
    this.#section = section;
    this.#bases = bases;
    this.#table = header === undefined ? undefined : tableOf(header, section.address);
  }

  /**
   * The entry of the function at an address.
   *
   * @param address The address, before the load bias is added.
   * @returns The entry, or undefined if there is none.
   * @throws {DwarfError} If the entry is corrupt.
   */
  entryAt(address: number): FrameEntry | undefined {
    const entry = this.#table === undefined ? this.#search(address) : this.#read(this.#table(address));
    return entry !== undefined && entry.start <= address && address < entry.end ? entry : undefined;
  }

  /** All entries by ascending address; what is corrupt is left out. */
  entries(): readonly FrameEntry[] {
    return this.#scanned ??= this.#scan().sort((a, b) => a.start - b.start);
  }

  #search(address: number): FrameEntry | undefined {
    const entries = this.entries();
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 ? entries[low - 1] : undefined;
  }

  #read(offset: number | undefined): FrameEntry | undefined {
    if (offset === undefined || offset < 0 || offset >= this.#section.bytes.length) return undefined;
    const header = readEntryHeader(this.#section, offset);
    return header?.common === undefined ? undefined : this.#entry(header, header.common);
  }

  #entry(header: EntryHeader, commonOffset: number): FrameEntry {
    let common = this.#commons.get(commonOffset);
    if (common === undefined) this.#commons.set(commonOffset, common = readCommonEntry(this.#section, commonOffset));
    return readFrameEntry(this.#section, header, common, this.#bases);
  }

  #scan(): FrameEntry[] {
    const entries: FrameEntry[] = [];
    for (let offset = 0; offset < this.#section.bytes.length;) {
      const header = attempt(() => readEntryHeader(this.#section, offset));
      if (header === undefined) break;
      const { common, end } = header;
      const entry = common === undefined ? undefined : attempt(() => this.#entry(header, common));
      if (entry !== undefined && entry.end > entry.start && entry.start > 0) entries.push(entry);
      offset = end;
    }
    return entries;
  }
}

/** Undefined in place of a DwarfError. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DwarfError) return undefined;
    throw error;
  }
}

function tableOf(header: FrameHeaderSection, sectionAddress: number) {
  const { bytes, address: start } = header;
  const cursor = new DwarfCursor(bytes, HEADER_NAME);
  const count = attempt(() => readCount(cursor, start));
  if (count === undefined || count === 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + cursor.position, count * 8);
  return (address: number) => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (start + view.getInt32(middle * 8, true) <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 ? start + view.getInt32(low * 8 - 4, true) - sectionAddress : undefined;
  };
}

/** Reads up to the table. @returns The number of its entries; undefined for a table that cannot be searched. */
function readCount(cursor: DwarfCursor, address: number): number | undefined {
  const bases = { section: address, data: address };
  if (cursor.u8() !== 1) return undefined;
  const [frameEncoding, countEncoding, tableEncoding] = [cursor.u8(), cursor.u8(), cursor.u8()];
  if (frameEncoding !== OMITTED) readPointer(cursor, frameEncoding, bases);
  if (countEncoding === OMITTED || tableEncoding !== TABLE_ENCODING) return undefined;
  const count = readPointer(cursor, countEncoding, bases);
  return Number.isInteger(count) && count > 0 && count * 8 <= cursor.remaining ? count : undefined;
}

/**
 * Where `.eh_frame` is, for files without section headers: their program headers name `.eh_frame_hdr`.
 *
 * @param header The section `.eh_frame_hdr`.
 * @returns The address of `.eh_frame`, before the load bias is added; undefined if the header does not say.
 */
export function frameAddress({ bytes, address }: FrameHeaderSection): number | undefined {
  return attempt(() => {
    const cursor = new DwarfCursor(bytes, HEADER_NAME);
    const [version, encoding] = [cursor.u8(), cursor.u8()];
    if (version !== 1 || encoding === OMITTED) return undefined;
    cursor.skip(2);
    return readPointer(cursor, encoding, { section: address, data: address });
  });
}
