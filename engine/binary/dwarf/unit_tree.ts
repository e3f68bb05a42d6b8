/**
 * The shape of a unit: where its entries are, of what tag, and which is inside which.
 *
 * Attributes are passed over; they are read when somebody asks for an entry. DWARF 5, section 7.5.2.
 */

import type { Abbreviation } from "./abbreviations.ts";
import { FORM } from "./constants.ts";
import type { DwarfCursor } from "./cursor.ts";
import { directForm, type FormContext, readForm } from "./forms.ts";
import type { DebugSections } from "./sections.ts";
import type { DwarfUnit } from "./units.ts";

/** The entries of a unit by their number, in the order of the section: each before those inside it. */
export interface UnitTree {
  /** Where each is in its section. */
  readonly offsets: Uint32Array;
  /** Its tag (DW_TAG_*). */
  readonly tags: Uint16Array;
  /** The number of the entry it is in; -1 for the first. */
  readonly parents: Int32Array;
  /** The number after the last entry inside it. */
  readonly ends: Uint32Array;
}

/** Entries inside one another before the unit counts as corrupt. */
const MAXIMUM_DEPTH = 10_000;

/**
 * Reads the shape of a unit.
 *
 * @param sections The file's sections.
 * @param unit The unit.
 * @returns Its entries; at least one.
 * @throws {DwarfError} If it is corrupt.
 */
export function readUnitTree(sections: DebugSections, unit: DwarfUnit): UnitTree {
  const [start, end] = unit.entries;
  const cursor = sections.cursor(unit.section, start, end);
  const skip = makeSkip(unit);
  const [offsets, tags, parents, ends]: number[][] = [[], [], [], []];
  const open: number[] = [];
  while (cursor.remaining > 0) {
    const offset = cursor.position;
    const code = cursor.uleb();
    if (code === 0) {
      const closed = open.pop();
      if (closed !== undefined) ends[closed] = offsets.length;
      if (open.length === 0) break;
      continue;
    }
    const abbreviation = unit.abbreviations.get(code);
    const index = offsets.length;
    offsets.push(offset);
    tags.push(abbreviation.tag);
    parents.push(open.length === 0 ? -1 : open[open.length - 1]);
    ends.push(index + 1);
    skip(cursor, abbreviation);
    if (abbreviation.hasChildren) open.push(index);
    else if (open.length === 0) break;
    if (open.length > MAXIMUM_DEPTH) throw cursor.error("entries are too deep inside one another", offset);
  }
  for (const index of open) ends[index] = offsets.length;
  return {
    offsets: Uint32Array.from(offsets),
    tags: Uint16Array.from(tags),
    parents: Int32Array.from(parents),
    ends: Uint32Array.from(ends),
  };
}

/** Moves a cursor past the attributes of an entry. */
export type SkipAttributes = (cursor: DwarfCursor, abbreviation: Abbreviation) => void;

/** Makes the function that passes over entries of a unit; those of one size are passed over at once. */
export function makeSkip(unit: FormContext): SkipAttributes {
  const sizes = new Map<Abbreviation, number>();
  return (cursor, abbreviation) => {
    let size = sizes.get(abbreviation);
    if (size === undefined) sizes.set(abbreviation, size = fixedSize(abbreviation, unit));
    if (size >= 0) return cursor.skip(size);
    const { attributes } = abbreviation;
    for (let at = 0; at < attributes.length; at += 3) {
      readForm(cursor, directForm(cursor, attributes[at + 1]), unit, 0);
    }
  };
}

/** The size of all attributes; -1 if it is not always the same. */
function fixedSize({ attributes }: Abbreviation, unit: FormContext): number {
  let total = 0;
  for (let at = 0; at < attributes.length; at += 3) {
    const size = formSize(attributes[at + 1], unit);
    if (size < 0) return -1;
    total += size;
  }
  return total;
}

const SIZES: Readonly<Record<number, number>> = {
  [FORM.flagPresent]: 0,
  [FORM.implicitConstant]: 0,
  [FORM.data1]: 1,
  [FORM.flag]: 1,
  [FORM.ref1]: 1,
  [FORM.strx1]: 1,
  [FORM.addrx1]: 1,
  [FORM.data2]: 2,
  [FORM.ref2]: 2,
  [FORM.strx2]: 2,
  [FORM.addrx2]: 2,
  [FORM.strx3]: 3,
  [FORM.addrx3]: 3,
  [FORM.data4]: 4,
  [FORM.ref4]: 4,
  [FORM.strx4]: 4,
  [FORM.addrx4]: 4,
  [FORM.refSupplementary4]: 4,
  [FORM.address]: 8,
  [FORM.data8]: 8,
  [FORM.ref8]: 8,
  [FORM.refSignature]: 8,
  [FORM.refSupplementary8]: 8,
  [FORM.data16]: 16,
};
const OFFSETS: ReadonlySet<number> = new Set([
  ...[FORM.strp, FORM.lineStrp, FORM.sectionOffset],
  ...[FORM.strpSupplementary, FORM.gnuRefAlternative, FORM.gnuStrpAlternative],
]);

function formSize(form: number, unit: FormContext): number {
  if (OFFSETS.has(form)) return unit.is64 ? 8 : 4;
  if (form === FORM.refAddress) return unit.version <= 2 || unit.is64 ? 8 : 4;
  return SIZES[form] ?? -1;
}
