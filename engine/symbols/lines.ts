/**
 * The source lines of one image: of the file itself, or of its debug file.
 *
 * Leaves out reading the sources, and inlined calls: a line is where the code was written, whoever was inlined there.
 */

import {
  DebugLines,
  type DebugSections,
  type DwarfError,
  type DwarfFile,
  type LineRow,
  pathOf,
} from "../binary/dwarf/mod.ts";

/** A place in the source. */
export interface SourceLine {
  /** Name of the file, the last part of its path: `file.c`. */
  readonly file: string;
  /** Folder of the file; absolute if the compiler left the folder it ran in, otherwise relative to that. */
  readonly directory: string;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1; 0 if the compiler did not say. */
  readonly column: number;
  /** The first address of the code, load bias included. */
  readonly address: bigint;
  /** Bytes of code from there that the place holds for. */
  readonly size: number;
  /** Whether a statement begins there: a good place for a breakpoint. */
  readonly isStatement: boolean;
  /** Whether the function's stack frame is set up there. */
  readonly isPrologueEnd: boolean;
  /** Whether the function's stack frame is taken down from there on. */
  readonly isEpilogueBegin: boolean;
  /** Tells blocks on one line apart; 0 where there is only one. */
  readonly discriminator: number;
}

/** The source lines of one image. */
export class ImageLines {
  readonly #lines: DebugLines;
  readonly #bias: number;
  readonly #made = new Map<LineRow, SourceLine>();

  /**
   * Reads which units there are.
   *
   * @param sections The debug sections.
   * @param bias What is added to the file's addresses.
   */
  constructor(sections: DebugSections, bias: bigint) {
    this.#lines = new DebugLines(sections);
    this.#bias = Number(bias);
  }

  /** What could not be read so far: each problem costs the lines of one unit. */
  get problems(): readonly DwarfError[] {
    return this.#lines.problems;
  }

  /** The line of an address of the guest; undefined if nothing is known about it. */
  at(address: number): SourceLine | undefined {
    const row = this.#lines.rowAt(address - this.#bias);
    return row && this.#lineOf(row);
  }

  /** The line that a debugger takes for an address: of those that begin there, the one that is a statement. */
  statementAt(address: number): SourceLine | undefined {
    const row = this.#lines.statementAt(address - this.#bias);
    return row && this.#lineOf(row);
  }

  /**
   * Where the code of a line begins, each place once, by ascending address.
   *
   * @param file The file: its whole path or its last parts, such as `file.c`.
   * @param line The line.
   * @returns The places; none if the line has no code.
   */
  startsOf(file: string, line: number): readonly SourceLine[] {
    return this.#lines.rowsOf(file, line).map((row) => this.#lineOf(row));
  }

  /** The lines of a file that have code, in ascending order; undefined if there is no such file. */
  linesOf(file: string): readonly number[] | undefined {
    return this.#lines.linesOf(file);
  }

  /** Names of all source files, without their folders, each once. */
  fileNames(): readonly string[] {
    return this.#lines.fileNames();
  }

  /** All places by unit, each unit's by ascending address. */
  *all(): Generator<SourceLine> {
    for (const row of this.#lines.rows()) yield this.#lineOf(row);
  }

  /** A file that entries of a unit refer to by its number; undefined if there is none. */
  pathOfFile(
    unit: { readonly lineOffset: number | undefined },
    number: number,
  ): Pick<SourceLine, "file" | "directory"> | undefined {
    const file = this.#lines.fileOf(unit, number);
    return file && placeOf(pathOf(file));
  }

  /**
   * Visits all places without making objects of them, and those of statements that have no code of their own, which
   * optimizers leave.
   *
   * @param visit Gets the addresses of the guest where a place starts and ends, the path of the file, and the line.
   */
  visit(visit: (start: number, end: number, path: string, line: number) => void): void {
    const paths = new Map<DwarfFile, string>();
    this.#lines.visit((start, end, file, line) => {
      let path = paths.get(file);
      if (path === undefined) paths.set(file, path = pathOf(file));
      visit(start + this.#bias, end + this.#bias, path, line);
    });
  }

  #lineOf(row: LineRow): SourceLine {
    let made = this.#made.get(row);
    if (made === undefined) this.#made.set(row, made = toLine(row, this.#bias));
    return made;
  }
}

function toLine({ start, end, file, ...rest }: LineRow, bias: number): SourceLine {
  return { ...placeOf(pathOf(file)), address: BigInt(start + bias), size: end - start, ...rest };
}

function placeOf(path: string): Pick<SourceLine, "file" | "directory"> {
  const slash = path.lastIndexOf("/");
  return { file: path.slice(slash + 1), directory: slash < 0 ? "" : path.slice(0, Math.max(slash, 1)) };
}
