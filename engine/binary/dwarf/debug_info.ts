/**
 * The debugging entries of a file: from an address to its function, from a name to what has it, from a reference to
 * its entry.
 *
 * What is corrupt throws a DwarfError to the one who asked. DWARF 5, chapter 3; supplementary files (dwz) and split units (`-gsplit-dwarf`) are followed.
 */

import { readAddressRanges } from "./aranges.ts";
import { TAG } from "./constants.ts";
import type { Entry } from "./entry.ts";
import { DwarfError } from "./errors.ts";
import { InfoUnit } from "./info_unit.ts";
import { type NameQuery, searchUnit } from "./name_search.ts";
import type { AddressRange } from "./ranges.ts";
import type { DebugSections, EntrySection } from "./sections.ts";
import { UnitIndex } from "./unit_index.ts";
import { type DwarfUnit, readUnits } from "./units.ts";

/** Files that have what `-gsplit-dwarf` takes out of a program. */
export interface SplitFiles {
  /** The sections that have a skeleton unit's entries; undefined if they are not here. */
  unit(skeleton: DwarfUnit): DebugSections | undefined;
  /** The sections of a type that has a unit of its own, by its signature as a number has it. */
  type(signature: number): DebugSections | undefined;
  /** The signatures of those types. */
  typeSignatures(): Iterable<number>;
}

/** The debugging entries of one file. */
export class DebugInfo {
  readonly #files: SplitFiles | undefined;
  #units: readonly InfoUnit[] | undefined;
  #problems: readonly DwarfError[] = [];
  #index: { readonly units: UnitIndex; readonly isWhole: boolean } | undefined;
  #signatures: ReadonlyMap<number, InfoUnit> | undefined;
  #supplementary: DebugInfo | undefined;
  readonly #splits = new Map<InfoUnit, InfoUnit>();
  readonly #splitTypes = new Map<number, DebugInfo | undefined>();
  readonly #searches = new Map<string, readonly Entry[]>();

  /**
   * Reads nothing yet.
   *
   * @param sections The file's sections.
   * @param files The files that have parts of its entries.
   * @param main The file that this one has parts of the entries of.
   */
  constructor(readonly sections: DebugSections, files?: SplitFiles, readonly main?: DebugInfo) {
    this.#files = files;
  }

  /** Its units, skeletons as they are. */
  get units(): readonly InfoUnit[] {
    if (this.#units !== undefined) return this.#units;
    const [info, types] = [readUnits(this.sections), readUnits(this.sections, ".debug_types")];
    this.#problems = [...info.problems, ...types.problems];
    return this.#units = [...info.units, ...types.units].map((header) => new InfoUnit(this, header));
  }

  /** What kept units from being known. */
  get problems(): readonly DwarfError[] {
    return this.#problems;
  }

  /** The entries of the file that dwz put what is shared in. */
  get supplementary(): DebugInfo | undefined {
    const { supplementary } = this.sections;
    if (supplementary === undefined) return undefined;
    return this.#supplementary ??= new DebugInfo(supplementary, undefined, this);
  }

  /** The entry at an offset. @throws {DwarfError} If none begins there. */
  entryAt(offset: number, section: EntrySection = ".debug_info"): Entry {
    const units = this.units;
    let low = 0;
    let high = units.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { header } = units[middle];
      if (header.section === section && header.offset <= offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0) throw new DwarfError("no unit has an entry that is referred to", { section, offset });
    return units[low - 1].entryAt(offset);
  }

  /** The type of a signature, rounded as a number is; undefined if its unit is not here. */
  typeOf(signature: number): Entry | undefined {
    const own = this.#ownType(signature);
    if (own !== undefined) return own;
    const split = (this.main ?? this).#splitType(signature);
    return split === undefined ? undefined : split.#ownType(signature);
  }

  #ownType(signature: number): Entry | undefined {
    this.#signatures ??= new Map(
      this.units.filter(({ header }) => header.typeOffset !== undefined)
        .map((unit) => [Number(unit.header.signature), unit]),
    );
    const unit = this.#signatures.get(signature);
    return unit?.entryAt(unit.header.offset + (unit.header.typeOffset ?? 0));
  }

  #splitType(signature: number): DebugInfo | undefined {
    if (!this.#splitTypes.has(signature)) {
      const sections = this.#files?.type(signature);
      this.#splitTypes.set(signature, sections && new DebugInfo(sections, undefined, this));
    }
    return this.#splitTypes.get(signature);
  }

  /** The compile unit with code at an address, with its entries. */
  unitAt(address: number): InfoUnit | undefined {
    this.#index ??= this.#makeIndex();
    const found = this.#index.units.unitAt(address);
    if (found >= 0) return this.whole(this.units[found]);
    // Units that do not say where their code is are asked for their functions.
    if (this.#index.isWhole) return undefined;
    return this.units.find((unit) => isUnplaced(unit) && this.whole(unit).functionAt(address) !== undefined);
  }

  /** The function with code at an address, without those that are inlined. */
  functionAt(address: number): Entry | undefined {
    return this.unitAt(address)?.functionAt(address);
  }

  /** The unit with the entries of a skeleton; others are themselves. */
  whole(unit: InfoUnit): InfoUnit {
    if (unit.header.splitName === undefined || unit.header.tag === TAG.partialUnit) return unit;
    let split = this.#splits.get(unit);
    if (split === undefined) this.#splits.set(unit, split = this.#split(unit) ?? unit);
    return split;
  }

  /**
   * The entries of a name that are in no function: variables, functions, types, in namespaces too.
   *
   * @param query The name, and the tags that are wanted.
   * @param first The unit to look in first: if it has some, others are not looked at.
   * @returns The entries, declarations last.
   */
  search(query: NameQuery, first?: InfoUnit): readonly Entry[] {
    if (first !== undefined) {
      const near = searchUnit(first, query);
      if (near.some(({ isDeclaration }) => !isDeclaration)) return near.map(({ entry }) => entry);
    }
    const key = `${query.name} ${query.tags.join()}`;
    let found = this.#searches.get(key);
    if (found === undefined) {
      const units = new Set(this.units.flatMap((unit) => this.#withTypes(this.whole(unit))));
      for (const signature of this.#files?.typeSignatures() ?? []) {
        for (const unit of this.#splitType(signature)?.units ?? []) units.add(unit);
      }
      const all = [...units].flatMap((unit) => searchUnit(unit, query));
      const shared = this.supplementary?.search(query) ?? [];
      const [ours, declarations] = [true, false].map((wanted) =>
        all.filter(({ isDeclaration }) => isDeclaration !== wanted).map(({ entry }) => entry)
      );
      this.#searches.set(key, found = [...ours, ...shared, ...declarations]);
    }
    return found;
  }

  /** A unit, and those of the types that are in a file with it. */
  #withTypes(unit: InfoUnit): readonly InfoUnit[] {
    if (unit.info === this) return [unit];
    return [unit, ...unit.info.units.filter(({ header }) => header.tag === TAG.typeUnit)];
  }

  #split(skeleton: InfoUnit): InfoUnit | undefined {
    const sections = this.#files?.unit(skeleton.header);
    if (sections === undefined) return undefined;
    const info = new DebugInfo(sections, undefined, this);
    const { signature, base, ranges, lineOffset, addressBase, directory } = skeleton.header;
    const unit = info.units.find(({ header }) => header.tag === TAG.compileUnit && header.signature === signature);
    if (unit === undefined) return undefined;
    const header = { ...unit.header, base, ranges, lineOffset, directory, addressBase, addresses: this.sections };
    const whole = new InfoUnit(info, header);
    info.#units = info.units.map((each) => each === unit ? whole : each);
    return whole;
  }

  #makeIndex() {
    const listed = this.units.some(isUnplaced) ? readAddressRanges(this.sections) : new Map();
    const ranges = new Map<number, readonly AddressRange[]>();
    let isWhole = true;
    for (const [number, { header }] of this.units.entries()) {
      if (header.tag !== TAG.compileUnit && header.tag !== TAG.skeletonUnit) continue;
      const own = header.ranges.length > 0 ? header.ranges : listed.get(header.offset);
      if (own === undefined) isWhole = false;
      else ranges.set(number, own);
    }
    return { units: new UnitIndex(ranges), isWhole };
  }
}

function isUnplaced({ header }: InfoUnit): boolean {
  return header.ranges.length === 0 && (header.tag === TAG.compileUnit || header.tag === TAG.skeletonUnit);
}
