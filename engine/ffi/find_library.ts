/**
 * Finds Unicorn and Capstone, and checks that they are recent enough by asking the library itself.
 *
 * Left out: the libraries' other functions, and fetching what is missing (repl/setup does that).
 */

import { LibraryNotFoundError, type TriedLibrary } from "./errors.ts";
import {
  type Environment,
  type LibraryName,
  type LibraryOrigin,
  libraryPlaces,
  libraryVariable,
} from "./library_places.ts";

/** What a version must be: at least `minimum`, and of a major version before `below`. */
export interface LibraryRequirement {
  /** The library's name as people write it. */
  readonly label: string;
  /** The first version that will do. */
  readonly minimum: readonly [major: number, minor: number];
  /** The first major version that will not do. */
  readonly below: number;
}

/** What Ceratops needs of each library. Capstone 6 lays its instruction record out anew. */
export const libraryRequirements: Readonly<Record<LibraryName, LibraryRequirement>> = {
  unicorn: { label: "Unicorn", minimum: [2, 1], below: 3 },
  capstone: { label: "Capstone", minimum: [5, 0], below: 6 },
};

/** A library that will do. */
export interface FoundLibrary {
  /** Which library. */
  readonly name: LibraryName;
  /** What to give `Deno.dlopen`. */
  readonly path: string;
  /** As the library reports it: "2.1.1"; Capstone has no third number. */
  readonly version: string;
  /** How its place came to be looked at. */
  readonly origin: LibraryOrigin;
}

/** What one file turned out to be: a version that will do, or a problem, with the version where it could be asked. */
export type LibraryCheck =
  | { readonly version: string; readonly problem?: undefined }
  | { readonly version?: string; readonly problem: string };

/** A file that is there, whether it will do or not. */
export interface LibraryCandidate {
  /** The library's version, when it could be asked. */
  readonly version?: string;
  /** Why it will not do; `undefined` when it will. */
  readonly problem?: string;
  /** Its path. */
  readonly path: string;
  /** How its place came to be looked at. */
  readonly origin: LibraryOrigin;
}

/**
 * Finds a library: the first place whose file loads and is recent enough. A file named by `CERATOPS_UNICORN` or
 * `CERATOPS_CAPSTONE` is used or refused, never passed over.
 *
 * The library stays loaded, so that the caller's own `Deno.dlopen` of the path costs next to nothing.
 *
 * @param name The library.
 * @param env Reads the environment.
 * @throws {LibraryNotFoundError} If no file will do; it lists what was tried.
 */
export function findLibrary(name: LibraryName, env: Environment = (key) => Deno.env.get(key)): FoundLibrary {
  const { label, minimum } = libraryRequirements[name];
  const tried: TriedLibrary[] = [];
  for (const { path, origin } of libraryPlaces(name, env)) {
    const isExplicit = origin === "environment";
    if (isAbsent(path)) {
      tried.push({ path, problem: "no such file", absent: !isExplicit });
    } else {
      const { version, problem } = checkLibrary(name, path, { keep: true });
      if (problem === undefined) return { name, path, version, origin };
      tried.push({ path, problem, absent: path === bare(path) && version === undefined });
    }
    if (isExplicit) {
      const summary = `Cannot use ${label} from ${libraryVariable(name)}: correct the variable or unset it`;
      throw new LibraryNotFoundError(name, tried, summary);
    }
  }
  const wanted = `${label} ${minimum.join(".")} or newer`;
  throw new LibraryNotFoundError(name, tried, `Cannot find ${wanted}. Get it with: ceratops setup`);
}

/**
 * Looks at every place, not only up to the first that will do.
 *
 * @returns Every file that is there, each once, in the order in which {@linkcode findLibrary} would try them.
 */
export function searchLibrary(
  name: LibraryName,
  env: Environment = (key) => Deno.env.get(key),
): readonly LibraryCandidate[] {
  const candidates: LibraryCandidate[] = [];
  const seen = new Set<string>();
  for (const { path, origin } of libraryPlaces(name, env)) {
    if (isAbsent(path)) {
      if (origin === "environment") candidates.push({ path, origin, problem: "no such file" });
      continue;
    }
    const check = checkLibrary(name, path);
    const isBare = path === bare(path);
    if (isBare && check.version === undefined) continue;
    const real = isBare ? check.loadedFrom ?? path : Deno.realPathSync(path);
    if (seen.has(real)) continue;
    seen.add(real);
    const { version, problem } = check;
    candidates.push({ path: isBare ? real : path, origin, version, problem });
  }
  return candidates;
}

/**
 * Loads one file and asks for its version.
 *
 * @param name The library that the file should be.
 * @param path A path, or a bare file name for the loader.
 * @param options With `keep`, a library that will do stays loaded.
 * @returns The version and what is wrong; for a bare name `loadedFrom` is the path that the loader chose, where the
 * system tells (Linux).
 */
export function checkLibrary(
  name: LibraryName,
  path: string,
  options: { readonly keep?: boolean } = {},
): LibraryCheck & { readonly loadedFrom?: string } {
  // Asked for a bare name, the loader would hand out whatever is loaded under it, wherever that came from.
  const loaded = path === bare(path) ? loadedPath(path) : undefined;
  if (loaded !== undefined) return { problem: `already loaded from ${loaded}` };
  let library;
  try {
    library = open(name, path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: message.replace(/^(Could not open library: )+/, "").replace(`${path}: `, "") };
  }
  const version = readVersion(library.symbols.version);
  const problem = judge(name, version);
  const loadedFrom = path === bare(path) ? loadedPath(path) : path;
  if (problem !== undefined || !options.keep) library.close();
  const text = version.join(".");
  return problem === undefined ? { version: text, loadedFrom } : { version: text, problem, loadedFrom };
}

/** `unsigned uc_version(unsigned *major, unsigned *minor)`, `unsigned cs_version(int *major, int *minor)` */
function open(name: LibraryName, path: string) {
  const symbol = name === "unicorn" ? "uc_version" : "cs_version";
  return Deno.dlopen(path, { version: { name: symbol, parameters: ["buffer", "buffer"], result: "u32" } });
}

function readVersion(call: (major: BufferSource, minor: BufferSource) => number): readonly number[] {
  const major = new Uint32Array(1);
  const minor = new Uint32Array(1);
  const packed = call(major, minor);
  // Unicorn 2 packs major, minor, patch and extra, a byte each; Unicorn 1 and Capstone only major and minor.
  const hasPatch = packed >>> 24 === major[0] && major[0] !== 0;
  return hasPatch ? [major[0], minor[0], (packed >>> 8) & 0xff] : [major[0], minor[0]];
}

function judge(name: LibraryName, version: readonly number[]): string | undefined {
  const { minimum, below } = libraryRequirements[name];
  const [major, minor] = version;
  const text = version.join(".");
  if (major < minimum[0] || (major === minimum[0] && minor < minimum[1])) {
    return `too old: ${text}, and ${minimum.join(".")} or newer is needed`;
  }
  return major >= below ? `too new: ${text}, and a version before ${below} is needed` : undefined;
}

function bare(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a path leads to no file; a bare name is for the loader to say. */
function isAbsent(path: string): boolean {
  if (path === bare(path)) return false;
  try {
    return !Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return true;
    if (error instanceof Deno.errors.PermissionDenied) return false; // loading it says so, with the path
    throw error;
  }
}

/** The path that the loader chose for a library that is loaded, from proc_pid_maps(5). */
function loadedPath(fileName: string): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const stem = fileName.slice(0, fileName.indexOf("."));
  for (const line of Deno.readTextFileSync("/proc/self/maps").split("\n")) {
    const path = line.slice(line.indexOf("/"));
    if (line.includes("/") && bare(path).startsWith(`${stem}.`)) return path;
  }
  return undefined;
}
