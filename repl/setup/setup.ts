/**
 * `ceratops setup`: makes sure that Unicorn and Capstone are there and recent enough, trying one way after the other and
 * saying what each does. Run again, it finds everything in place.
 *
 * Left out: the ways, one file each; what is wrong with what is there, which `ceratops doctor` tells.
 */

import {
  type Environment,
  findLibrary,
  type FoundLibrary,
  type LibraryName,
  LibraryNotFoundError,
  libraryRequirements,
  libraryVariable,
  privateFolder,
} from "../../mod.ts";
import { newerDebian, ownRelease } from "./apt.ts";
import { type Run, runCommand } from "./command.ts";
import { managerWays } from "./managers.ts";
import { link, takeOver, withWorkspace } from "./private_libraries.ts";
import type { Way } from "./way.ts";
import { wheel } from "./wheel.ts";

/** In the order in which they are tried. */
const WAYS: readonly Way[] = [ownRelease, ...managerWays, newerDebian, wheel];

const LIBRARIES: readonly LibraryName[] = ["unicorn", "capstone"];

/** What {@linkcode setup} works with; everything has a default. */
export interface SetupOptions {
  /** Takes each line of what is told; standard output by default. */
  readonly print?: (line: string) => void;
  /** Reads the environment; the process's own by default. */
  readonly env?: Environment;
  /** Runs other programs. */
  readonly run?: Run;
  /** The ways to try. */
  readonly ways?: readonly Way[];
}

/**
 * Gets what is missing of the libraries.
 *
 * @returns The exit status: 0 when both libraries are in place, else 1.
 */
export async function setup(options: SetupOptions = {}): Promise<number> {
  const { print = console.log, env = (key) => Deno.env.get(key), run = runCommand, ways = WAYS } = options;
  const own = privateFolder(env);
  if (own === undefined) {
    print("Cannot tell where to keep the libraries: set HOME or XDG_CACHE_HOME");
    return 1;
  }
  const missing = new Set<LibraryName>();
  for (const name of LIBRARIES) {
    const found = find(name, env);
    if (found === undefined) {
      if (refuseExplicit(name, env, print)) return 1;
      print(`${label(name)} ${libraryRequirements[name].minimum.join(".")} or newer: not found`);
      missing.add(name);
    } else await settle(own, found, print);
  }

  for (const way of ways) {
    if (missing.size === 0) break;
    if (!await way.isHere(run)) continue;
    print(`${way.title}:`);
    await withWorkspace(own, async (folder) => {
      const problem = await way.get([...missing], { print, run, folder });
      if (problem !== undefined) print(`  ${problem}`);
      for (const name of [...missing]) {
        const unfit = await takeOver(own, folder, name);
        const found = find(name, env);
        if (found !== undefined) {
          missing.delete(name);
          await settle(own, found, print);
        } else if (problem === undefined) print(`  ${unfit}`);
      }
    });
  }
  for (const name of missing) print(`Cannot get ${label(name)}. ${byHand(name)}`);
  return missing.size === 0 ? 0 : 1;
}

/** Says where a library is; one that is found by searching is noted in the private folder. */
async function settle(own: string, found: FoundLibrary, print: (line: string) => void): Promise<void> {
  print(`${label(found.name)} ${found.version}: ${found.path}`);
  if (found.origin === "environment" || found.origin === "private folder" || !found.path.includes("/")) return;
  await withWorkspace(own, (workspace) => link(own, workspace, found.name, found.path));
  print(`  Linked into ${own}/lib, where it is looked for first`);
}

/** A file that the user named is the user's to correct. */
function refuseExplicit(name: LibraryName, env: Environment, print: (line: string) => void): boolean {
  const variable = libraryVariable(name);
  const path = env(variable);
  if (!path) return false;
  print(`Cannot use ${label(name)} from ${variable}, which is ${path}: correct the variable or unset it`);
  return true;
}

function byHand(name: LibraryName): string {
  return `Install or build version ${libraryRequirements[name].minimum.join(".")} or newer, and set ${
    libraryVariable(name)
  } to its file`;
}

function label(name: LibraryName): string {
  return libraryRequirements[name].label;
}

function find(name: LibraryName, env: Environment): FoundLibrary | undefined {
  try {
    return findLibrary(name, env);
  } catch (error) {
    if (error instanceof LibraryNotFoundError) return undefined;
    throw error;
  }
}
