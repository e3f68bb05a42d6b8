/**
 * Lists of address ranges: `.debug_ranges` of DWARF 3 and 4, `.debug_rnglists` of DWARF 5.
 *
 * DWARF 5, section 7.25; DWARF 4, section 2.17.3.
 */

import { addressAt, type FormContext } from "./forms.ts";
import type { DebugSections } from "./sections.ts";

/** A half-open range of addresses, before the load bias is added. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/** Ranges of one list before it counts as corrupt. */
const MAXIMUM = 1_000_000;
/** The address that announces a new base: all ones. */
const BASE_MARK = 2 ** 64;

/**
 * Reads a list of ranges.
 *
 * @param sections The file's sections.
 * @param unit The unit that the list is of.
 * @param offset Where the list is, in the section of the unit's version.
 * @param base The unit's own address.
 * @returns The ranges that are not empty.
 * @throws {DwarfError} If the list is corrupt.
 */
export function readRanges(
  sections: DebugSections,
  unit: FormContext,
  offset: number,
  base: number,
): readonly AddressRange[] {
  const ranges: AddressRange[] = [];
  const pieces = unit.version >= 5 ? listed(sections, unit, offset, base) : old(sections, offset, base);
  for (const range of pieces) {
    if (range.start < range.end) ranges.push(range);
    if (ranges.length > MAXIMUM) {
      throw sections.cursor(".debug_info").error("a list of ranges is too long", unit.offset);
    }
  }
  return ranges;
}

/**
 * Where a list of `.debug_rnglists` is.
 *
 * @param sections The file's sections.
 * @param is64 Whether the unit is of 64-bit DWARF.
 * @param base Where the unit's table of offsets starts.
 * @param index The list's index in the table.
 * @returns Its offset in the section.
 * @throws {DwarfError} If it is not inside the section.
 */
export function rangeListOffset(sections: DebugSections, is64: boolean, base: number, index: number): number {
  return base + sections.cursor(".debug_rnglists", base + index * (is64 ? 8 : 4)).offset(is64);
}

function* old(sections: DebugSections, offset: number, base: number): Generator<AddressRange> {
  const cursor = sections.cursor(".debug_ranges", offset);
  for (;;) {
    const [start, end] = [cursor.u64(), cursor.u64()];
    if (start === 0 && end === 0) return;
    if (start >= BASE_MARK) base = end;
    else yield { start: base + start, end: base + end };
  }
}

function* listed(sections: DebugSections, unit: FormContext, offset: number, base: number): Generator<AddressRange> {
  const cursor = sections.cursor(".debug_rnglists", offset);
  const indexed = () => addressAt(sections, unit, cursor.uleb());
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case 0: // end_of_list
        return;
      case 1: // base_addressx
        base = indexed();
        break;
      case 2: // startx_endx
        yield { start: indexed(), end: indexed() };
        break;
      case 3: { // startx_length
        const start = indexed();
        yield { start, end: start + cursor.uleb() };
        break;
      }
      case 4: // offset_pair
        yield { start: base + cursor.uleb(), end: base + cursor.uleb() };
        break;
      case 5: // base_address
        base = cursor.u64();
        break;
      case 6: // start_end
        yield { start: cursor.u64(), end: cursor.u64() };
        break;
      case 7: { // start_length
        const start = cursor.u64();
        yield { start, end: start + cursor.uleb() };
        break;
      }
      default:
        throw cursor.error(`the kind of range 0x${kind.toString(16)} is unknown`, cursor.position - 1);
    }
  }
}
