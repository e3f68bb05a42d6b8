/**
 * Finds the entries of a name in a unit, without reading the unit's shape.
 *
 * Names are compared by where their string is in `.debug_str`, which is looked up once; functions are passed over by
 * their siblings. Leaves out what is inside functions and types. DWARF 5, section 2.3.
 */

import type { Abbreviation } from "./abbreviations.ts";
import { ATTRIBUTE, FORM, TAG } from "./constants.ts";
import type { DwarfCursor } from "./cursor.ts";
import type { InfoUnit } from "./info_unit.ts";
import type { Entry } from "./entry.ts";
import { directForm, readForm, stringOffset } from "./forms.ts";
import type { DebugSections } from "./sections.ts";
import { makeSkip, type SkipAttributes } from "./unit_tree.ts";

/** What is looked for. */
export interface NameQuery {
  /** The name, without namespaces. */
  readonly name: string;
  /** The tags (DW_TAG_*) that are wanted. */
  readonly tags: readonly number[];
}

/** What was found. */
export interface FoundEntry {
  readonly entry: Entry;
  /** Whether it only says that there is such a thing. */
  readonly isDeclaration: boolean;
}

/** The places of names in sections of strings: name -> offsets. */
const places = new WeakMap<DebugSections, Map<string, ReadonlySet<number>>>();

/** The entries of a name in a unit. @throws {DwarfError} If the unit is corrupt. */
export function searchUnit(unit: InfoUnit, query: NameQuery): readonly FoundEntry[] {
  const found: FoundEntry[] = [];
  for (const [offset, isDeclaration] of new Search(unit, query).offsets()) {
    found.push({ entry: unit.entryAt(offset), isDeclaration });
  }
  return found;
}

class Search {
  readonly #unit: InfoUnit;
  readonly #tags: ReadonlySet<number>;
  readonly #bytes: Uint8Array;
  readonly #own: ReadonlySet<number>;
  readonly #shared: ReadonlySet<number>;
  readonly #skip: SkipAttributes;

  constructor(unit: InfoUnit, { name, tags }: NameQuery) {
    this.#unit = unit;
    this.#tags = new Set(tags);
    this.#bytes = new TextEncoder().encode(`${name}\0`);
    this.#own = placesOf(unit.sections, name);
    const { supplementary } = unit.sections;
    this.#shared = supplementary === undefined ? new Set() : placesOf(supplementary, name);
    this.#skip = makeSkip(unit.header);
  }

  *offsets(): Generator<[offset: number, isDeclaration: boolean]> {
    const { header, sections } = this.#unit;
    const [start, end] = header.entries;
    const cursor = sections.cursor(header.section, start, end);
    /** Depth of entries whose insides are passed over; above it, those of namespaces. */
    let ignored = 0;
    let depth = 0;
    while (cursor.remaining > 0) {
      const offset = cursor.position;
      const code = cursor.uleb();
      if (code === 0) {
        if (ignored > 0) ignored--;
        else depth--;
        if (depth <= 0 && ignored === 0) return;
        continue;
      }
      const abbreviation = header.abbreviations.get(code);
      const { tag, hasChildren } = abbreviation;
      if (ignored > 0) {
        this.#skip(cursor, abbreviation);
        if (hasChildren) ignored++;
        continue;
      }
      if (depth === 0 || tag === TAG.namespace) {
        this.#skip(cursor, abbreviation);
        if (hasChildren) depth++;
        else if (depth === 0) return;
        continue;
      }
      if (!this.#tags.has(tag) && !hasChildren) {
        this.#skip(cursor, abbreviation);
        continue;
      }
      const { isNamed, isDeclaration, sibling } = this.#look(cursor, abbreviation);
      if (isNamed && this.#tags.has(tag)) yield [offset, isDeclaration];
      if (!hasChildren) continue;
      if (sibling !== undefined && sibling > cursor.position && sibling <= end) cursor.position = sibling;
      else ignored = 1;
    }
  }

  #look(cursor: DwarfCursor, { attributes }: Abbreviation) {
    const { header } = this.#unit;
    let [isNamed, isDeclaration, sibling]: [boolean, boolean, number | undefined] = [false, false, undefined];
    for (let at = 0; at < attributes.length; at += 3) {
      const form = directForm(cursor, attributes[at + 1]);
      const value = readForm(cursor, form, header, attributes[at + 2]);
      if (attributes[at] === ATTRIBUTE.name) isNamed = this.#isName(form, value);
      else if (attributes[at] === ATTRIBUTE.declaration) isDeclaration = value !== 0;
      else if (attributes[at] === ATTRIBUTE.sibling) sibling = header.offset + value;
      else if (attributes[at] === ATTRIBUTE.specification && !isNamed) isNamed = this.#isOrigins(form, value);
    }
    return { isNamed, isDeclaration, sibling };
  }

  /** Whether what an entry defines, declared elsewhere in the unit, has the name. */
  #isOrigins(reference: number, value: number): boolean {
    const { header, sections } = this.#unit;
    const place = header.offset + value;
    if (reference === FORM.refAddress || place < header.entries[0] || place >= header.entries[1]) return false;
    const cursor = sections.cursor(header.section, place, header.entries[1]);
    const { attributes } = header.abbreviations.get(cursor.uleb());
    for (let at = 0; at < attributes.length; at += 3) {
      const form = directForm(cursor, attributes[at + 1]);
      const found = readForm(cursor, form, header, attributes[at + 2]);
      if (attributes[at] === ATTRIBUTE.name) return this.#isName(form, found);
    }
    return false;
  }

  #isName(form: number, value: number): boolean {
    const { sections, header } = this.#unit;
    switch (form) {
      case FORM.strp:
        return this.#own.has(value);
      case FORM.gnuStrpAlternative:
      case FORM.strpSupplementary:
        return this.#shared.has(value);
      case FORM.string: {
        const bytes = sections.bytes(header.section);
        return this.#bytes.every((byte, index) => bytes[value + index] === byte);
      }
      case FORM.strx:
      case FORM.strx1:
      case FORM.strx2:
      case FORM.strx3:
      case FORM.strx4:
      case FORM.gnuStrx:
        return this.#own.size > 0 && this.#own.has(stringOffset(sections, header, value));
      default:
        return false;
    }
  }
}

/** Where a string that ends as the name does may begin: linkers keep one string for many names. */
function placesOf(sections: DebugSections, name: string): ReadonlySet<number> {
  let known = places.get(sections);
  if (known === undefined) places.set(sections, known = new Map());
  let found = known.get(name);
  if (found === undefined) known.set(name, found = new Set(occurrences(sections.bytes(".debug_str"), name)));
  return found;
}

function* occurrences(bytes: Uint8Array, name: string): Generator<number> {
  const { Buffer } = globalThis.process.getBuiltinModule("node:buffer");
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = `${name}\0`;
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + 1)) yield at;
}
