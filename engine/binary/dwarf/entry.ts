/**
 * One debugging entry: its attributes, the entries inside it, and those that it refers to.
 *
 * DWARF 5, sections 2.1 to 2.4 and 7.5.
 */

import { ATTRIBUTE, FORM } from "./constants.ts";
import type { InfoUnit } from "./info_unit.ts";
import type { DwarfExpression } from "./expression.ts";
import { addressOf, type AttributeValue, directForm, readForm, stringOf } from "./forms.ts";
import type { AddressRange } from "./ranges.ts";
import { rangesOf } from "./units.ts";

/** An attribute as it is in the section. */
export interface EntryAttribute extends AttributeValue {
  /** Where it is. */
  readonly at: number;
  /** Where the next one is. */
  readonly end: number;
}

/** Entries that refer to one another before that counts as endless. */
const MAXIMUM_REFERENCES = 16;

/** A debugging entry. */
export class Entry {
  #attributes: Map<number, EntryAttribute> | undefined;

  /**
   * Notes where the entry is.
   *
   * @param unit Its unit.
   * @param index Its number in the unit.
   */
  constructor(readonly unit: InfoUnit, readonly index: number) {}

  /** Its tag (DW_TAG_*). */
  get tag(): number {
    return this.unit.tree.tags[this.index];
  }

  /** Where it is in its section. */
  get offset(): number {
    return this.unit.tree.offsets[this.index];
  }

  /** Its attributes. */
  get attributes(): ReadonlyMap<number, EntryAttribute> {
    if (this.#attributes !== undefined) return this.#attributes;
    const { unit: { header, sections } } = this;
    const cursor = sections.cursor(header.section, this.offset, header.entries[1]);
    const { attributes } = header.abbreviations.get(cursor.uleb());
    const found = new Map<number, EntryAttribute>();
    for (let index = 0; index < attributes.length; index += 3) {
      const form = directForm(cursor, attributes[index + 1]);
      const at = cursor.position;
      const value = readForm(cursor, form, header, attributes[index + 2]);
      found.set(attributes[index], { form, value, at, end: cursor.position });
    }
    return this.#attributes = found;
  }

  /** Whether it has an attribute itself. */
  has(attribute: number): boolean {
    return this.attributes.has(attribute);
  }

  /** Whether an attribute is a flag that is set. */
  flag(attribute: number): boolean {
    return (this.attributes.get(attribute)?.value ?? 0) !== 0;
  }

  /** A constant; undefined if there is none, or if it is something else. */
  number(attribute: number): number | undefined {
    const found = this.attributes.get(attribute);
    return found !== undefined && CONSTANTS.has(found.form) ? found.value : undefined;
  }

  /** A constant of any size, exact; undefined if there is none. Without a sign unless its form has one. */
  exact(attribute: number): bigint | undefined {
    const found = this.attributes.get(attribute);
    if (found === undefined || !CONSTANTS.has(found.form)) return undefined;
    if (Number.isSafeInteger(found.value)) return BigInt(found.value);
    const cursor = this.unit.sections.cursor(this.unit.header.section, found.at);
    if (found.form === FORM.data8) return cursor.u64Exact();
    if (found.form === FORM.sdata) return BigInt.asIntN(64, cursor.slebExact());
    return found.form === FORM.udata ? cursor.ulebExact() : BigInt(found.value);
  }

  /** A text; undefined if there is none. */
  text(attribute: number): string | undefined {
    const found = this.attributes.get(attribute);
    return found && stringOf(this.unit.sections, this.unit.header, found);
  }

  /** An address; undefined if there is none. */
  address(attribute: number): number | undefined {
    const found = this.attributes.get(attribute);
    return found && addressOf(this.unit.sections, this.unit.header, found);
  }

  /** A block of bytes, which may be an expression; undefined if the attribute is something else. */
  block(attribute: number): DwarfExpression | undefined {
    const found = this.attributes.get(attribute);
    if (found === undefined || !BLOCKS.has(found.form)) return undefined;
    const { section } = this.unit.header;
    const bytes = this.unit.sections.bytes(section).subarray(found.value, found.end);
    return { bytes, section, offset: found.value };
  }

  /** The entry that an attribute refers to; undefined if it is not here. @throws {DwarfError} If there is no such one. */
  reference(attribute: number): Entry | undefined {
    const found = this.attributes.get(attribute);
    return found && this.unit.follow(found);
  }

  /**
   * The entry that has an attribute: this one, or the one that it is another view of, as a definition is of its
   * declaration and an inlined call of its function.
   */
  holder(attribute: number): Entry | undefined {
    let entry: Entry | undefined = this as Entry;
    for (let left = MAXIMUM_REFERENCES; entry !== undefined && left > 0; left--) {
      if (entry.has(attribute)) return entry;
      entry = entry.reference(ATTRIBUTE.abstractOrigin) ?? entry.reference(ATTRIBUTE.specification);
    }
    return undefined;
  }

  /** The entry that this one is another view of, to the last: a function's declaration. */
  get origin(): Entry {
    let entry = this as Entry;
    for (let left = MAXIMUM_REFERENCES; left > 0; left--) {
      const next: Entry | undefined = entry.reference(ATTRIBUTE.abstractOrigin) ??
        entry.reference(ATTRIBUTE.specification);
      if (next === undefined) return entry;
      entry = next;
    }
    return entry;
  }

  /** Its name, or that of the entry it is another view of. */
  get name(): string | undefined {
    return this.holder(ATTRIBUTE.name)?.text(ATTRIBUTE.name);
  }

  /** The entry of its type, or of what it is another view of; undefined for none, which is `void`. */
  get type(): Entry | undefined {
    return this.holder(ATTRIBUTE.type)?.reference(ATTRIBUTE.type);
  }

  /** The entry it is in; undefined for a unit's first. */
  get parent(): Entry | undefined {
    const index = this.unit.tree.parents[this.index];
    return index < 0 ? undefined : this.unit.entry(index);
  }

  /** The entries right inside it. */
  get children(): readonly Entry[] {
    const { ends } = this.unit.tree;
    const found: Entry[] = [];
    for (let index = this.index + 1; index < ends[this.index]; index = ends[index]) {
      found.push(this.unit.entry(index));
    }
    return found;
  }

  /** Where its code is. */
  get ranges(): readonly AddressRange[] {
    return rangesOf(this.unit.sections, this.unit.header, this.attributes);
  }

  /** Where control enters its code: where that is said, or at the lowest address. DWARF 5, section 2.18. */
  get entryPoint(): number | undefined {
    const lowest = this.ranges.reduce((least, { start }) => Math.min(least, start), Infinity);
    if (lowest === Infinity) return undefined;
    const distance = this.number(ATTRIBUTE.entryPc);
    const start = distance === undefined ? this.address(ATTRIBUTE.entryPc) : lowest + distance;
    return start !== undefined && this.covers(start) ? start : lowest;
  }

  /** Whether it has code at an address. */
  covers(address: number): boolean {
    return this.ranges.some(({ start, end }) => address >= start && address < end);
  }
}

const CONSTANTS: ReadonlySet<number> = new Set([
  ...[FORM.data1, FORM.data2, FORM.data4, FORM.data8, FORM.sdata, FORM.udata, FORM.implicitConstant],
  ...[FORM.flag, FORM.flagPresent],
]);

const BLOCKS: ReadonlySet<number> = new Set([
  ...[FORM.block, FORM.block1, FORM.block2, FORM.block4, FORM.expression, FORM.data16],
]);
