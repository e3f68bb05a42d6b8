/**
 * A unit of a file's debugging entries: its shape, its entries by number and by place, its functions by address.
 *
 * The shape is read when somebody first asks for one of the entries. What is corrupt throws a DwarfError to the one who
 * asked. DWARF 5, section 3.1.
 */

import { FORM, TAG } from "./constants.ts";
import type { DebugInfo } from "./debug_info.ts";
import { Entry, type EntryAttribute } from "./entry.ts";
import { DwarfError } from "./errors.ts";
import type { AddressRange } from "./ranges.ts";
import type { DebugSections } from "./sections.ts";
import { readUnitTree, type UnitTree } from "./unit_tree.ts";
import type { DwarfUnit } from "./units.ts";

/** DW_LANG_* of C. */
const C_LANGUAGES: ReadonlySet<number> = new Set([0x01, 0x02, 0x0c, 0x1d, 0x2c, 0x3e]);

/** A unit and its entries. */
export class InfoUnit {
  #tree: UnitTree | undefined;
  readonly #entries = new Map<number, Entry>();
  #functions: readonly FunctionRange[] | undefined;

  /**
   * Reads nothing yet.
   *
   * @param info The file it is in.
   * @param header What is known of it.
   */
  constructor(readonly info: DebugInfo, readonly header: DwarfUnit) {}

  /** The sections it is in. */
  get sections(): DebugSections {
    return this.info.sections;
  }

  /** Its entries' shape. @throws {DwarfError} If it is corrupt. */
  get tree(): UnitTree {
    return this.#tree ??= readUnitTree(this.sections, this.header);
  }

  /** Whether its language is C, whose structures are named with a word before. */
  get isC(): boolean {
    const { language } = this.header;
    return language !== undefined && C_LANGUAGES.has(language);
  }

  /** Its first entry. */
  get root(): Entry {
    return this.entry(0);
  }

  /** The entry of a number. */
  entry(index: number): Entry {
    let entry = this.#entries.get(index);
    if (entry === undefined) this.#entries.set(index, entry = new Entry(this, index));
    return entry;
  }

  /** The entry at an offset in the section. @throws {DwarfError} If none begins there. */
  entryAt(offset: number): Entry {
    const { offsets } = this.tree;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (offsets[middle] < offset) low = middle + 1;
      else high = middle;
    }
    if (offsets[low] === offset) return this.entry(low);
    throw new DwarfError("no entry begins where one is referred to", { section: this.header.section, offset });
  }

  /** The entry that an attribute refers to; undefined if it is in a file that is not here. */
  follow({ form, value }: EntryAttribute): Entry | undefined {
    switch (form) {
      case FORM.ref1:
      case FORM.ref2:
      case FORM.ref4:
      case FORM.ref8:
      case FORM.refUnsigned:
        return this.entryAt(this.header.offset + value);
      case FORM.refAddress:
        return this.info.entryAt(value);
      case FORM.gnuRefAlternative:
      case FORM.refSupplementary4:
      case FORM.refSupplementary8:
        return this.info.supplementary?.entryAt(value);
      case FORM.refSignature:
        return this.info.typeOf(value);
    }
  }

  /** The innermost function with code at an address, without those that are inlined. */
  functionAt(address: number): Entry | undefined {
    const all = this.#functions ??= [...this.#functionRanges()].sort((a, b) => a.start - b.start);
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (all[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    // Functions hardly ever lie inside one another: those before are looked at in case.
    for (let at = low - 1; at >= Math.max(0, low - 16); at--) {
      if (address < all[at].end) return this.entry(all[at].index);
    }
    return undefined;
  }

  *#functionRanges(): Generator<FunctionRange> {
    const { tags } = this.tree;
    for (let index = 0; index < tags.length; index++) {
      if (tags[index] !== TAG.subprogram) continue;
      for (const { start, end } of this.entry(index).ranges) if (start > 0) yield { start, end, index };
    }
  }
}

interface FunctionRange extends AddressRange {
  readonly index: number;
}
