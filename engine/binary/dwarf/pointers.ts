/**
 * Pointers as `.eh_frame` encodes them: a format, and what is added to the value.
 *
 * Leaves out following indirect pointers, which are only used for personality routines. LSB Core, chapter "DWARF
 * Extensions", "DWARF Exception Header Encoding".
 */

import type { DwarfCursor } from "./cursor.ts";

/** The encoding of a pointer that is left out (DW_EH_PE_omit). */
export const OMITTED = 0xff;

/** Addresses that pointers may be relative to, before the load bias is added. */
export interface PointerBases {
  /** Address of the section that the pointers are in. */
  readonly section: number;
  /** Address of the text, for DW_EH_PE_textrel. */
  readonly text?: number;
  /** Address that DW_EH_PE_datarel starts from: the global offset table or, in `.eh_frame_hdr`, that section. */
  readonly data?: number;
  /** Address of the function, for DW_EH_PE_funcrel. */
  readonly function?: number;
}

/**
 * Reads a pointer.
 *
 * @param cursor Where it is.
 * @param encoding Its encoding, a byte of DW_EH_PE_*.
 * @param bases What it may be relative to.
 * @returns The address; for an indirect pointer, the address of the address.
 * @throws {DwarfError} If the encoding is unknown or the section ends.
 */
export function readPointer(cursor: DwarfCursor, encoding: number, bases: PointerBases): number {
  const start = cursor.position;
  if ((encoding & 0x70) === 0x50) {
    const address = bases.section + start;
    cursor.skip(Math.ceil(address / 8) * 8 - address);
    return cursor.u64();
  }
  const value = readValue(cursor, encoding & 0x0f);
  if (value === 0 && (encoding & 0x70) !== 0x40) return 0;
  return value + baseOf(cursor, encoding, start, bases);
}

/**
 * Reads a value in the format of an encoding, relative to nothing: the length of a function, say.
 *
 * @param cursor Where it is.
 * @param encoding The encoding.
 * @returns The value.
 * @throws {DwarfError} If the format is unknown or the section ends.
 */
export function readValue(cursor: DwarfCursor, encoding: number): number {
  switch (encoding & 0x0f) {
    case 0x00: // absptr
    case 0x04: // udata8: a sum with an address is taken modulo 2^64, so it may as well be signed
    case 0x0c: // sdata8
      return cursor.i64();
    case 0x01:
      return cursor.uleb();
    case 0x02:
      return cursor.u16();
    case 0x03:
      return cursor.u32();
    case 0x09:
      return cursor.sleb();
    case 0x0a:
      return cursor.i16();
    case 0x0b:
      return cursor.i32();
    default:
      throw cursor.error(`the pointer format 0x${encoding.toString(16)} is unknown`);
  }
}

function baseOf(cursor: DwarfCursor, encoding: number, start: number, bases: PointerBases): number {
  const base = BASES[encoding & 0x70]?.(bases, start);
  if (base !== undefined) return base;
  throw cursor.error(`the pointer encoding 0x${encoding.toString(16)} is relative to something unknown`, start);
}

const BASES: Readonly<Record<number, (bases: PointerBases, start: number) => number | undefined>> = {
  0x00: () => 0,
  0x10: (bases, start) => bases.section + start,
  0x20: (bases) => bases.text,
  0x30: (bases) => bases.data,
  0x40: (bases) => bases.function,
};
