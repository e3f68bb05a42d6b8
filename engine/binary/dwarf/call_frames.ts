/**
 * Call frame information of a file: for an address, how to find the caller's registers.
 *
 * `.eh_frame` is asked first, as it is what the program itself unwinds with, then `.debug_frame`.
 */

import type { FrameSection } from "./frame_entries.ts";
import { type FrameHeaderSection, FrameIndex } from "./frame_index.ts";
import { type FrameRow, rowAt } from "./frame_rows.ts";
import type { PointerBases } from "./pointers.ts";

/** The sections of a file with call frame information, as far as it has them. */
export interface CallFrameSections {
  /** `.eh_frame`. */
  readonly ehFrame?: { readonly bytes: Uint8Array; readonly address: number };
  /** `.eh_frame_hdr`. */
  readonly ehFrameHeader?: FrameHeaderSection;
  /** `.debug_frame`. */
  readonly debugFrame?: Uint8Array;
  /** Address of the text section, for pointers relative to it. */
  readonly textAddress?: number;
  /** Address of the global offset table, for pointers relative to it. */
  readonly dataAddress?: number;
}

interface Source {
  readonly section: FrameSection;
  readonly bases: PointerBases;
  readonly index: FrameIndex;
}

/** Rows that are kept, before all of them are forgotten. */
const MAXIMUM_KEPT = 20_000;

/** Call frame information of one file. */
export class CallFrames {
  readonly #sources: readonly Source[];
  /** By address; undefined for an address that nothing describes. */
  readonly #rows = new Map<number, FrameRow | undefined>();

  /**
   * Takes the sections; reads next to nothing of them.
   *
   * @param sections The sections.
   */
  constructor(sections: CallFrameSections) {
    const { ehFrame, ehFrameHeader, debugFrame, textAddress: text, dataAddress: data } = sections;
    this.#sources = [
      ...(ehFrame === undefined ? [] : [source({ name: ".eh_frame", ...ehFrame }, { text, data }, ehFrameHeader)]),
      ...(debugFrame === undefined ? [] : [source({ name: ".debug_frame", bytes: debugFrame, address: 0 }, {})]),
    ];
  }

  /**
   * How the caller's registers are found at an address.
   *
   * @param address The address, before the load bias is added; for a caller, one less than where it goes on.
   * @returns The row, or undefined if nothing describes the address.
   * @throws {DwarfError} If what describes it is corrupt.
   */
  rowAt(address: number): FrameRow | undefined {
    const known = this.#rows.get(address);
    if (known !== undefined || this.#rows.has(address)) return known;
    const row = this.#find(address);
    if (this.#rows.size >= MAXIMUM_KEPT) this.#rows.clear();
    this.#rows.set(address, row);
    return row;
  }

  /** The addresses that are described: half-open ranges, section by section in ascending order. */
  ranges(): readonly { readonly start: number; readonly end: number }[] {
    return this.#sources.flatMap(({ index }) => index.entries().map(({ start, end }) => ({ start, end })));
  }

  #find(address: number): FrameRow | undefined {
    for (const { section, bases, index } of this.#sources) {
      const entry = index.entryAt(address);
      if (entry !== undefined) return rowAt(section, entry, bases, address);
    }
    return undefined;
  }
}

function source(section: FrameSection, addresses: Omit<PointerBases, "section">, header?: FrameHeaderSection): Source {
  const bases = { section: section.address, ...addresses };
  return { section, bases, index: new FrameIndex(section, bases, header) };
}
