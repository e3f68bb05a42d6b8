/**
 * `ceratops doctor`: what was found where, which version, what is wrong with it, and the one command that mends it.
 *
 * Left out: mending (`ceratops setup`), and anything that needs the network.
 */

import {
  type Environment,
  type LibraryCandidate,
  type LibraryName,
  libraryRequirements,
  libraryVariable,
  searchLibrary,
} from "../../mod.ts";

const LIBRARIES: readonly LibraryName[] = ["unicorn", "capstone"];
const DENO_MINIMUM = [2, 9] as const;

/** What {@linkcode doctor} works with; everything has a default. */
export interface DoctorOptions {
  /** Takes each line of what is told; standard output by default. */
  readonly print?: (line: string) => void;
  /** Reads the environment; the process's own by default. */
  readonly env?: Environment;
}

/**
 * Reports on everything that Ceratops needs.
 *
 * @returns The exit status: 0 when nothing is amiss, else 1.
 */
// deno-lint-ignore require-await -- a command's result is a promise, whatever it does
export async function doctor(options: DoctorOptions = {}): Promise<number> {
  const { print = console.log, env = (key) => Deno.env.get(key) } = options;
  const remedies: string[] = [];

  const [major, minor] = Deno.version.deno.split(".").map(Number);
  const isRecent = major > DENO_MINIMUM[0] || (major === DENO_MINIMUM[0] && minor >= DENO_MINIMUM[1]);
  print(`Deno ${DENO_MINIMUM.join(".")} or newer`);
  print(row(isRecent ? "used" : "too old", Deno.version.deno, Deno.execPath()));
  if (!isRecent) remedies.push("npm install -g deno");

  for (const name of LIBRARIES) {
    const { label, minimum } = libraryRequirements[name];
    print(`${label} ${minimum.join(".")} or newer`);
    const candidates = searchLibrary(name, env);
    const used = candidates.find(({ problem }) => problem === undefined);
    for (const candidate of candidates) print(describe(candidate, candidate === used));
    if (candidates.length === 0) print("  none found");

    const explicit = candidates[0]?.origin === "environment" && candidates[0].problem !== undefined;
    if (explicit) remedies.push(`unset ${libraryVariable(name)}`);
    else if (used === undefined && !remedies.includes("ceratops setup")) remedies.push("ceratops setup");
  }
  print(remedies.length === 0 ? "Everything is in place" : `To mend it: ${remedies.join(" && ")}`);
  return remedies.length === 0 ? 0 : 1;
}

function describe({ path, origin, version, problem }: LibraryCandidate, isUsed: boolean): string {
  const state = isUsed
    ? "used"
    : problem === undefined
    ? "spare"
    : problem.startsWith("too")
    ? problem.slice(0, 7)
    : "unfit";
  const detail = problem === undefined || problem.startsWith("too") ? origin : `${origin}; ${problem}`;
  return row(state.trim(), version ?? "?", `${path} (${detail})`);
}

function row(state: string, version: string, text: string): string {
  return `  ${state.padEnd(8)}${version.padEnd(8)}${text}`;
}
