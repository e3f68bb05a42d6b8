/**
 * The section headers: the parts a linker put the file together from, by name.
 *
 * A program runs without them, so they are read only when asked for, and a corrupt table stops nobody from running the
 * program. System V gABI, chapter 4, "Sections" and "Special Sections"; elf(5).
 */

import { Cursor } from "./cursor.ts";
import { ElfError, hex } from "./errors.ts";
import type { ElfHeader } from "./header.ts";
import type { ElfInput } from "./source.ts";
import { StringTable } from "./strings.ts";

/** A section header. */
export interface ElfSection {
  /** Position in the section header table. */
  readonly index: number;
  /** Name, such as `.text`; `[3]` for one whose name cannot be read. */
  readonly name: string;
  /** sh_type; see {@linkcode SECTION_TYPE}. */
  readonly type: number;
  /** sh_flags; see {@linkcode SECTION_FLAG}. */
  readonly flags: number;
  /** Address of its first byte before the load bias is added; 0 if it is not mapped. */
  readonly address: bigint;
  /** Offset of its first byte in the file. */
  readonly offset: number;
  /** Its size in bytes; a NOBITS section has none of them in the file. */
  readonly size: number;
  /** Index of a related section; which, depends on the type. */
  readonly link: number;
  /** More by type: the number of a symbol table's local symbols, or a relocated section's index. */
  readonly info: number;
  /** Size of an entry, for a table. */
  readonly entrySize: number;
}

/** Values of sh_type. */
export const SECTION_TYPE = {
  symbolTable: 2,
  strings: 3,
  relocations: 4,
  hash: 5,
  note: 7,
  noBits: 8,
  dynamicSymbols: 11,
  gnuVersionDefinitions: 0x6ffffffd,
  gnuVersionNeeds: 0x6ffffffe,
  gnuVersions: 0x6fffffff,
} as const;

/** Values of sh_flags. */
export const SECTION_FLAG = { write: 1, allocate: 2, execute: 4, tls: 0x400, compressed: 0x800 } as const;

const SECTION_HEADER_SIZE = 64;
/** SHN_XINDEX: the header's field is too small, and section 0 has the number. */
const EXTENDED_INDEX = 0xffff;

/**
 * Parses the section header table.
 *
 * @param input The file.
 * @param header Its file header.
 * @returns The sections in the table's order; none for a file without the table.
 * @throws {ElfError} If the table is not inside the file, or if the table of its names is unusable.
 */
export function parseSections(input: ElfInput, header: ElfHeader): readonly ElfSection[] {
  const { sectionHeaderOffset: offset, sectionHeaderSize: size } = header;
  if (offset === 0) return [];
  if (size !== SECTION_HEADER_SIZE) {
    throw new ElfError(input.file, `the size of a section header is ${size}, not ${SECTION_HEADER_SIZE}`, {
      offset: 58,
    });
  }
  const first = Cursor.over(input, { what: "the first section header", offset, length: size });
  const { size: extendedCount, link: extendedNames } = parseSection(first, 0);
  const count = header.sectionHeaderCount || extendedCount;
  const namesIndex = header.sectionNamesIndex === EXTENDED_INDEX ? extendedNames : header.sectionNamesIndex;
  const cursor = Cursor.over(input, { what: "the section header table", offset, length: count * size });
  const sections = Array.from({ length: count }, (_, index) => parseSection(cursor, index));
  return namesIndex === 0 ? sections.map(withoutName) : named(input, sections, namesIndex);
}

type Unnamed = Omit<ElfSection, "name"> & { readonly nameOffset: number };

function parseSection(cursor: Cursor, index: number): Unnamed {
  const nameOffset = cursor.word();
  const type = cursor.word();
  const flags = cursor.size();
  const address = cursor.address();
  const offset = cursor.size();
  const size = cursor.size();
  const link = cursor.word();
  const info = cursor.word();
  cursor.skip(8); // sh_addralign
  return { index, nameOffset, type, flags, address, offset, size, link, info, entrySize: cursor.size() };
}

function named(input: ElfInput, sections: readonly Unnamed[], namesIndex: number): readonly ElfSection[] {
  const table = sections[namesIndex];
  if (table === undefined) {
    throw new ElfError(input.file, `the section of section names is ${namesIndex} of ${sections.length}`, {
      offset: 62,
    });
  }
  if (table.type === SECTION_TYPE.noBits) {
    throw new ElfError(input.file, "the section of section names has no bytes in the file", { offset: 62 });
  }
  const names = new StringTable(input, { offset: table.offset, length: table.size, section: ".shstrtab" });
  return sections.map((section) => {
    const { nameOffset, ...rest } = section;
    return { ...rest, name: nameOffset < names.size ? names.at(nameOffset) : `[${section.index}]` };
  });
}

function withoutName({ nameOffset: _, ...rest }: Unnamed): ElfSection {
  return { ...rest, name: `[${rest.index}]` };
}

/**
 * The section that another one names in its `link`.
 *
 * @param input The file.
 * @param sections All sections.
 * @param section The one with the link.
 * @returns The other.
 * @throws {ElfError} If there is no section of that number.
 */
export function linkedSection(input: ElfInput, sections: readonly ElfSection[], section: ElfSection): ElfSection {
  const linked = sections[section.link];
  if (linked !== undefined && section.link !== 0) return linked;
  throw sectionError(input, section, `its link is section ${section.link} of ${sections.length}`);
}

/**
 * An error about a section as its header describes it.
 *
 * @param input The file.
 * @param section The section.
 * @param problem What is wrong.
 * @returns The error, to throw; its offset is that of the section.
 */
export function sectionError(input: ElfInput, section: ElfSection, problem: string): ElfError {
  return new ElfError(input.file, problem, { offset: section.offset, section: section.name });
}

/**
 * Checks that a section is a table of whole entries, and counts them.
 *
 * @param input The file.
 * @param section The section.
 * @param entrySize The size an entry must have.
 * @returns The number of entries.
 * @throws {ElfError} If an entry has another size, or if the section is not a multiple of it.
 */
export function entryCount(input: ElfInput, section: ElfSection, entrySize: number): number {
  if (section.entrySize !== entrySize) {
    throw sectionError(input, section, `the size of an entry is ${section.entrySize}, not ${entrySize}`);
  }
  if (section.size % entrySize !== 0) {
    throw sectionError(input, section, `its size, ${hex(section.size)}, is no multiple of an entry's ${entrySize}`);
  }
  return section.size / entrySize;
}
