/**
 * The line table of one compilation unit, decoded: from an address to its line, and from a line to its addresses.
 *
 * A row holds from its address to the next row's. Of rows at one address only the last one holds for any code. Leaves
 * out what a linker removed: sequences that start at address 0 or past the address space. DWARF 5, section 6.2.
 */

import type { DwarfFile, LineHeader } from "./line_header.ts";
import { LINE_FLAG, type LineRows } from "./line_program.ts";

/** A row of a line table. */
export interface LineRow {
  /** The first address it holds for, before the load bias is added. */
  readonly start: number;
  /** The address past the last. */
  readonly end: number;
  /** The source file. */
  readonly file: DwarfFile;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1; 0 if the compiler did not say. */
  readonly column: number;
  /** Whether it is a good place for a breakpoint: a statement begins there. */
  readonly isStatement: boolean;
  /** Whether a breakpoint on the function should be here: the stack frame is set up. */
  readonly isPrologueEnd: boolean;
  /** Whether the function begins to take its stack frame down here. */
  readonly isEpilogueBegin: boolean;
  /** Tells blocks on one line apart; 0 where there is only one. */
  readonly discriminator: number;
}

/** Addresses above are how linkers mark what they removed. */
const ADDRESS_SPACE_END = 2 ** 48;
const UNKNOWN: DwarfFile = { name: "?", directory: undefined };

/** A run of code without gaps. */
interface Sequence {
  readonly start: number;
  readonly end: number;
  /** Its rows: half-open, the row that ends it not included. */
  readonly first: number;
  readonly last: number;
}

/** The line table of one unit. */
export class LineTable {
  /** The program's header. */
  readonly header: LineHeader;
  /** The rows as the program made them. */
  readonly rows: LineRows;
  /** By ascending start. */
  readonly #sequences: readonly Sequence[];
  readonly #made: (LineRow | undefined)[] = [];

  /**
   * Sorts the sequences.
   *
   * @param header The program's header.
   * @param rows Its rows.
   */
  constructor(header: LineHeader, rows: LineRows) {
    this.header = header;
    this.rows = rows;
    this.#sequences = [...sequencesOf(rows)].sort((a, b) => a.start - b.start);
  }

  /** The addresses it describes: half-open ranges in ascending order. */
  get ranges(): readonly { readonly start: number; readonly end: number }[] {
    return this.#sequences;
  }

  /** The row that holds for an address; undefined if there is none, or if no line is to blame for the code. */
  rowAt(address: number): LineRow | undefined {
    const at = this.#indexAt(address);
    return at < 0 || this.rows.lines[at] === 0 ? undefined : this.#row(at);
  }

  /**
   * The row that a debugger takes for an address: of rows at one address that of a statement, the last but for rows that
   * follow it and are of none. GDB: find_pc_sect_line.
   */
  statementAt(address: number): LineRow | undefined {
    const { addresses, lines, flags } = this.rows;
    const last = this.#indexAt(address);
    if (last < 0 || lines[last] === 0) return undefined;
    let at = last;
    while (!(flags[at] & LINE_FLAG.isStatement) && at > 0 && addresses[at - 1] === addresses[last]) {
      if (lines[at - 1] === 0 || flags[at - 1] & LINE_FLAG.isEnd) break;
      at--;
    }
    return this.#row(flags[at] & LINE_FLAG.isStatement ? at : last);
  }

  /** The number of the row that holds for an address; -1 if there is none. */
  #indexAt(address: number): number {
    const sequences = this.#sequences;
    let low = 0;
    let high = sequences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sequences[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || address >= sequences[low - 1].end) return -1;
    const { addresses } = this.rows;
    const { first, last } = sequences[low - 1];
    low = first;
    high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (addresses[middle] <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /**
   * The rows of a line at which its code begins, each the first of its run of rows.
   *
   * @param files Numbers of the file in the header.
   * @param wanted The line.
   * @returns The rows by ascending address.
   */
  startsOf(files: ReadonlySet<number>, wanted: number): LineRow[] {
    const found = new Map<number, LineRow>();
    const { addresses, lines, files: rowFiles, flags } = this.rows;
    for (const { first, last } of this.#sequences) {
      let isInside = false;
      for (let at = first; at < last; at++) {
        const isWanted = lines[at] === wanted && files.has(rowFiles[at]);
        const isStart: boolean = isWanted && !isInside && (flags[at] & LINE_FLAG.isStatement) !== 0;
        // A statement that took no code of its own begins where the next one does.
        if (isStart && !found.has(addresses[at])) found.set(addresses[at], this.#row(at));
        isInside = isWanted && (isInside || isStart);
      }
    }
    return [...found.values()];
  }

  /** The lines of a file that have code, in ascending order. */
  linesOf(files: ReadonlySet<number>): number[] {
    const found = new Set<number>();
    const { lines, files: rowFiles, flags } = this.rows;
    for (const { first, last } of this.#sequences) {
      for (let at = first; at < last; at++) {
        if (lines[at] > 0 && (flags[at] & LINE_FLAG.isStatement) !== 0 && files.has(rowFiles[at])) found.add(lines[at]);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  /** All rows that hold for code and have a line, by ascending address. */
  *[Symbol.iterator](): Generator<LineRow> {
    const { addresses, lines } = this.rows;
    for (const { first, last, end } of this.#sequences) {
      for (let at = first; at < last; at++) {
        if (lines[at] > 0 && addresses[at] < (at + 1 < last ? addresses[at + 1] : end)) yield this.#row(at);
      }
    }
  }

  /**
   * Visits the same rows, and those of statements that begin at an address but have no code of their own; it makes no
   * objects, as there may be millions.
   *
   * @param visit Gets where a row starts and ends, its file and its line.
   */
  visit(visit: (start: number, end: number, file: DwarfFile, line: number) => void): void {
    const { addresses, lines, flags, files } = this.rows;
    for (const { first, last, end } of this.#sequences) {
      for (let at = first; at < last; at++) {
        const [start, next] = [addresses[at], at + 1 < last ? addresses[at + 1] : end];
        if (lines[at] === 0 || start === end) continue;
        if (start === next && (flags[at] & LINE_FLAG.isStatement) === 0) continue;
        visit(start, next, this.header.files[files[at]] ?? UNKNOWN, lines[at]);
      }
    }
  }

  #row(at: number): LineRow {
    return this.#made[at] ??= makeRow(this.header, this.rows, at);
  }
}

function makeRow(header: LineHeader, rows: LineRows, at: number): LineRow {
  const flags = rows.flags[at];
  return {
    start: rows.addresses[at],
    end: rows.addresses[at + 1],
    file: header.files[rows.files[at]] ?? UNKNOWN,
    line: rows.lines[at],
    column: rows.columns[at],
    isStatement: (flags & LINE_FLAG.isStatement) !== 0,
    isPrologueEnd: (flags & LINE_FLAG.isPrologueEnd) !== 0,
    isEpilogueBegin: (flags & LINE_FLAG.isEpilogueBegin) !== 0,
    discriminator: rows.discriminators[at],
  };
}

function* sequencesOf({ count, addresses, flags }: LineRows): Generator<Sequence> {
  let first = 0;
  for (let at = 0; at < count; at++) {
    const isBackward = at > first && addresses[at] < addresses[at - 1];
    if (!isBackward && (flags[at] & LINE_FLAG.isEnd) === 0) continue;
    const last = isBackward ? at - 1 : at;
    const [start, end] = [addresses[first], addresses[last]];
    if (start > 0 && end <= ADDRESS_SPACE_END && start < end) yield { start, end, first, last };
    first = isBackward ? at : at + 1;
    if (isBackward && (flags[at] & LINE_FLAG.isEnd) !== 0) first = at + 1;
  }
}
