/**
 * The way by pip: the Python wheels hold the libraries. They are unpacked into the private folder; no Python environment
 * is touched, so an externally managed one has nothing to refuse.
 *
 * Left out: installing Python or pip.
 */

import { type LibraryName, libraryRequirements } from "../../mod.ts";
import { complaint, type Run } from "./command.ts";
import type { Way } from "./way.ts";

const PIPS = [["python3", "-m", "pip"], ["pip3"], ["pip"]];

/** The Python wheels. */
export const wheel: Way = {
  title: "The Python wheels, by pip",
  isHere: async (run) => await findPip(run) !== undefined,

  async get(libraries, { run, folder, print }) {
    const pip = await findPip(run);
    if (pip === undefined) return "pip is not here";
    const problems = [];
    for (const library of libraries) {
      const wanted = requirement(library);
      print(`  Fetching ${wanted}`);
      const [command, ...args] = pip;
      const options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-compile"];
      const target = ["--target", `${folder}/${library}`];
      const result = await run(command, [...args, "install", "--quiet", ...options, ...target, wanted]);
      if (!result?.success) problems.push(complaint("pip", result));
    }
    return problems.length === 0 ? undefined : problems.join("; ");
  },
};

/** A library's requirement as pip writes it: "unicorn>=2.1,<3". */
function requirement(library: LibraryName): string {
  const { minimum, below } = libraryRequirements[library];
  return `${library}>=${minimum.join(".")},<${below}`;
}

async function findPip(run: Run): Promise<readonly string[] | undefined> {
  for (const [command, ...args] of PIPS) {
    const result = await run(command, [...args, "--version"]);
    if (result?.success) return [command, ...args];
  }
}
