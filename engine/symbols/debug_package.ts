/**
 * DWARF packages, which `dwp` and `llvm-dwp` make: the split units of a program in one file, found by their signature.
 *
 * Offsets in messages about a unit of a package are from where its part of a section begins. Leaves out type units. DWARF 5,
 * section 7.3.5; "DebugFission DWP" of GCC's wiki for version 2.
 */

import { type DebugSectionName, DebugSections } from "../binary/dwarf/mod.ts";
import { FileSource, parseDebugElf } from "../binary/elf/mod.ts";
import { isFileProblem } from "./load.ts";

/** Sections by their numbers in an index (DW_SECT_*), for versions 2 and 5. */
const SECTIONS: Readonly<Record<number, Readonly<Record<number, DebugSectionName>>>> = {
  2: { 1: ".debug_info", 3: ".debug_abbrev", 4: ".debug_line", 5: ".debug_loc", 6: ".debug_str_offsets" },
  5: {
    ...{ 1: ".debug_info", 3: ".debug_abbrev", 4: ".debug_line", 5: ".debug_loclists" },
    ...{ 6: ".debug_str_offsets", 8: ".debug_rnglists" },
  },
};
/** Columns and rows of an index that is taken for real. */
const MOST_COLUMNS = 16;

interface Part {
  readonly offset: number;
  readonly size: number;
}

/** The sections of a split unit in a package. @returns Undefined if there is no package, or no such unit in it. */
export function sectionsOfPackage(path: string, signature: bigint): DebugSections | undefined {
  const parts = readParts(path, signature);
  if (parts === undefined) return undefined;
  return new DebugSections((name) => {
    const part = parts.get(name);
    if (part === undefined && name !== ".debug_str") return undefined;
    const bytes = readSection(path, `${name}.dwo`);
    return part === undefined ? bytes : bytes?.subarray(part.offset, part.offset + part.size);
  });
}

function readSection(path: string, name: string): Uint8Array | undefined {
  try {
    using source = new FileSource(path);
    const elf = parseDebugElf(source, path);
    const section = elf.section(name);
    return section && elf.contents(section);
  } catch (error) {
    if (isFileProblem(error)) return undefined;
    throw error;
  }
}

/** Where a unit's parts of sections are; undefined if the index does not have it, or is corrupt. */
function readParts(path: string, signature: bigint): ReadonlyMap<DebugSectionName, Part> | undefined {
  const bytes = readSection(path, ".debug_cu_index");
  if (bytes === undefined || bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number) => view.getUint32(at, true);
  const names = SECTIONS[view.getUint16(0, true)];
  const [columns, units, slots] = [word(4), word(8), word(12)];
  const [indexes, offsets] = [16 + slots * 8, 16 + slots * 12];
  const sizes = offsets + (units + 1) * columns * 4;
  const isWhole = names !== undefined && columns <= MOST_COLUMNS && sizes + units * columns * 4 <= bytes.length;
  if (!isWhole) return undefined;
  for (let slot = 0; slot < slots; slot++) {
    const row = word(indexes + slot * 4);
    if (row === 0 || row > units || view.getBigUint64(16 + slot * 8, true) !== signature) continue;
    const parts = new Map<DebugSectionName, Part>();
    for (let column = 0; column < columns; column++) {
      const name = names[word(offsets + column * 4)];
      const [offset, size] = [
        word(offsets + (row * columns + column) * 4),
        word(sizes + ((row - 1) * columns + column) * 4),
      ];
      if (name !== undefined) parts.set(name, { offset, size });
    }
    return parts;
  }
  return undefined;
}
