/**
 * `ceratops coverage`: adds up, compares and reports what runs saved, so that runs can be spread over many machines.
 *
 * Leaves out counting, which is the plugin's, and formats, which are the library's.
 */

import { resolve } from "node:path";
import {
  addCoverage,
  type CoverageData,
  coverageText,
  coveredSources,
  coveredSymbols,
  evaluateCoverage,
  readCoverage,
  type SourceCoverage,
  type SourceFormat,
  sourceReport,
  summaryOf,
  textTable,
  totalOf,
} from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";
import { Output, standardError } from "./output.ts";

/** Which sources are of interest. */
export interface SourceFlags {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly map: readonly string[];
  readonly all?: true | undefined;
}

/** Options of `ceratops coverage report`. */
export interface ReportFlags extends SourceFlags {
  readonly format: SourceFormat | "json";
  readonly by: "line" | "function" | "branch" | "file";
  readonly output?: string | undefined;
  readonly failUnder?: number | undefined;
}

const warn = (message: string) => standardError.line(`ceratops: ${message}`);

function readFile(path: string): CoverageData {
  let text: string;
  try {
    text = Deno.readTextFileSync(resolve(path));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const advice = /[&|-]/.test(path) ? "; operators stand between spaces, as in A & B" : "";
    const problem = error instanceof Deno.errors.NotFound ? `there is no such file${advice}` : error.message;
    throw new CommandLineError(`Cannot read coverage from ${path}: ${problem}`, STATUS.failed);
  }
  return readCoverage(text, path);
}

/** The coverage of a file, or of an expression over files. */
function read(text: string): CoverageData {
  return isFile(text) ? readFile(text) : evaluateCoverage(text, readFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(resolve(path)).isFile;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Writes a text to a file, or else to an output. */
function write(output: Output, path: string | undefined, text: string): void {
  const target = path === undefined ? output : Output.file(path);
  target.write(text);
  target.flush();
}

/** Adds runs up. */
export function mergeCoverage(output: Output, files: readonly string[], target: string): void {
  // One after the other: there may be thousands.
  const [first, ...rest] = files;
  const sum = rest.reduce((sum, file) => addCoverage(sum, readFile(file)), readFile(first));
  write(output, target, coverageText(sum));
}

/** Shows the symbols that ran, or writes the counts that an expression gives. */
export function showCoverage(output: Output, text: string, flags: { readonly output?: string | undefined }): void {
  const data = read(text);
  if (flags.output !== undefined) return write(output, flags.output, coverageText(data));
  const rows = coveredSymbols(data, warn);
  if (rows.length === 0) return output.write("Nothing is left\n");
  output.write(textTable(
    ["EXECUTED", "DIFFERENT", "SYMBOL", "IMAGE"],
    rows.map(({ executed, covered, name, image }) => [executed, covered, name || "(no symbol)", image]),
  ));
}

/** Reports sources. @returns The exit status: 1 if less of them ran than was asked for. */
export function reportCoverage(output: Output, text: string, flags: ReportFlags): number {
  const files = sourcesOf(read(text), flags);
  const report = flags.format === "json"
    ? `${JSON.stringify(files, undefined, 2)}\n`
    : sourceReport(files, flags.format, {
      root: Deno.cwd(),
      by: flags.by,
      title: text,
      timestamp: Date.now(),
      read: sourceOf,
    });
  write(output, flags.output, report);
  const { found, hit } = totalOf(files.map(summaryOf)).lines;
  if (flags.failUnder === undefined || 100 * hit >= flags.failUnder * found && found > 0) return 0;
  const share = found === 0 ? 0 : Math.floor(1000 * hit / found) / 10;
  warn(`${share}% of the lines ran, ${hit} of ${found}, and --fail-under is ${flags.failUnder}`);
  return STATUS.failed;
}

/** Shows what ran in one of two runs only: lines, or symbols where no lines are known. */
export function diffCoverage(
  output: Output,
  a: string,
  b: string,
  flags: SourceFlags & { readonly lines?: true | undefined },
): void {
  const [one, other] = [read(a), read(b)];
  const sources = [one, other].map((data) => sourcesOf(data, flags));
  if (sources.every((files) => files.length === 0)) return diffSymbols(output, one, other);
  const [first, second] = sources.map(linesThatRan);
  const rows: (string | number)[][] = [];
  const listed: string[] = [];
  for (const path of [...new Set([...first.keys(), ...second.keys()])].sort()) {
    const [ofFirst, ofSecond] = [first, second].map((each) => each.get(path) ?? new Set<number>());
    const [less, more] = [ofFirst.difference(ofSecond), ofSecond.difference(ofFirst)];
    rows.push([less.size, more.size, ofFirst.intersection(ofSecond).size, path]);
    const marks = [...[...less].map((line) => [line, "-"] as const), ...[...more].map((line) => [line, "+"] as const)];
    const text = flags.lines ? sourceOf(path)?.split("\n") : undefined;
    for (const [line, mark] of marks.sort(([one], [two]) => one - two)) {
      listed.push(`${mark} ${path}:${line}:${text?.[line - 1] ?? ""}\n`);
    }
  }
  output.write(textTable(["ONLY A", "ONLY B", "BOTH", "FILE"], rows));
  if (flags.lines) output.write(listed.join(""));
}

function diffSymbols(output: Output, a: CoverageData, b: CoverageData): void {
  const name = (row: { readonly image: string; readonly name: string }) => `${row.image}:${row.name || "(no symbol)"}`;
  const [first, second] = [a, b].map((data) => new Map(coveredSymbols(data, warn).map((row) => [name(row), row])));
  const rows = [...new Set([...first.keys(), ...second.keys()])].sort().flatMap((key) => {
    const [one, other] = [first.get(key), second.get(key)].map((row) => row?.executed ?? 0);
    return one === other ? [] : [[one, other, key]];
  });
  if (rows.length === 0) return output.write("Both executed the same\n");
  output.write(textTable(["EXECUTED A", "EXECUTED B", "SYMBOL"], rows));
}

function linesThatRan(files: readonly SourceCoverage[]): Map<string, Set<number>> {
  return new Map(files.map(({ path, lines }) => [
    path,
    new Set(lines.flatMap(({ line, count }) => count > 0 ? [line] : [])),
  ]));
}

function sourcesOf(data: CoverageData, { include, exclude, map, all }: SourceFlags): SourceCoverage[] {
  return coveredSources(data, { include, exclude, map, all: all ?? false, onWarning: warn });
}

function sourceOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    // Sources of others are often not here.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}
