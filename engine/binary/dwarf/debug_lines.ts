/**
 * Source lines of a file: from an address to its line and back, over all compilation units.
 *
 * Units are found by what `.debug_info` says of their addresses, then by `.debug_aranges`; the line program of a unit is
 * run when it is first needed. Only units of which neither says anything have theirs run at once. What is corrupt costs
 * its own unit, and is kept in {@linkcode DebugLines.problems}.
 */

import { readAddressRanges } from "./aranges.ts";
import { TAG } from "./constants.ts";
import { DwarfError } from "./errors.ts";
import { type DwarfFile, nextLineHeader, readLineHeader } from "./line_header.ts";
import { runLineProgram } from "./line_program.ts";
import { type LineRow, LineTable } from "./line_table.ts";
import type { AddressRange } from "./ranges.ts";
import type { DebugSections } from "./sections.ts";
import { baseName, isSameFile } from "./source_paths.ts";
import { UnitIndex } from "./unit_index.ts";
import { type DwarfUnit, readUnits } from "./units.ts";

/** A line program, and what is known about it before it is run. */
interface Program {
  readonly offset: number;
  readonly directory: string | undefined;
  /** Set once it was tried to run it. */
  table?: LineTable | undefined;
}

/** Problems that are kept. */
const MAXIMUM_PROBLEMS = 100;

/** The source lines of one file. */
export class DebugLines {
  readonly #sections: DebugSections;
  readonly #programs: readonly Program[];
  readonly #index: UnitIndex;
  readonly #problems: DwarfError[] = [];
  /** Last part of a file's name -> the programs that refer to such a file. */
  #names: ReadonlyMap<string, readonly Program[]> | undefined;

  /**
   * Reads the units, but for their lines.
   *
   * @param sections The file's sections.
   */
  constructor(sections: DebugSections) {
    this.#sections = sections;
    const { units: all, problems } = readUnits(sections);
    const units = all.filter(({ tag }) => tag === TAG.compileUnit || tag === TAG.skeletonUnit);
    this.#problems.push(...problems);
    const programs = new Map<number, Program>();
    for (const { lineOffset: offset, directory } of units) {
      if (offset !== undefined && !programs.has(offset)) programs.set(offset, { offset, directory });
    }
    if (units.length === 0 || problems.length > 0) this.#addOthers(programs);
    this.#programs = [...programs.values()];
    this.#index = this.#makeIndex(units, programs);
    sections.forget(".debug_info");
    sections.forget(".debug_aranges");
  }

  /** What could not be read so far, each part once. */
  get problems(): readonly DwarfError[] {
    return this.#problems;
  }

  /**
   * The row of the line table that holds for an address.
   *
   * @param address The address, before the load bias is added.
   * @returns The row, or undefined if nothing is known about the address.
   */
  rowAt(address: number): LineRow | undefined {
    const unit = this.#index.unitAt(address);
    return unit < 0 ? undefined : this.#tableOf(this.#programs[unit])?.rowAt(address);
  }

  /** The row that a debugger takes for an address: see {@linkcode LineTable.statementAt}. */
  statementAt(address: number): LineRow | undefined {
    const unit = this.#index.unitAt(address);
    return unit < 0 ? undefined : this.#tableOf(this.#programs[unit])?.statementAt(address);
  }

  /**
   * Where the code of a line begins.
   *
   * @param file The file: its whole path, or as many of the last parts as tell it from others.
   * @param line The line.
   * @returns The rows, the first of each run of rows of the line, by ascending address; none if the line has no code.
   */
  rowsOf(file: string, line: number): readonly LineRow[] {
    const rows = this.#tablesWith(file).flatMap(([table, numbers]) => table.startsOf(numbers, line));
    return rows.sort((a, b) => a.start - b.start);
  }

  /**
   * The lines of a file that have code.
   *
   * @param file As for {@linkcode DebugLines.rowsOf}.
   * @returns The lines in ascending order; undefined if no unit refers to such a file.
   */
  linesOf(file: string): readonly number[] | undefined {
    const tables = this.#tablesWith(file);
    if (tables.length === 0) return undefined;
    const lines = new Set(tables.flatMap(([table, numbers]) => table.linesOf(numbers)));
    return [...lines].sort((a, b) => a - b);
  }

  /** The last parts of the names of all files that units refer to, each once. */
  fileNames(): readonly string[] {
    return [...this.#nameIndex().keys()];
  }

  /** A file that entries of a unit refer to by its number; undefined if there is none. */
  fileOf({ lineOffset }: Pick<DwarfUnit, "lineOffset">, number: number): DwarfFile | undefined {
    const program = this.#programs.find(({ offset }) => offset === lineOffset);
    return program && this.#filesOf(program)[number];
  }

  /** All rows of all units; runs every line program. */
  *rows(): Generator<LineRow> {
    for (const program of this.#programs) yield* this.#tableOf(program) ?? [];
  }

  /** Visits the rows of all units: see {@linkcode LineTable.visit}. */
  visit(visit: (start: number, end: number, file: DwarfFile, line: number) => void): void {
    for (const program of this.#programs) this.#tableOf(program)?.visit(visit);
  }

  #tablesWith(file: string): (readonly [LineTable, ReadonlySet<number>])[] {
    const programs = this.#nameIndex().get(baseName(file)) ?? [];
    return programs.flatMap((program) => {
      const table = this.#tableOf(program);
      if (table === undefined) return [];
      const numbers = new Set<number>();
      for (const [number, candidate] of table.header.files.entries()) {
        if (candidate !== undefined && isSameFile(candidate, file)) numbers.add(number);
      }
      return numbers.size > 0 ? [[table, numbers] as const] : [];
    });
  }

  #nameIndex(): ReadonlyMap<string, readonly Program[]> {
    if (this.#names !== undefined) return this.#names;
    const names = new Map<string, Program[]>();
    for (const program of this.#programs) {
      for (const file of this.#filesOf(program)) {
        const name = baseName(file?.name ?? "");
        const known = names.get(name);
        if (known === undefined) names.set(name, [program]);
        else if (known[known.length - 1] !== program) known.push(program);
      }
    }
    return this.#names = names;
  }

  #filesOf(program: Program): readonly (DwarfFile | undefined)[] {
    if ("table" in program) return program.table?.header.files ?? [];
    return this.#attempt(() => readLineHeader(this.#sections, program.offset, program.directory).files) ?? [];
  }

  #tableOf(program: Program): LineTable | undefined {
    if ("table" in program) return program.table;
    program.table = undefined;
    return program.table = this.#attempt(() => {
      const header = readLineHeader(this.#sections, program.offset, program.directory);
      return new LineTable(header, runLineProgram(this.#sections, header));
    });
  }

  #makeIndex(units: readonly DwarfUnit[], programs: ReadonlyMap<number, Program>): UnitIndex {
    const numbers = new Map(this.#programs.map(({ offset }, number) => [offset, number]));
    const ranges = new Map<number, AddressRange[]>(this.#programs.map((_, number) => [number, []]));
    const listed = units.some(({ ranges }) => ranges.length === 0) ? readAddressRanges(this.#sections) : new Map();
    for (const unit of units) {
      const own = unit.ranges.length > 0 ? unit.ranges : listed.get(unit.offset) ?? [];
      const number = numbers.get(unit.lineOffset ?? -1);
      if (number !== undefined) { for (const range of own) ranges.get(number)?.push(range); }
    }
    for (const [number, known] of ranges) {
      if (known.length > 0) continue;
      const program = programs.get(this.#programs[number].offset);
      const table = program && this.#tableOf(program);
      if (table !== undefined) known.push(...table.ranges);
    }
    return new UnitIndex(ranges);
  }

  /** Adds the programs that no unit names: those of units that are corrupt, or of a file without units. */
  #addOthers(programs: Map<number, Program>): void {
    const size = this.#sections.bytes(".debug_line").length;
    for (let offset = 0; offset < size;) {
      const next = this.#attempt(() => nextLineHeader(this.#sections, offset));
      if (next === undefined) return;
      if (!programs.has(offset)) programs.set(offset, { offset, directory: undefined });
      offset = next;
    }
  }

  #attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
      if (this.#problems.length < MAXIMUM_PROBLEMS) this.#problems.push(error);
      return undefined;
    }
  }
}
