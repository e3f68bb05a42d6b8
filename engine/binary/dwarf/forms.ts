/**
 * Reads the attributes of debugging entries: each as one number, whatever its form.
 *
 * A string is the place where it is, a block the place of its first byte: most attributes are passed over, and cost
 * nothing more. DWARF 5, section 7.5.6; GNU extensions of binutils and dwz.
 */

import { FORM } from "./constants.ts";
import type { DwarfCursor } from "./cursor.ts";
import type { DebugSections, EntrySection } from "./sections.ts";

/** What a unit's forms depend on. */
export interface FormContext {
  /** Version of DWARF: 2 to 5. */
  readonly version: number;
  /** Whether it is 64-bit DWARF. */
  readonly is64: boolean;
  /** The section that the unit is in. */
  readonly section: EntrySection;
  /** Offset of the unit in its section. */
  readonly offset: number;
  /** Where its string offsets start in `.debug_str_offsets`. */
  stringOffsetsBase?: number;
  /** Where its addresses start in `.debug_addr`. */
  addressBase?: number;
  /** The sections that `.debug_addr` is in, for a unit whose entries are in a file of their own. */
  addresses?: DebugSections;
}

/** An attribute's value, and the form that says what it means. */
export interface AttributeValue {
  readonly form: number;
  readonly value: number;
}

/** The form that an indirect one stands for; others are themselves. */
export function directForm(cursor: DwarfCursor, form: number): number {
  for (let depth = 0; form === FORM.indirect; depth++) {
    if (depth > 4) throw cursor.error("a form is indirect too many times");
    form = cursor.uleb();
  }
  return form;
}

/**
 * Reads an attribute.
 *
 * @param cursor Where it is.
 * @param form Its form; not DW_FORM_indirect.
 * @param unit Its unit.
 * @param constant The value of DW_FORM_implicit_const, from the abbreviation.
 * @returns A number; an index, where the form is one into a table; the place in the section, of a string or block.
 * @throws {DwarfError} If the form is unknown or the section ends.
 */
export function readForm(cursor: DwarfCursor, form: number, unit: FormContext, constant: number): number {
  switch (form) {
    case FORM.data1:
    case FORM.flag:
    case FORM.ref1:
    case FORM.strx1:
    case FORM.addrx1:
      return cursor.u8();
    case FORM.data2:
    case FORM.ref2:
    case FORM.strx2:
    case FORM.addrx2:
      return cursor.u16();
    case FORM.strx3:
    case FORM.addrx3:
      return cursor.u24();
    case FORM.data4:
    case FORM.ref4:
    case FORM.strx4:
    case FORM.addrx4:
    case FORM.refSupplementary4:
      return cursor.u32();
    case FORM.address:
    case FORM.data8:
    case FORM.ref8:
    case FORM.refSignature:
    case FORM.refSupplementary8:
      return cursor.u64();
    case FORM.refAddress:
      return unit.version <= 2 ? cursor.u64() : cursor.offset(unit.is64);
    case FORM.strp:
    case FORM.lineStrp:
    case FORM.sectionOffset:
    case FORM.strpSupplementary:
    case FORM.gnuRefAlternative:
    case FORM.gnuStrpAlternative:
      return cursor.offset(unit.is64);
    case FORM.udata:
    case FORM.refUnsigned:
    case FORM.strx:
    case FORM.addrx:
    case FORM.loclistx:
    case FORM.rnglistx:
    case FORM.gnuAddrx:
    case FORM.gnuStrx:
      return cursor.uleb();
    case FORM.sdata:
      return cursor.sleb();
    case FORM.flagPresent:
      return 1;
    case FORM.implicitConstant:
      return constant;
    case FORM.string: {
      const at = cursor.position;
      cursor.skipString();
      return at;
    }
    case FORM.block1:
      return block(cursor, cursor.u8());
    case FORM.block2:
      return block(cursor, cursor.u16());
    case FORM.block4:
      return block(cursor, cursor.u32());
    case FORM.block:
    case FORM.expression:
      return block(cursor, cursor.uleb());
    case FORM.data16:
      return block(cursor, 16);
    default:
      throw cursor.error(`the form 0x${form.toString(16)} is unknown`);
  }
}

function block(cursor: DwarfCursor, length: number): number {
  const at = cursor.position;
  cursor.skip(length);
  return at;
}

/**
 * The text of an attribute.
 *
 * @returns The text; undefined for a form that is none of a string, and for strings of a supplementary file not here.
 * @throws {DwarfError} If it is not inside its section.
 */
export function stringOf(sections: DebugSections, unit: FormContext, attribute: AttributeValue): string | undefined {
  const { form, value } = attribute;
  switch (form) {
    case FORM.string:
      return sections.string(unit.section, value);
    case FORM.strp:
      return sections.string(".debug_str", value);
    case FORM.lineStrp:
      return sections.string(".debug_line_str", value);
    case FORM.gnuStrpAlternative:
    case FORM.strpSupplementary:
      return sections.supplementary?.string(".debug_str", value);
    case FORM.strx:
    case FORM.strx1:
    case FORM.strx2:
    case FORM.strx3:
    case FORM.strx4:
    case FORM.gnuStrx:
      return sections.string(".debug_str", stringOffset(sections, unit, value));
  }
}

/** Where the string of an index in `.debug_str_offsets` is in `.debug_str`. @throws {DwarfError} If it is nowhere. */
export function stringOffset(sections: DebugSections, unit: FormContext, index: number): number {
  const size = unit.is64 ? 8 : 4;
  const base = unit.stringOffsetsBase ?? (unit.version >= 5 ? 2 * size : 0);
  return sections.cursor(".debug_str_offsets", base + index * size).offset(unit.is64);
}

/**
 * The address that an attribute is.
 *
 * @returns The address; undefined for a form that is none of an address.
 * @throws {DwarfError} If it is not inside its section.
 */
export function addressOf(sections: DebugSections, unit: FormContext, attribute: AttributeValue): number | undefined {
  const { form, value } = attribute;
  switch (form) {
    case FORM.address:
      return value;
    case FORM.addrx:
    case FORM.addrx1:
    case FORM.addrx2:
    case FORM.addrx3:
    case FORM.addrx4:
    case FORM.gnuAddrx:
      return addressAt(sections, unit, value);
  }
}

/** The address of an index in `.debug_addr`. @throws {DwarfError} If it is not inside the section. */
export function addressAt(sections: DebugSections, unit: FormContext, index: number): number {
  return (unit.addresses ?? sections).cursor(".debug_addr", (unit.addressBase ?? 8) + index * 8).u64();
}
