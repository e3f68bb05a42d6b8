/**
 * Finds a file's symbol tables: by the section headers or, in a file without them, by the dynamic section.
 *
 * The dynamic section does not say how many symbols there are; the hash tables do. System V gABI, chapter 4, "Symbol
 * Table", and chapter 5, "Hash Table"; for DT_GNU_HASH, the GNU linker. Leaves out object files, and what debug files
 * have in the place of `.dynsym`: a header without bytes.
 */

import { Cursor } from "./cursor.ts";
import { DYNAMIC_TAG, dynamicStrings, type ElfDynamic } from "./dynamic.ts";
import { readSection } from "./section_data.ts";
import { type ElfSection, entryCount, linkedSection, SECTION_TYPE } from "./sections.ts";
import { type ElfSegment, offsetOf } from "./segments.ts";
import { type ElfInput, readBytes } from "./source.ts";
import { StringTable } from "./strings.ts";
import { ElfSymbolTable, SYMBOL_SIZE } from "./symbols.ts";
import { readVersions } from "./versions.ts";

/** SHT_SYMTAB_SHNDX. */
const EXTENDED_INDEXES_TYPE = 18;

/**
 * Reads the symbol tables.
 *
 * @param input The file.
 * @param sections Its sections.
 * @param segments Its segments.
 * @param dynamic Its dynamic section, which only a file without a `.dynsym` section header is asked for.
 * @returns `.symtab`, then `.dynsym`, as far as there are any.
 * @throws {ElfError} If a table or its names are corrupt.
 */
export function readSymbolTables(
  input: ElfInput,
  sections: readonly ElfSection[],
  segments: readonly ElfSegment[],
  dynamic: () => ElfDynamic | undefined,
): readonly ElfSymbolTable[] {
  const tables = [SECTION_TYPE.symbolTable, SECTION_TYPE.dynamicSymbols].flatMap((type) => {
    const section = sections.find((section) => section.type === type);
    return section === undefined ? [] : [tableOf(input, sections, section)];
  });
  if (sections.length > 0) return tables;
  const fromDynamic = tableOfDynamic(input, segments, dynamic());
  return fromDynamic === undefined ? tables : [...tables, fromDynamic];
}

function tableOf(input: ElfInput, sections: readonly ElfSection[], section: ElfSection): ElfSymbolTable {
  entryCount(input, section, SYMBOL_SIZE);
  const names = linkedSection(input, sections, section);
  const extended = sections.find(({ type, link }) => type === EXTENDED_INDEXES_TYPE && link === section.index);
  return new ElfSymbolTable(input, {
    bytes: readSection(input, section),
    offset: section.offset,
    section: section.name,
    sectionIndex: section.index,
    strings: new StringTable(input, { offset: names.offset, length: names.size, section: names.name }),
    extendedIndexes: extended === undefined ? undefined : viewOf(readSection(input, extended)),
    versionOf: section.type === SECTION_TYPE.dynamicSymbols ? readVersions(input, sections) : () => undefined,
  });
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function tableOfDynamic(
  input: ElfInput,
  segments: readonly ElfSegment[],
  dynamic: ElfDynamic | undefined,
): ElfSymbolTable | undefined {
  const address = dynamic?.values.get(DYNAMIC_TAG.symbols);
  const place = address === undefined ? undefined : offsetOf(segments, address);
  if (dynamic === undefined || place === undefined) return undefined;
  const length = countDynamicSymbols(input, segments, dynamic) * SYMBOL_SIZE;
  const section = ".dynsym";
  return new ElfSymbolTable(input, {
    bytes: readBytes(input, { what: "the dynamic symbol table", offset: place.offset, length, section }),
    offset: place.offset,
    section,
    sectionIndex: undefined,
    strings: dynamicStrings(input, segments, dynamic.values, place.offset),
    extendedIndexes: undefined,
    versionOf: () => undefined,
  });
}

function countDynamicSymbols(input: ElfInput, segments: readonly ElfSegment[], { values }: ElfDynamic): number {
  const hash = values.get(DYNAMIC_TAG.hash);
  const place = hash === undefined ? undefined : offsetOf(segments, hash);
  if (place !== undefined) {
    const cursor = Cursor.over(input, { what: "the hash table", offset: place.offset, length: 8, section: ".hash" });
    cursor.skip(4);
    return cursor.word(); // as many chains as symbols
  }
  const gnuHash = values.get(DYNAMIC_TAG.gnuHash);
  const gnuPlace = gnuHash === undefined ? undefined : offsetOf(segments, gnuHash);
  return gnuPlace === undefined ? 0 : countByGnuHash(input, gnuPlace);
}

/** The last symbol is the end of the chain that starts last; the symbols before the first hashed one have no chain. */
function countByGnuHash(input: ElfInput, { offset, available }: { offset: number; available: number }): number {
  const section = ".gnu.hash";
  const cursor = Cursor.over(input, { what: "the GNU hash table", offset, length: available, section });
  const bucketCount = cursor.word();
  const firstHashed = cursor.word();
  const bloomWords = cursor.word();
  cursor.skip(4 + bloomWords * 8);
  let last = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) last = Math.max(last, cursor.word());
  if (last < firstHashed) return firstHashed;
  cursor.skip((last - firstHashed) * 4);
  while ((cursor.word() & 1) === 0) last++;
  return last + 1;
}
