/**
 * From coverage, of a run or out of a file, to the sources that ran: opens images, and takes what is of interest.
 *
 * By default that is code of one's own: the program and its libraries, but neither images nor sources of the system.
 * Leaves out formats.
 */

import { basename, resolve } from "node:path";
import { Disassembler } from "./disasm/disassembler.ts";
import { findLibrary } from "./ffi/find_library.ts";
import { CoverageFileError } from "./report/coverage_file.ts";
import type { CoverageData, ImageCoverage } from "./report/coverage_data.ts";
import { type SourceCoverage, sourceCoverage } from "./report/source_coverage.ts";
import { Image } from "./symbols/mod.ts";

/** Which sources are of interest. */
export interface CoveredSourcesOptions {
  /** Images that are mapped now; those of them that are meant need not be opened. */
  readonly images?: readonly Image[];
  /** Whether an address of {@linkcode CoveredSourcesOptions.images} is of interest; by default all are. */
  readonly covers?: (address: bigint) => boolean;
  /** Globs of the sources to report, all by default: `src/**`, `*.c`. */
  readonly include?: readonly string[];
  /** Globs of sources to leave out. */
  readonly exclude?: readonly string[];
  /** Folders of sources that are elsewhere now: `FROM=TO`. Globs and reports have the new paths. */
  readonly map?: readonly string[];
  /** Whether to report images and sources of the system, too. */
  readonly all?: boolean;
  /** Told why an image that ran is left out. */
  readonly onWarning?: (message: string) => void;
}

const SYSTEM_FOLDERS = /^\/(usr|lib|lib64|rustc?)\//;
const TOOL_FOLDERS = /\/\.(cargo\/registry|rustup)\//;

/**
 * Finds the source lines, functions and branches that ran.
 *
 * @param data What ran.
 * @param options Which sources are of interest.
 * @returns The source files that have code in the images, by path; those of which nothing ran, too.
 * @throws {LibraryNotFoundError} If Capstone is missing.
 */
export function coveredSources(data: CoverageData, options: CoveredSourcesOptions = {}): SourceCoverage[] {
  const { all = false, include = [], exclude = [], map = [], onWarning = () => {} } = options;
  const rename = renamer(map);
  const [included, excluded] = [include, exclude].map((globs) => globs.map(globPattern));
  const wants = (path: string) =>
    (all || !isSystemFile(path)) && !excluded.some((pattern) => pattern.test(path)) &&
    (included.length === 0 || included.some((pattern) => pattern.test(path)));
  const images = data.images.filter((image) => all || image.role === "program" || !isSystemFile(image.path))
    .flatMap((covered) => {
      const image = imageOf(covered, options.images ?? [], onWarning);
      return image === undefined ? [] : [{ image, code: covered.code }];
    });
  const disassembler = new Disassembler(findLibrary("capstone").path);
  try {
    return sourceCoverage(images, {
      wants,
      rename,
      sizes: (code, address) => disassembler.sizes(code, address),
      ...(options.covers === undefined ? {} : { covers: options.covers }),
    });
  } finally {
    disassembler.close();
  }
}

/** A symbol of an image, or the image's code without one, and what ran of it. */
export interface RanSymbol {
  /** Name of the image. */
  readonly image: string;
  /** Name of the symbol; empty for code without one. */
  readonly name: string;
  /** Instructions executed in it. */
  readonly executed: number;
  /** Different instructions that ran. */
  readonly covered: number;
}

/**
 * Finds the symbols that ran; that needs no debug information.
 *
 * @param data What ran.
 * @returns The symbols, what ran most first.
 */
export function coveredSymbols(data: CoverageData, onWarning: (message: string) => void = () => {}): RanSymbol[] {
  return data.images.flatMap((covered) => {
    const image = imageOf(covered, [], onWarning);
    const rows = new Map<string, { -readonly [key in keyof RanSymbol]: RanSymbol[key] }>();
    for (const [offset, { count }] of covered.code) {
      const name = image?.symbols().atNumber(offset)?.symbol.name ?? "";
      let row = rows.get(name);
      if (row === undefined) rows.set(name, row = { image: basename(covered.path), name, executed: 0, covered: 0 });
      row.executed += count;
      row.covered++;
    }
    return [...rows.values()];
  }).sort((a, b) => b.executed - a.executed || (a.name < b.name ? -1 : 1));
}

/**
 * Finds out where a source is now.
 *
 * @param map Folders by their old and new names: `FROM=TO`; the first that fits is taken.
 * @throws {RangeError} If one is not `FROM=TO`.
 */
function renamer(map: readonly string[]): (path: string) => string {
  const pairs = map.map((text) => {
    const [from, to] = text.split(/=(.*)/s);
    if (from === "" || !to) throw new RangeError(`Cannot map sources by ${text}: write it as FROM=TO`);
    return [from.replace(/\/$/, ""), resolve(to)] as const;
  });
  return (path) => {
    const pair = pairs.find(([from]) => path.startsWith(`${from}/`));
    return pair === undefined ? path : `${pair[1]}${path.slice(pair[0].length)}`;
  };
}

function isSystemFile(path: string): boolean {
  return SYSTEM_FOLDERS.test(path) || TOOL_FOLDERS.test(path);
}

function imageOf(
  covered: ImageCoverage,
  mapped: readonly Image[],
  warn: (message: string) => void,
): Image | undefined {
  const { path, role, buildId, fileSize } = covered;
  const known = mapped.find((image) => resolve(image.hostPath) === path);
  if (known !== undefined) return known;
  let image: Image;
  try {
    image = Image.ofFile(path, role);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    warn(`${path} is left out: ${error.message}`);
    return undefined;
  }
  const now = image.identity;
  if (now.buildId === buildId && (buildId !== undefined || now.fileSize === fileSize)) return image;
  throw new CoverageFileError(path, "the program has changed since it ran; run it anew");
}

/**
 * The pattern of a glob: `*` and `?` stop at slashes, `**` does not. It may begin at any part of a path, and what it
 * names may be a folder, whose files all fit.
 */
export function globPattern(glob: string): RegExp {
  const text = glob.replace(/\/$/, "").replace(/\*\*\/?|[*?]|[.+^${}()|[\]\\]/g, (found) => {
    if (found === "**/") return "(?:.*/)?";
    return { "**": ".*", "*": "[^/]*", "?": "[^/]" }[found] ?? `\\${found}`;
  });
  return new RegExp(`${glob.startsWith("/") ? "^" : "(?:^|/)"}${text.replace(/^\.\\\//, "")}(?:/|$)`);
}
