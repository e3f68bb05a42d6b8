/**
 * Lists of locations: `.debug_loc` of DWARF 2 to 4, `.debug_loclists` of DWARF 5 and of split units before it.
 *
 * DWARF 5, section 7.7.3; DWARF 4, section 2.6.2.
 */

import { FORM } from "./constants.ts";
import type { Entry, EntryAttribute } from "./entry.ts";
import type { DwarfExpression } from "./expression.ts";
import { addressAt } from "./forms.ts";

/** The address that announces a new base: all ones. */
const BASE_MARK = 2 ** 64;
/** Locations of one list before it counts as corrupt. */
const MAXIMUM = 1_000_000;

/** A location, and where it holds. */
interface Listed {
  readonly start: number;
  readonly end: number;
  readonly expression: DwarfExpression;
}

/**
 * The location that an attribute gives at an address.
 *
 * @param entry The entry that has the attribute.
 * @param attribute The attribute: DW_AT_location, DW_AT_frame_base and the like.
 * @param pc The address, before the load bias is added.
 * @returns The location; undefined if there is none there.
 * @throws {DwarfError} If the list is corrupt.
 */
export function locationAt(entry: Entry, attribute: number, pc: number): DwarfExpression | undefined {
  const found = entry.attributes.get(attribute);
  if (found === undefined) return undefined;
  if (!isLocationList(found)) return entry.block(attribute);
  const { header } = entry.unit;
  const { form, value } = found;
  const list = header.version >= 5
    ? listed(entry, form === FORM.loclistx ? listOffset(entry, value) : value)
    : old(entry, value);
  let byDefault: DwarfExpression | undefined;
  let count = 0;
  for (const { start, end, expression } of list) {
    if (pc >= start && pc < end) return expression;
    if (end === Infinity) byDefault = expression;
    if (++count > MAXIMUM) {
      throw entry.unit.sections.cursor(header.section).error("a list of locations is too long", found.at);
    }
  }
  return byDefault;
}

/** Whether an attribute is a list of locations. */
export function isLocationList({ form }: EntryAttribute): boolean {
  return LISTS.has(form);
}

const LISTS: ReadonlySet<number> = new Set([FORM.sectionOffset, FORM.loclistx, FORM.data4, FORM.data8]);

function listOffset({ unit: { header, sections } }: Entry, index: number): number {
  const base = header.locationListsBase ?? (header.is64 ? 20 : 12);
  return base + sections.cursor(".debug_loclists", base + index * (header.is64 ? 8 : 4)).offset(header.is64);
}

function* old({ unit: { header, sections } }: Entry, offset: number): Generator<Listed> {
  const section = ".debug_loc";
  const cursor = sections.cursor(section, offset);
  let { base } = header;
  for (;;) {
    const [start, end] = [cursor.u64(), cursor.u64()];
    if (start === 0 && end === 0) return;
    if (start >= BASE_MARK) {
      base = end;
      continue;
    }
    const length = cursor.u16();
    const at = cursor.position;
    yield { start: base + start, end: base + end, expression: { bytes: cursor.block(length), section, offset: at } };
  }
}

function* listed({ unit: { header, sections } }: Entry, offset: number): Generator<Listed> {
  const section = ".debug_loclists";
  const cursor = sections.cursor(section, offset);
  let { base } = header;
  const indexed = () => addressAt(sections, header, cursor.uleb());
  const expression = (): DwarfExpression => {
    const length = cursor.uleb();
    const at = cursor.position;
    return { bytes: cursor.block(length), section, offset: at };
  };
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case 0: // end_of_list
        return;
      case 1: // base_addressx
        base = indexed();
        break;
      case 2: // startx_endx
        yield { start: indexed(), end: indexed(), expression: expression() };
        break;
      case 3: { // startx_length
        const start = indexed();
        yield { start, end: start + cursor.uleb(), expression: expression() };
        break;
      }
      case 4: // offset_pair
        yield { start: base + cursor.uleb(), end: base + cursor.uleb(), expression: expression() };
        break;
      case 5: // default_location
        yield { start: Infinity, end: Infinity, expression: expression() };
        break;
      case 6: // base_address
        base = cursor.u64();
        break;
      case 7: // start_end
        yield { start: cursor.u64(), end: cursor.u64(), expression: expression() };
        break;
      case 8: { // start_length
        const start = cursor.u64();
        yield { start, end: start + cursor.uleb(), expression: expression() };
        break;
      }
      case 9: // GNU_view_pair
        cursor.uleb();
        cursor.uleb();
        break;
      default:
        throw cursor.error(`the kind of location 0x${kind.toString(16)} is unknown`, cursor.position - 1);
    }
  }
}
