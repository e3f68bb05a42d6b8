/**
 * How often each line, function and branch of source ran, from how often each instruction did.
 *
 * Only what the compiler made code for is a line here. Code that is there more than once, as templates and inlined
 * functions are, adds up in its line. Leaves out which images and files are of interest, and formats. docs/coverage.md
 * compares with gcov.
 */

import { transferOf } from "../disasm/transfers.ts";
import type { Image } from "../symbols/mod.ts";
import type { CodeCount } from "./coverage_data.ts";
import { type Flow, flowOf } from "./flow.ts";
import { countLines, type LineRange } from "./line_counts.ts";

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
  /** The highest line that it has code of in the same file. */
  readonly endLine: number;
  /** How often it was entered. */
  readonly count: number;
}

/** A conditional jump. */
export interface CoveredBranch {
  /** The line that it belongs to. */
  readonly line: number;
  /** How often it was taken. */
  readonly taken: number;
  /** How often it was not. */
  readonly notTaken: number;
}

/** A source file and what ran of it. */
export interface SourceCoverage {
  /** Its path as the compiler left it, absolute for most. */
  readonly path: string;
  /** Its lines with code, in ascending order. */
  readonly lines: readonly CoveredLine[];
  /** Its functions with code of their own, by line and name. */
  readonly functions: readonly CoveredFunction[];
  /** Its conditional jumps, by line and then address; none where branches were not counted. */
  readonly branches: readonly CoveredBranch[];
}

/** An image to report on. */
export interface SourceImage {
  /** Its symbols and lines. */
  readonly image: Image;
  /** What ran of it, by address in the file. */
  readonly code: ReadonlyMap<number, CodeCount>;
}

/** What to report. */
export interface SourceOptions {
  /** Whether a source file is of interest; by default all are. */
  readonly wants?: (path: string) => boolean;
  /** Where a source is now, by its path in the debug information; by default there. */
  readonly rename?: (path: string) => string;
  /** Whether code at an address of the image is of interest; by default all is. */
  readonly covers?: (address: bigint) => boolean;
  /** Sizes of the instructions of code, to find jumps that never ran; without it they are left out. */
  readonly sizes?: (code: Uint8Array, address: number) => Uint8Array;
}

/** The counts of one file, growing. */
interface Growing {
  readonly path: string;
  readonly lines: Map<number, number>;
  readonly functions: CoveredFunction[];
  readonly branches: (CoveredBranch & { readonly address: number })[];
}

/** A row of the line table, at the file's addresses. */
interface Row extends LineRange {
  /** Whether a statement begins here that has no code of its own: it runs when what is here does. */
  readonly isEmpty: boolean;
  readonly file: Growing;
  readonly number: number;
}

/** Bytes that are decoded at once. */
const CHUNK = 4096;
const NOP = 0x90;
/** Sizes of direct jumps by their opcodes: with 8 and 32 bits of distance. */
const JUMP_SIZES: ReadonlyMap<number, number> = new Map([[0xeb, 2], [0xe9, 5]]);
const LONGEST_JUMP = 5;

/**
 * Sums the counts of instructions up by line, function and branch.
 *
 * @param images The images to report on; one without debug information adds nothing.
 * @returns The source files that have code in the images, by path.
 */
export function sourceCoverage(images: readonly SourceImage[], options: SourceOptions = {}): SourceCoverage[] {
  const files = new Map<string, Growing>();
  for (const { image, code } of images) addImage(files, image, code, options);
  return [...files.values()].filter(({ lines }) => lines.size > 0).sort(byPath).map((file) => ({
    path: file.path,
    lines: [...file.lines].sort(([a], [b]) => a - b).map(([line, count]) => ({ line, count })),
    functions: file.functions.sort((a, b) => a.line - b.line || (a.name < b.name ? -1 : 1)),
    branches: file.branches.sort((a, b) => a.line - b.line || a.address - b.address)
      .map(({ line, taken, notTaken }) => ({ line, taken, notTaken })),
  }));
}

function byPath(a: Growing, b: Growing): number {
  return a.path < b.path ? -1 : 1;
}

function addImage(
  files: Map<string, Growing>,
  image: Image,
  code: ReadonlyMap<number, CodeCount>,
  options: SourceOptions,
): void {
  const rows = rowsOf(files, image, options);
  if (rows.length === 0) return;
  const read = (offset: number, size: number) => image.fileBytes(offset, size);
  const flow = flowOf(code, read);
  const places: { readonly file: Growing; readonly number: number }[] = [];
  for (const row of rows) places[row.line] ??= row;
  for (const [line, count] of countLines(flow, withoutJumps(rows, image))) {
    const { file: { lines }, number } = places[line];
    lines.set(number, (lines.get(number) ?? 0) + count);
  }
  addFunctions(image, rows, flow);
  addBranches(rows, code, read, options.sizes);
}

/**
 * The rows of the line table that have code, by ascending address; one row for neighbours of one line. Their files get
 * the lines, with a count of 0.
 */
function rowsOf(files: Map<string, Growing>, image: Image, options: SourceOptions): Row[] {
  const { wants = () => true, rename = (path: string) => path, covers } = options;
  const base = Number(image.base);
  const known = new Map<string, { readonly file: Growing; readonly numbers: Map<number, number> } | undefined>();
  const rows: Row[] = [];
  let lines = 0;
  let [last, lastPath]: [{ -readonly [key in keyof Row]: Row[key] } | undefined, string] = [undefined, ""];
  image.lines().visit((start, end, path, number) => {
    if (covers !== undefined && !covers(BigInt(start))) return;
    const isEmpty = start === end;
    if (
      last !== undefined && last.end === start - base && last.number === number && path === lastPath && !last.isEmpty
    ) {
      last.end = end - base;
      return;
    }
    if (!known.has(path)) {
      const now = rename(path);
      known.set(path, wants(now) ? { file: fileOf(files, now), numbers: new Map() } : undefined);
    }
    const found = known.get(path);
    if (found === undefined) return;
    const { file, numbers } = found;
    let line = numbers.get(number);
    if (line === undefined) {
      numbers.set(number, line = lines++);
      if (!file.lines.has(number)) file.lines.set(number, 0);
    }
    last = { start: start - base, end: Math.max(end, start + 1) - base, line, file, number, isEmpty };
    lastPath = path;
    rows.push(last);
  });
  return rows.sort((a, b) => a.start - b.start);
}

/**
 * Leaves out rows that are nothing but a jump or a nop, unless their line has nothing else in the function: compilers
 * blame the line of an `if` for the jump from the end of a branch, while the jump of `break;` is all that the line does.
 */
function withoutJumps(rows: readonly Row[], image: Image): readonly Row[] {
  const isJump = ({ start, end }: Row) => {
    if (end - start > LONGEST_JUMP) return false;
    const bytes = image.fileBytes(start, end - start);
    const size = bytes[0] === NOP ? 1 : transferOf(bytes, start).kind === "jump" ? JUMP_SIZES.get(bytes[0]) : undefined;
    return size === end - start;
  };
  const jumps = new Set(rows.filter(isJump));
  const lines = new Set([...jumps].map(({ line }) => line));
  const symbols = image.symbols();
  const base = Number(image.base);
  const place = ({ start, line }: Row) => `${line} ${start - (symbols.atNumber(base + start)?.offset ?? 0)}`;
  const others = new Set(rows.flatMap((row) => lines.has(row.line) && !jumps.has(row) ? [place(row)] : []));
  return rows.filter((row) => !jumps.has(row) || !others.has(place(row)));
}

function fileOf(files: Map<string, Growing>, path: string): Growing {
  let found = files.get(path);
  if (found === undefined) files.set(path, found = { path, lines: new Map(), functions: [], branches: [] });
  return found;
}

/** The index of the last row that starts at or before an address; -1 if there is none. */
function rowBefore(rows: readonly LineRange[], address: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle].start <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function addFunctions(image: Image, rows: readonly Row[], { blocks, edges }: Flow): void {
  const base = Number(image.base);
  const symbols = image.symbols();
  const indices = new Map(blocks.map(({ start }, index) => [start, index]));
  const entering = Map.groupBy(edges, ({ to }) => to);
  for (const address of new Set(symbols.functions().map(({ address }) => Number(address)))) {
    const start = address - base;
    let first = rowBefore(rows, start);
    while (rows[first - 1]?.start === start) first--;
    // Where a function's symbol is not at the start of a line's code, it has no source of its own.
    if (rows[first]?.start !== start) continue;
    const { name, size } = symbols.atNumber(address)?.symbol ?? { name: "", size: 0 };
    if (name === "") continue;
    const { file, number } = rows[first];
    let endLine = number;
    for (let at = first; at < rows.length && rows[at].start < start + size; at++) {
      if (rows[at].file === file && rows[at].number > endLine) endLine = rows[at].number;
    }
    const index = indices.get(start);
    let count = index === undefined ? 0 : blocks[index].count;
    for (const { from, count: again } of entering.get(index ?? -1) ?? []) {
      if (blocks[from].start >= start && blocks[from].start < start + size) count -= again;
    }
    file.functions.push({ name, line: number, endLine, count });
  }
}

function addBranches(
  rows: readonly Row[],
  code: ReadonlyMap<number, CodeCount>,
  read: (offset: number, size: number) => Uint8Array,
  sizes: SourceOptions["sizes"],
): void {
  if (code.values().some(({ notTaken }) => notTaken !== undefined)) {
    for (const [offset, { count, notTaken }] of code) {
      const { end, file, number: line } = rows[rowBefore(rows, offset)] ?? { end: -1 };
      if (notTaken === undefined || file === undefined || offset >= end) continue;
      file.branches.push({ address: offset, line, taken: count - notTaken, notTaken });
    }
    if (sizes !== undefined) addUnreachedBranches(rows, code, read, sizes);
  }
}

/** Finds the jumps that never ran, between the instructions that did. */
function addUnreachedBranches(
  rows: readonly Row[],
  code: ReadonlyMap<number, CodeCount>,
  read: (offset: number, size: number) => Uint8Array,
  sizes: (code: Uint8Array, address: number) => Uint8Array,
): void {
  for (const { start, end, file, number: line, isEmpty } of rows) {
    for (let at = start; at < end && !isEmpty;) {
      const ran = code.get(at);
      if (ran !== undefined) {
        at += ran.size;
        continue;
      }
      const bytes = read(at, Math.min(end - at, CHUNK));
      if (bytes.length === 0) break;
      let within = 0;
      for (const size of sizes(bytes, at)) {
        if (code.has(at + within)) break;
        if (transferOf(bytes.subarray(within, within + size), at + within).kind === "conditional") {
          file.branches.push({ address: at + within, line, taken: 0, notTaken: 0 });
        }
        within += size;
      }
      at += within;
    }
  }
}
