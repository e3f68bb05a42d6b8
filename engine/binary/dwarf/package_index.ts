/**
 * The index of a DWARF package: which parts of its sections are those of a unit, by the unit's signature.
 *
 * DWARF 5, section 7.3.5.3; "DebugFission DWP" of GCC's wiki for version 2, which came before the standard.
 */

import { DwarfCursor } from "./cursor.ts";
import type { DebugSectionName } from "./sections.ts";

/** A part of a section. */
export interface SectionPart {
  readonly offset: number;
  readonly size: number;
}

/** The parts of sections that are a unit's. */
export type UnitParts = ReadonlyMap<DebugSectionName, SectionPart>;

/** Sections by their numbers (DW_SECT_*), for versions 2 and 5. */
const SECTIONS: Readonly<Record<number, Readonly<Record<number, DebugSectionName>>>> = {
  2: {
    ...{ 1: ".debug_info", 2: ".debug_types", 3: ".debug_abbrev", 4: ".debug_line", 5: ".debug_loc" },
    ...{ 6: ".debug_str_offsets" },
  },
  5: {
    ...{ 1: ".debug_info", 3: ".debug_abbrev", 4: ".debug_line", 5: ".debug_loclists" },
    ...{ 6: ".debug_str_offsets", 8: ".debug_rnglists" },
  },
};
/** Columns that an index may have: there are eight kinds of sections. */
const MOST_COLUMNS = 16;

/**
 * Reads an index.
 *
 * @param bytes The section's.
 * @param section Its name: `.debug_cu_index` or `.debug_tu_index`.
 * @param sizeOf The size of a section of the package.
 * @returns The units by their signatures.
 * @throws {DwarfError} If it is corrupt, or says that a unit is outside the package's sections.
 */
export function readPackageIndex(
  bytes: Uint8Array,
  section: string,
  sizeOf: (name: DebugSectionName) => number,
): ReadonlyMap<bigint, UnitParts> {
  const at = (position: number) => new DwarfCursor(bytes, section, Math.min(position, bytes.length));
  const header = at(0);
  const version = header.u16();
  const names = SECTIONS[version];
  if (names === undefined) throw header.error(`the version of an index is ${version}, not 2 or 5`, 0);
  header.skip(2);
  const [columns, units, slots] = [header.u32(), header.u32(), header.u32()];
  if (units === 0) return new Map();
  if (columns === 0 || columns > MOST_COLUMNS) throw header.error(`an index has ${columns} columns`, 4);
  const rows = 16 + slots * 8;
  const kinds = rows + slots * 4;
  const offsets = kinds + columns * 4;
  const sizes = offsets + units * columns * 4;
  const end = sizes + units * columns * 4;
  if (end > bytes.length) {
    throw header.error(`an index of ${units} units in ${slots} slots takes ${end} bytes, and has ${bytes.length}`, 8);
  }

  const partsOf = (row: number): UnitParts => {
    const parts = new Map<DebugSectionName, SectionPart>();
    for (let column = 0; column < columns; column++) {
      const name = names[at(kinds + column * 4).u32()];
      const cell = (row * columns + column) * 4;
      const part = { offset: at(offsets + cell).u32(), size: at(sizes + cell).u32() };
      if (name === undefined) continue;
      if (part.offset + part.size > sizeOf(name)) {
        const where = `0x${part.offset.toString(16)} to 0x${(part.offset + part.size).toString(16)}`;
        const size = sizeOf(name).toString(16);
        throw header.error(`a unit is at ${where} in ${name}.dwo, which has 0x${size} bytes`, offsets + cell);
      }
      parts.set(name, part);
    }
    return parts;
  };

  const found = new Map<bigint, UnitParts>();
  for (let slot = 0; slot < slots; slot++) {
    const row = at(rows + slot * 4).u32();
    if (row === 0) continue;
    if (row > units) throw header.error(`a slot is for unit ${row} of ${units}`, rows + slot * 4);
    found.set(at(16 + slot * 8).u64Exact(), partsOf(row - 1));
  }
  return found;
}
