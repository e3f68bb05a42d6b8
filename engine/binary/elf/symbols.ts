/**
 * A symbol table, decoded symbol by symbol.
 *
 * The table stays as it is in the file, and every accessor decodes one field of one symbol: a table of 100,000 symbols
 * is ready as soon as it is read. Leaves out visibility (st_other). System V gABI, chapter 4, "Symbol Table"; elf(5).
 */

import { Cursor } from "./cursor.ts";
import { hex } from "./errors.ts";
import type { ElfInput } from "./source.ts";
import type { StringTable } from "./strings.ts";
import type { ElfVersion } from "./versions.ts";

/** What a symbol names. */
export type ElfSymbolType =
  | "none"
  | "object"
  | "function"
  | "section"
  | "file"
  | "common"
  | "tls"
  | "indirect function"
  | "other";

/** Who sees a symbol. */
export type ElfSymbolBinding = "local" | "global" | "weak" | "unique" | "other";

/** A symbol. */
export interface ElfSymbol {
  /** Its name, without version. */
  readonly name: string;
  /** Its address before the load bias is added; for other than code and data, whatever its type says. */
  readonly value: bigint;
  /** Its size in bytes, 0 if it is not known. */
  readonly size: number;
  /** What it names. */
  readonly type: ElfSymbolType;
  /** Who sees it. */
  readonly binding: ElfSymbolBinding;
  /** Index of its section; see {@linkcode SECTION_INDEX} for the special ones. */
  readonly sectionIndex: number;
  /** The version of a dynamic symbol that has one, as in `puts@@GLIBC_2.2.5`. */
  readonly version: ElfVersion | undefined;
}

/** Section indexes with a meaning of their own. */
export const SECTION_INDEX = { undefined: 0, absolute: 0xfff1, common: 0xfff2, extended: 0xffff } as const;

/** Size of a symbol in the file. */
export const SYMBOL_SIZE = 24;

const TYPES: Readonly<Record<number, ElfSymbolType>> = {
  0: "none",
  1: "object",
  2: "function",
  3: "section",
  4: "file",
  5: "common",
  6: "tls",
  10: "indirect function",
};

const BINDINGS: Readonly<Record<number, ElfSymbolBinding>> = { 0: "local", 1: "global", 2: "weak", 10: "unique" };

/** What belongs to a symbol table in the file. */
export interface ElfSymbolTableParts {
  /** The symbols. */
  readonly bytes: Uint8Array;
  /** Offset of the symbols in the file. */
  readonly offset: number;
  /** Name of the table's section. */
  readonly section: string;
  /** Index of the table's section; undefined if it was found without section headers. */
  readonly sectionIndex: number | undefined;
  /** The names. */
  readonly strings: StringTable;
  /** Section indexes that do not fit into their symbol (SHT_SYMTAB_SHNDX). */
  readonly extendedIndexes: DataView | undefined;
  /** The version of the symbol of an index. */
  readonly versionOf: (index: number) => ElfVersion | undefined;
}

/** A symbol table; symbol 0 is always the empty one, and iterating leaves it out. */
export class ElfSymbolTable implements Iterable<ElfSymbol> {
  /** Number of symbols, the empty one included. */
  readonly count: number;
  /** Name of the table's section, `.symtab` or `.dynsym`. */
  readonly section: string;
  /** Index of the table's section; undefined if it was found without section headers. */
  readonly sectionIndex: number | undefined;
  readonly #view: DataView;
  readonly #parts: ElfSymbolTableParts;

  /**
   * Checks the names of a table that was read.
   *
   * @param input The file, for errors.
   * @param parts The table and what belongs to it.
   * @throws {ElfError} If a symbol's name is not inside the string table.
   */
  constructor(input: ElfInput, parts: ElfSymbolTableParts) {
    const { bytes, offset, section, strings } = parts;
    this.#parts = parts;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.count = Math.floor(bytes.length / SYMBOL_SIZE);
    this.section = section;
    this.sectionIndex = parts.sectionIndex;
    for (let index = 0; index < this.count; index++) {
      const name = this.#view.getUint32(index * SYMBOL_SIZE, true);
      if (name < strings.size || name === 0) continue;
      const problem = `the name of symbol ${index} is at ${hex(name)}, past the ${hex(strings.size)} bytes of names`;
      throw new Cursor(input, bytes, offset, section).error(problem, index * SYMBOL_SIZE);
    }
  }

  /** The name of the symbol of an index, without version. */
  name(index: number): string {
    return this.#parts.strings.at(this.#view.getUint32(index * SYMBOL_SIZE, true));
  }

  /** The value of the symbol of an index; rounded above 2^53, where no code or data is. */
  valueAsNumber(index: number): number {
    return this.#number(index * SYMBOL_SIZE + 8);
  }

  /** The value of the symbol of an index. */
  value(index: number): bigint {
    return this.#view.getBigUint64(index * SYMBOL_SIZE + 8, true);
  }

  /** The size of the symbol of an index; rounded above 2^53. */
  size(index: number): number {
    return this.#number(index * SYMBOL_SIZE + 16);
  }

  /** What the symbol of an index names. */
  type(index: number): ElfSymbolType {
    return TYPES[this.#view.getUint8(index * SYMBOL_SIZE + 4) & 15] ?? "other";
  }

  /** Who sees the symbol of an index. */
  binding(index: number): ElfSymbolBinding {
    return BINDINGS[this.#view.getUint8(index * SYMBOL_SIZE + 4) >> 4] ?? "other";
  }

  /** The index of the section of the symbol of an index. */
  sectionOf(index: number): number {
    const short = this.#view.getUint16(index * SYMBOL_SIZE + 6, true);
    const { extendedIndexes } = this.#parts;
    if (short !== SECTION_INDEX.extended || extendedIndexes === undefined) return short;
    return index * 4 + 4 <= extendedIndexes.byteLength ? extendedIndexes.getUint32(index * 4, true) : short;
  }

  /** The version of the symbol of an index, if it has one; not of the symbols that stand for the versions themselves. */
  version(index: number): ElfVersion | undefined {
    const version = this.#parts.versionOf(index);
    if (version !== undefined && this.sectionOf(index) === SECTION_INDEX.absolute) {
      return version.name === this.name(index) ? undefined : version;
    }
    return version;
  }

  /**
   * The symbol of an index.
   *
   * @param index Below {@linkcode ElfSymbolTable.count}.
   * @returns The symbol.
   * @throws {RangeError} If there is no symbol of that index.
   */
  symbol(index: number): ElfSymbol {
    return {
      name: this.name(index),
      value: this.value(index),
      size: this.size(index),
      type: this.type(index),
      binding: this.binding(index),
      sectionIndex: this.sectionOf(index),
      version: this.version(index),
    };
  }

  /** All symbols but the empty one. */
  *[Symbol.iterator](): Generator<ElfSymbol> {
    for (let index = 1; index < this.count; index++) yield this.symbol(index);
  }

  #number(position: number): number {
    return this.#view.getUint32(position, true) + this.#view.getUint32(position + 4, true) * 0x1_0000_0000;
  }
}
