/**
 * The compilation units of a file: what each was compiled from, where its code is, and where its line program is.
 *
 * Only the header and the first entry of each unit are read. DWARF 5, sections 3.1 and 7.5.1.
 */

import { AbbreviationTable } from "./abbreviations.ts";
import { ATTRIBUTE, FORM, TAG } from "./constants.ts";
import type { DwarfCursor } from "./cursor.ts";
import { DwarfError } from "./errors.ts";
import { addressOf, type AttributeValue, directForm, type FormContext, readForm, stringOf } from "./forms.ts";
import { type AddressRange, rangeListOffset, readRanges } from "./ranges.ts";
import type { DebugSections, EntrySection } from "./sections.ts";

/** A unit. */
export interface DwarfUnit extends FormContext {
  /** The tag of its first entry: a compile unit, partial unit, type unit or skeleton unit. */
  readonly tag: number;
  /** Its signature: of the type of a type unit, of the split file of a skeleton or split unit. */
  readonly signature: bigint | undefined;
  /** Where the type of a type unit is, from the start of the unit. */
  readonly typeOffset: number | undefined;
  /** The file that has the unit's entries, for a skeleton unit. */
  readonly splitName: string | undefined;
  /** The source language (DW_LANG_*). */
  readonly language: number | undefined;
  /** Where its location lists start, for those that are given by index. */
  readonly locationListsBase: number | undefined;
  /** Where its first entry is in its section, and where the unit ends. */
  readonly entries: readonly [start: number, end: number];
  /** Its abbreviations. */
  readonly abbreviations: AbbreviationTable;
  /** Its source file, as the compiler was given it. */
  readonly name: string | undefined;
  /** The folder it was compiled in. */
  readonly directory: string | undefined;
  /** Where its line program is in `.debug_line`. */
  readonly lineOffset: number | undefined;
  /** What addresses in its lists are relative to. */
  readonly base: number;
  /** Where its range lists start, for those that are given by index. */
  readonly rangeListsBase: number | undefined;
  /** Where its code is, in no order. */
  readonly ranges: readonly AddressRange[];
}

/** The units of a file. */
export interface Units {
  readonly units: readonly DwarfUnit[];
  /** What could not be read, a unit each. */
  readonly problems: readonly DwarfError[];
}

/** Problems that are kept. */
const MAXIMUM_PROBLEMS = 100;

/**
 * Reads the units of a file.
 *
 * @param sections The file's sections.
 * @param section The section to read: `.debug_types` has the type units of DWARF 4.
 * @returns The units in the file's order. One that is corrupt is passed over, unless its length is.
 */
export function readUnits(sections: DebugSections, section: EntrySection = ".debug_info"): Units {
  const units: DwarfUnit[] = [];
  const problems: DwarfError[] = [];
  const tables = new Map<number, AbbreviationTable>();
  const size = sections.bytes(section).length;
  for (let offset = 0; offset < size;) {
    let end = size;
    try {
      const cursor = sections.cursor(section, offset);
      const { length, is64 } = cursor.initialLength();
      end = cursor.position + length;
      if (end > size) throw cursor.error(`a unit of 0x${length.toString(16)} bytes is cut off`, offset);
      const unit = readUnit(sections, tables, sections.cursor(section, cursor.position, end), {
        section,
        offset,
        is64,
      });
      if (unit !== undefined) units.push(unit);
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
      if (problems.length < MAXIMUM_PROBLEMS) problems.push(error);
    }
    offset = end;
  }
  return { units, problems };
}

/** Kinds of units (DW_UT_*). */
const [COMPILE, TYPE, PARTIAL, SKELETON, SPLIT_COMPILE, SPLIT_TYPE] = [1, 2, 3, 4, 5, 6];
const KINDS: readonly number[] = [COMPILE, TYPE, PARTIAL, SKELETON, SPLIT_COMPILE, SPLIT_TYPE];
const FIRST_TAGS: ReadonlySet<number> = new Set([TAG.compileUnit, TAG.partialUnit, TAG.typeUnit, TAG.skeletonUnit]);

function readUnit(
  sections: DebugSections,
  tables: Map<number, AbbreviationTable>,
  cursor: DwarfCursor,
  { section, offset, is64 }: Pick<FormContext, "section" | "offset" | "is64">,
): DwarfUnit | undefined {
  const version = cursor.u16();
  if (version < 2 || version > 5) throw cursor.error(`the version of a unit is ${version}, not 2 to 5`, offset);
  const kind = version >= 5 ? cursor.u8() : section === ".debug_types" ? TYPE : COMPILE;
  if (!KINDS.includes(kind)) return undefined;
  const firstSize = version >= 5 ? cursor.u8() : 0;
  const abbreviationOffset = cursor.offset(is64);
  const addressSize = version >= 5 ? firstSize : cursor.u8();
  if (addressSize !== 8) throw cursor.error(`addresses have ${addressSize} bytes, not 8`, offset);
  const isType = kind === TYPE || kind === SPLIT_TYPE;
  const signature = isType || kind === SKELETON || kind === SPLIT_COMPILE ? cursor.u64Exact() : undefined;
  const typeOffset = isType ? cursor.offset(is64) : undefined;
  let abbreviations = tables.get(abbreviationOffset);
  if (abbreviations === undefined) {
    abbreviations = new AbbreviationTable(sections.cursor(".debug_abbrev", abbreviationOffset));
    tables.set(abbreviationOffset, abbreviations);
  }
  const context: FormContext = { version, is64, section, offset };
  const entries = [cursor.position, cursor.end] as const;
  const code = cursor.uleb();
  if (code === 0) return undefined;
  const { tag, attributes } = abbreviations.get(code);
  if (!FIRST_TAGS.has(tag)) return undefined;
  const values = new Map<number, AttributeValue>();
  let splitId: bigint | undefined;
  for (let index = 0; index < attributes.length; index += 3) {
    const form = directForm(cursor, attributes[index + 1]);
    if (attributes[index] === ATTRIBUTE.gnuSplitId) splitId = cursor.u64Exact();
    else values.set(attributes[index], { form, value: readForm(cursor, form, context, attributes[index + 2]) });
  }
  const described = describe(sections, context, values);
  return { ...described, tag, signature: signature ?? splitId, typeOffset, entries, abbreviations };
}

function describe(sections: DebugSections, context: FormContext, values: ReadonlyMap<number, AttributeValue>) {
  const number = (attribute: number) => values.get(attribute)?.value;
  const text = (attribute: number) => {
    const value = values.get(attribute);
    return value && stringOf(sections, unit, value);
  };
  const unit: FormContext = {
    ...context,
    stringOffsetsBase: number(ATTRIBUTE.stringOffsetsBase),
    addressBase: number(ATTRIBUTE.addressBase) ?? number(ATTRIBUTE.gnuAddressBase) ?? (context.version < 5 ? 0 : 8),
  };
  const low = values.get(ATTRIBUTE.lowPc);
  const base = (low && addressOf(sections, unit, low)) ?? 0;
  const rangeListsBase = number(ATTRIBUTE.rangeListsBase);
  return {
    ...unit,
    name: text(ATTRIBUTE.name),
    directory: text(ATTRIBUTE.compilationDirectory),
    lineOffset: number(ATTRIBUTE.statementList),
    base,
    rangeListsBase,
    splitName: text(ATTRIBUTE.splitName) ?? text(ATTRIBUTE.gnuSplitName),
    language: number(ATTRIBUTE.language),
    locationListsBase: number(ATTRIBUTE.locationListsBase),
    ranges: rangesOf(sections, { ...unit, base, rangeListsBase }, values),
  };
}

/** What the ranges of an entry depend on. */
export type RangeContext = FormContext & Pick<DwarfUnit, "base" | "rangeListsBase">;

/**
 * Where the code of an entry is: between DW_AT_low_pc and DW_AT_high_pc, or in the ranges of DW_AT_ranges.
 *
 * @param sections The file's sections.
 * @param unit The entry's unit.
 * @param values The entry's attributes.
 * @returns The ranges; none if it has no code.
 * @throws {DwarfError} If a list of ranges is corrupt.
 */
export function rangesOf(
  sections: DebugSections,
  unit: RangeContext,
  values: ReadonlyMap<number, AttributeValue>,
): readonly AddressRange[] {
  const ranges = values.get(ATTRIBUTE.ranges);
  if (ranges !== undefined) {
    const offset = ranges.form === FORM.rnglistx
      ? rangeListOffset(sections, unit.is64, unit.rangeListsBase ?? (unit.is64 ? 20 : 12), ranges.value)
      : ranges.value;
    return readRanges(sections, unit, offset, unit.base);
  }
  const [low, high] = [values.get(ATTRIBUTE.lowPc), values.get(ATTRIBUTE.highPc)];
  const start = low && addressOf(sections, unit, low);
  if (start === undefined || high === undefined) return [];
  // A constant is the length, an address the end.
  const end = addressOf(sections, unit, high) ?? start + high.value;
  return start < end ? [{ start, end }] : [];
}
