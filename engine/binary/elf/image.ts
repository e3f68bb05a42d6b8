/**
 * An ELF file, opened: what is needed to run it is parsed at once, the rest when it is asked for.
 *
 * The lazy parts read from the source, which must still be open then; each of them throws its own errors, so a corrupt
 * symbol table does not keep a program from running. System V gABI; elf(5).
 */

import { type ElfDebugLink, readDebugLink } from "./debug_link.ts";
import { type ElfDynamic, readDynamic } from "./dynamic.ts";
import { type ElfHeader, parseHeader } from "./header.ts";
import { findBuildId } from "./notes.ts";
import { type PltStub, readPltStubs } from "./plt.ts";
import { type FunctionSlot, readFunctionSlots } from "./slots.ts";
import { checkProgram } from "./program.ts";
import { readSection } from "./section_data.ts";
import { type ElfSection, parseSections } from "./sections.ts";
import { checkSegments, type ElfSegment, parseSegments, readInterpreter } from "./segments.ts";
import { type ByteSource, bytesSource, type ElfInput } from "./source.ts";
import type { ElfSymbol, ElfSymbolTable } from "./symbols.ts";
import { readSymbolTables } from "./symbol_tables.ts";

/** A parsed ELF file. */
export class ElfImage {
  /** The file, as its caller named it. */
  readonly file: string;
  /** The file header. */
  readonly header: ElfHeader;
  /** The program headers. */
  readonly segments: readonly ElfSegment[];
  /** Path of the dynamic linker; undefined for static programs and most libraries. */
  readonly interpreter: string | undefined;
  readonly #input: ElfInput;
  readonly #isDebugFile: boolean;
  #sections: readonly ElfSection[] | undefined;
  #dynamic: { readonly value: ElfDynamic | undefined } | undefined;
  #symbolTables: readonly ElfSymbolTable[] | undefined;

  /** See {@linkcode parseElf} and {@linkcode parseDebugElf}, which make these. */
  constructor(input: ElfInput, isDebugFile: boolean) {
    this.#input = input;
    this.#isDebugFile = isDebugFile;
    this.file = input.file;
    this.header = parseHeader(input, isDebugFile);
    if (isDebugFile && this.header.programHeaderCount === 0) {
      this.segments = [];
      this.interpreter = undefined;
      return;
    }
    this.segments = parseSegments(input, this.header);
    if (!isDebugFile) checkSegments(input, this.header, this.segments);
    this.interpreter = isDebugFile ? undefined : readInterpreter(input, this.segments);
  }

  /** Address of the first instruction, before the load bias is added. */
  get entry(): bigint {
    return this.header.entry;
  }

  /** Whether the file can be placed anywhere (ET_DYN): libraries and position-independent programs. */
  get isPositionIndependent(): boolean {
    return this.header.type === "shared";
  }

  /** The segments to map (PT_LOAD), in ascending order of addresses. */
  get loadSegments(): readonly ElfSegment[] {
    return this.segments.filter(({ type, memorySize }) => type === "load" && memorySize > 0);
  }

  /**
   * Checks that the file can be run as a program.
   *
   * @throws {UnsupportedElfError} If it is a library that cannot be run.
   * @throws {ElfError} If the dynamic section is corrupt.
   */
  checkProgram(): void {
    checkProgram(this.file, this.header, this.interpreter, () => this.dynamic());
  }

  /**
   * The dynamic section.
   *
   * @returns The section, or undefined for a file without one.
   * @throws {ElfError} If it is corrupt.
   */
  dynamic(): ElfDynamic | undefined {
    return (this.#dynamic ??= { value: readDynamic(this.#input, this.segments) }).value;
  }

  /**
   * The section headers.
   *
   * @returns The sections; none for a file without the table.
   * @throws {ElfError} If the table is corrupt.
   */
  sections(): readonly ElfSection[] {
    return this.#sections ??= parseSections(this.#input, this.header);
  }

  /**
   * The first section of a name.
   *
   * @param name The name, such as `.debug_info`.
   * @returns The section, or undefined if there is none of that name.
   * @throws {ElfError} If the section header table is corrupt.
   */
  section(name: string): ElfSection | undefined {
    return this.sections().find((section) => section.name === name);
  }

  /**
   * The contents of a section, decompressed.
   *
   * @param section One of {@linkcode ElfImage.sections}.
   * @returns Its bytes; none for one that has none in the file. Do not change them.
   * @throws {ElfError} If they are not inside the file, or corrupt.
   */
  contents(section: ElfSection): Uint8Array {
    return readSection(this.#input, section);
  }

  /**
   * The build id.
   *
   * @returns The id in lower-case hexadecimal, or undefined for a file without one.
   * @throws {ElfError} If the notes are corrupt.
   */
  buildId(): string | undefined {
    const bySegments = !this.#isDebugFile && this.segments.some(({ type }) => type === "note");
    return findBuildId(this.#input, bySegments ? this.segments : this.sections());
  }

  /**
   * The symbol tables: `.symtab`, then `.dynsym`, as far as the file has them.
   *
   * @returns The tables, whose symbols are decoded one by one as they are asked for.
   * @throws {ElfError} If a symbol table is corrupt; the program may well run.
   */
  symbolTables(): readonly ElfSymbolTable[] {
    return this.#symbolTables ??= readSymbolTables(this.#input, this.sections(), this.segments, () => this.dynamic());
  }

  /**
   * All symbols: those of `.symtab`, then those of `.dynsym`, each without the first, empty one.
   *
   * @returns The symbols; many occur in both tables.
   * @throws {ElfError} If a symbol table is corrupt; the program may well run.
   */
  symbols(): readonly ElfSymbol[] {
    return this.symbolTables().flatMap((table) => [...table]);
  }

  /**
   * The stubs through which calls to other files' functions go.
   *
   * @returns The stubs in ascending order of addresses.
   * @throws {ElfError} If the sections or relocations are corrupt.
   */
  pltStubs(): readonly PltStub[] {
    return readPltStubs(this.#input, this.sections(), this.symbolTables());
  }

  /**
   * The slots through which functions are called.
   *
   * @returns The slots.
   * @throws {ElfError} If the sections or relocations are corrupt.
   */
  functionSlots(): readonly FunctionSlot[] {
    return readFunctionSlots(this.#input, this.sections(), this.symbolTables());
  }

  /**
   * The link to the separate debug file.
   *
   * @returns The link, or undefined for a file without one.
   * @throws {ElfError} If the link is corrupt.
   */
  debugLink(): ElfDebugLink | undefined {
    return readDebugLink(this.#input, this.sections());
  }
}

/**
 * Parses an ELF program or library.
 *
 * @param source The bytes; read in pieces, now and later.
 * @param file The file's name, for errors.
 * @returns The file, ready to be mapped.
 * @throws {UnsupportedElfError} If it is not ELF, or is for something else than 64-bit x86-64 Linux.
 * @throws {ElfError} If it cannot be mapped as it is.
 */
export function parseElf(source: ByteSource | Uint8Array, file: string): ElfImage {
  return new ElfImage({ source: toSource(source), file }, false);
}

/**
 * Parses a separate debug file, whose segments have no bytes; it may be an object file.
 *
 * @param source The bytes; read in pieces, now and later.
 * @param file The file's name, for errors.
 * @returns The file, of which only the sections and symbols are of use.
 * @throws {UnsupportedElfError} If it is not ELF, or is for something else than 64-bit x86-64 Linux.
 * @throws {ElfError} If its headers are corrupt.
 */
export function parseDebugElf(source: ByteSource | Uint8Array, file: string): ElfImage {
  return new ElfImage({ source: toSource(source), file }, true);
}

function toSource(source: ByteSource | Uint8Array): ByteSource {
  return source instanceof Uint8Array ? bytesSource(source) : source;
}
