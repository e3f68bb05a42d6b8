/**
 * Finds the program to run: a name without a slash in the PATH, as execvp(3) does; a name with one as it is.
 *
 * Leaves out what only loading it can tell: whether it is ELF, or a script whose interpreter exists.
 */

import { resolve } from "node:path";
import { CommandLineError, STATUS } from "./errors.ts";

/** What execvp(3) searches when PATH is not set. */
const DEFAULT_PATH = "/bin:/usr/bin";

/** Where to look. */
export interface SearchOptions {
  /** The guest's PATH. */
  readonly path: string | undefined;
  /** The caller's working directory: what a relative name starts from. */
  readonly cwd: string;
  /** Host directory that the guest sees as `/`: names are the guest's then. */
  readonly sysroot?: string;
  /** Whether any file will do, a library without the permission to execute it too. */
  readonly anyFile?: boolean;
}

type State = "found" | "missing" | "directory" | "not executable";

const PROBLEMS: Readonly<Record<Exclude<State, "found" | "missing">, string>> = {
  "directory": "it is a directory",
  "not executable": "it is not executable; chmod +x makes it so",
};

/**
 * Finds a program.
 *
 * @returns Its absolute path, as the guest sees it.
 * @throws {CommandLineError} With status 127 if there is none, with 126 if it cannot be executed.
 */
export function findProgram(name: string, options: SearchOptions): string {
  const { path = DEFAULT_PATH, sysroot, anyFile = false } = options;
  const cwd = sysroot === undefined ? options.cwd : "/";
  const inPath = name === "" || name.includes("/") ? [] : path.split(":").map((folder) => resolve(cwd, folder, name));
  const candidates = name.includes("/") || anyFile ? [resolve(cwd, name), ...inPath] : inPath;
  let refused: { readonly path: string; readonly problem: string } | undefined;
  for (const candidate of candidates) {
    const state = stateOf(sysroot === undefined ? candidate : `${resolve(options.cwd, sysroot)}${candidate}`);
    if (state === "found" || (anyFile && state === "not executable")) return candidate;
    if (state !== "missing") refused ??= { path: candidate, problem: PROBLEMS[state] };
  }
  if (refused !== undefined) {
    throw new CommandLineError(`Cannot run ${refused.path}: ${refused.problem}`, STATUS.cannotRun);
  }
  const isHere = sysroot === undefined && inPath.length > 0 && stateOf(resolve(cwd, name)) === "found";
  const hint = isHere ? `; for the file of this folder, write ./${name}` : "";
  const where = name.includes("/") ? "there is no such file" : `no directory of the PATH has it${hint}`;
  throw new CommandLineError(`Cannot run ${name || "a program without a name"}: ${where}`, STATUS.notFound);
}

function stateOf(path: string): State {
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (!isFile) return "directory";
    return ((mode ?? 0) & 0o111) === 0 ? "not executable" : "found";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "missing";
    if (error instanceof Deno.errors.PermissionDenied) return "not executable";
    // ENAMETOOLONG, ELOOP: no program by that name can be run.
    if (error instanceof Error) return "missing";
    throw error;
  }
}
