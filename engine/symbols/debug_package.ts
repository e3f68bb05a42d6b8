/**
 * DWARF packages, which `dwp` and `llvm-dwp` make: the split units of a program in one file, found by their signature.
 *
 * Offsets in messages about a unit of a package are from where its part of a section begins.
 */

import { type DebugSectionName, DebugSections, readPackageIndex, type UnitParts } from "../binary/dwarf/mod.ts";
import { FileSource, parseDebugElf } from "../binary/elf/mod.ts";

/** A package. */
export class DebugPackage {
  readonly #path: string;
  readonly #sections = new Map<string, Uint8Array | undefined>();
  readonly #units: ReadonlyMap<bigint, UnitParts>;
  /** Units of types, by their signatures as numbers have them. */
  readonly #types: ReadonlyMap<number, UnitParts>;

  /**
   * Reads which units there are.
   *
   * @param path The file.
   * @throws {DwarfError} If an index is corrupt.
   * @throws {ElfError} If the file is.
   * @throws {Error} As `node:fs` does, if the file cannot be read.
   */
  constructor(path: string) {
    this.#path = path;
    this.#units = this.#index(".debug_cu_index");
    this.#types = new Map([...this.#index(".debug_tu_index")].map(([signature, parts]) => [Number(signature), parts]));
  }

  /** The sections of a split unit; undefined if it is not here. */
  unit(signature: bigint): DebugSections | undefined {
    return this.#sectionsOf(this.#units.get(signature));
  }

  /** The sections of a unit of a type; undefined if it is not here. */
  type(signature: number): DebugSections | undefined {
    return this.#sectionsOf(this.#types.get(signature));
  }

  /** The signatures of all types. */
  get typeSignatures(): Iterable<number> {
    return this.#types.keys();
  }

  #index(name: string): ReadonlyMap<bigint, UnitParts> {
    const bytes = this.#section(name);
    return bytes === undefined ? new Map() : readPackageIndex(bytes, name, (of) => this.#contents(of)?.length ?? 0);
  }

  #sectionsOf(parts: UnitParts | undefined): DebugSections | undefined {
    return parts && new DebugSections((name) => {
      if (name === ".debug_str") return this.#contents(name); // the one that units share
      const part = parts.get(name);
      return part && this.#contents(name)?.subarray(part.offset, part.offset + part.size);
    });
  }

  #contents(name: DebugSectionName): Uint8Array | undefined {
    return this.#section(`${name}.dwo`);
  }

  #section(name: string): Uint8Array | undefined {
    if (!this.#sections.has(name)) this.#sections.set(name, this.#read(name));
    return this.#sections.get(name);
  }

  #read(name: string): Uint8Array | undefined {
    using source = new FileSource(this.#path);
    const elf = parseDebugElf(source, this.#path);
    const section = elf.section(name);
    return section && elf.contents(section);
  }
}
