/**
 * How often each line of source ran, from how often each instruction did.
 *
 * As gcov has it, a line counts as often as its busiest part: of the places where statements of the line begin, the
 * largest count in each function, summed over functions, as a template or an inlined function has code in several.
 * Only what the compiler made code for is a line here. Leaves out branches. gcov(1), "-f" and the format of `.gcov`
 * files.
 */

import type { Image } from "../symbols/mod.ts";

/** A line and how often it ran. */
export interface CoveredLine {
  /** The line, from 1. */
  readonly line: number;
  /** How often it ran; 0 if it never did. */
  readonly count: number;
}

/** A function and how often it was entered. */
export interface CoveredFunction {
  /** Its symbol. */
  readonly name: string;
  /** The line of its first instruction. */
  readonly line: number;
  /** How often that instruction ran. */
  readonly count: number;
}

/** A source file and what ran of it. */
export interface SourceCoverage {
  /** Its path as the compiler left it, absolute for most. */
  readonly path: string;
  /** Its lines with code, in ascending order. */
  readonly lines: readonly CoveredLine[];
  /** Its functions with code of their own, by line and name. */
  readonly functions: readonly CoveredFunction[];
}

/** The counts of one file, growing. */
interface Growing {
  /** Line -> start of the function -> largest count of a statement. */
  readonly lines: Map<number, Map<number, number>>;
  readonly functions: CoveredFunction[];
}

/**
 * Sums the counts of instructions up by line.
 *
 * @param counts How often the instruction at each address ran.
 * @param images The images to report on; one without debug information adds nothing.
 * @returns The source files that have code in the images, by path.
 */
export function sourceCoverage(counts: ReadonlyMap<number, number>, images: readonly Image[]): SourceCoverage[] {
  const files = new Map<string, Growing>();
  for (const image of images) {
    addLines(files, counts, image);
    addFunctions(files, counts, image);
  }
  return [...files].sort(([a], [b]) => a < b ? -1 : 1).map(([path, { lines, functions }]) => ({
    path,
    lines: [...lines].sort(([a], [b]) => a - b).map(([line, byFunction]) => ({
      line,
      count: byFunction.values().reduce((sum, count) => sum + count, 0),
    })),
    functions: functions.sort((a, b) => a.line - b.line || (a.name < b.name ? -1 : 1)),
  }));
}

function addLines(files: Map<string, Growing>, counts: ReadonlyMap<number, number>, image: Image): void {
  const symbols = image.symbols();
  for (const { directory, file, line, address, isStatement } of image.lines().all()) {
    if (!isStatement) continue;
    const at = Number(address);
    const { lines } = fileOf(files, directory, file);
    const byFunction = lines.get(line) ?? new Map<number, number>();
    lines.set(line, byFunction);
    const start = at - (symbols.atNumber(at)?.offset ?? 0);
    byFunction.set(start, Math.max(byFunction.get(start) ?? 0, counts.get(at) ?? 0));
  }
}

function addFunctions(files: Map<string, Growing>, counts: ReadonlyMap<number, number>, image: Image): void {
  for (const { name, address } of image.symbols().functions()) {
    const source = image.lineAt(Number(address));
    // Where a function's symbol is not at the start of a line's code, it has no source of its own.
    if (source?.address !== address) continue;
    const count = counts.get(Number(address)) ?? 0;
    fileOf(files, source.directory, source.file).functions.push({ name, line: source.line, count });
  }
}

function fileOf(files: Map<string, Growing>, directory: string, file: string): Growing {
  const path = directory === "" ? file : `${directory.replace(/\/$/, "")}/${file}`;
  let found = files.get(path);
  if (found === undefined) files.set(path, found = { lines: new Map(), functions: [] });
  return found;
}
