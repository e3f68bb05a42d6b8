/**
 * `.debug_aranges`: which unit the code at an address is of, for units that do not say so themselves.
 *
 * DWARF 5, section 6.1.2.
 */

import { DwarfError } from "./errors.ts";
import type { AddressRange } from "./ranges.ts";
import type { DebugSections } from "./sections.ts";

/**
 * Reads the section.
 *
 * @param sections The file's sections.
 * @returns The ranges of units, by the unit's offset in `.debug_info`; up to what is corrupt.
 */
export function readAddressRanges(sections: DebugSections): ReadonlyMap<number, readonly AddressRange[]> {
  const found = new Map<number, AddressRange[]>();
  try {
    for (let offset = 0; offset < sections.bytes(".debug_aranges").length;) offset = readSet(sections, offset, found);
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  return found;
}

/** @returns Where the next set is. */
function readSet(sections: DebugSections, offset: number, found: Map<number, AddressRange[]>): number {
  const header = sections.cursor(".debug_aranges", offset);
  const { length, is64 } = header.initialLength();
  const end = header.position + length;
  const cursor = sections.cursor(".debug_aranges", header.position, end);
  const version = cursor.u16();
  const unit = cursor.offset(is64);
  const [addressSize, selectorSize] = [cursor.u8(), cursor.u8()];
  if (version !== 2 || addressSize !== 8 || selectorSize !== 0) return end;
  const fromStart = cursor.position - offset;
  cursor.skip(Math.ceil(fromStart / 16) * 16 - fromStart);
  const ranges = found.get(unit) ?? [];
  while (cursor.remaining >= 16) {
    const [start, size] = [cursor.u64(), cursor.u64()];
    if (start === 0 && size === 0) break;
    if (size > 0) ranges.push({ start, end: start + size });
  }
  found.set(unit, ranges);
  return end;
}
