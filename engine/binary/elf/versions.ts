/**
 * The versions of dynamic symbols: `GLIBC_2.2.5` in `puts@@GLIBC_2.2.5`.
 *
 * Leaves out the dependencies between versions and their hashes. LSB Core, chapter "Symbol Versioning"; elf(5).
 */

import { Cursor } from "./cursor.ts";
import { readSection } from "./section_data.ts";
import { type ElfSection, linkedSection, SECTION_TYPE } from "./sections.ts";
import type { ElfInput } from "./source.ts";
import { StringTable } from "./strings.ts";

/** A symbol's version. */
export interface ElfVersion {
  /** Its name, such as `GLIBC_2.2.5`. */
  readonly name: string;
  /** Whether a reference without a version means this one: `@@` in listings, not `@`. */
  readonly isDefault: boolean;
}

const HIDDEN = 0x8000;
/** Versions 0 and 1 mean "local" and "without version". */
const FIRST_VERSION = 2;
/** VER_FLG_BASE: the entry names the file itself. */
const BASE_FLAG = 1;

/**
 * Reads the versions of the dynamic symbols.
 *
 * @param input The file.
 * @param sections Its sections.
 * @returns A function from a symbol's index to its version, if it has one.
 * @throws {ElfError} If a version section is corrupt.
 */
export function readVersions(
  input: ElfInput,
  sections: readonly ElfSection[],
): (index: number) => ElfVersion | undefined {
  const section = sections.find(({ type }) => type === SECTION_TYPE.gnuVersions);
  if (section === undefined) return () => undefined;
  const { buffer, byteOffset, byteLength } = readSection(input, section);
  const numbers = new DataView(buffer, byteOffset, byteLength);
  const names = new Map<number, string>();
  readDefinitions(input, sections, names);
  const defined = new Set(names.keys());
  readNeeds(input, sections, names);
  return (index) => {
    if (index * 2 + 2 > numbers.byteLength) return undefined;
    const number = numbers.getUint16(index * 2, true);
    const version = number & ~HIDDEN;
    const name = version < FIRST_VERSION ? undefined : names.get(version);
    return name === undefined ? undefined : { name, isDefault: defined.has(version) && (number & HIDDEN) === 0 };
  };
}

function readDefinitions(input: ElfInput, sections: readonly ElfSection[], names: Map<number, string>): void {
  const table = open(input, sections, SECTION_TYPE.gnuVersionDefinitions);
  if (table === undefined) return;
  const { cursor, strings } = table;
  walk(cursor, 0, table.count, 16, (start) => {
    cursor.position = start + 2;
    const flags = cursor.half();
    const index = cursor.half();
    cursor.skip(2 + 4);
    const first = cursor.word();
    cursor.position = start + first;
    if ((flags & BASE_FLAG) === 0) names.set(index & ~HIDDEN, strings.at(cursor.word()));
  });
}

function readNeeds(input: ElfInput, sections: readonly ElfSection[], names: Map<number, string>): void {
  const table = open(input, sections, SECTION_TYPE.gnuVersionNeeds);
  if (table === undefined) return;
  const { cursor, strings } = table;
  let entriesLeft = Math.floor(cursor.bytes.length / 16);
  walk(cursor, 0, table.count, 12, (start) => {
    cursor.position = start + 2;
    const count = Math.min(cursor.half(), entriesLeft);
    entriesLeft -= count;
    cursor.skip(4);
    walk(cursor, start + cursor.word(), count, 12, (entry) => {
      cursor.position = entry + 6;
      const index = cursor.half();
      names.set(index & ~HIDDEN, strings.at(cursor.word()));
    });
  });
}

function open(input: ElfInput, sections: readonly ElfSection[], type: number) {
  const section = sections.find((section) => section.type === type);
  if (section === undefined) return undefined;
  const bytes = readSection(input, section);
  const names = linkedSection(input, sections, section);
  return {
    cursor: new Cursor(input, bytes, section.offset, section.name),
    count: Math.min(section.info, Math.floor(bytes.length / 16)),
    strings: new StringTable(input, { offset: names.offset, length: names.size, section: names.name }),
  };
}

/** Follows the links of a list, each the distance to the next entry, in a field of the entry; 0 ends the list. */
function walk(cursor: Cursor, start: number, count: number, linkField: number, visit: (start: number) => void): void {
  for (let left = count; left > 0; left--) {
    visit(start);
    cursor.position = start + linkField;
    const distance = cursor.word();
    if (distance === 0) return;
    start += distance;
  }
}
