/**
 * What happens inside the private folder: workspaces for unfinished work, and libraries moved into place at once. A
 * set-up that is killed leaves at most a workspace, which a later one removes.
 *
 * Left out: where the files come from.
 */

import { checkLibrary, libraryFileName, type LibraryName } from "../../mod.ts";

const WORKSPACE_PREFIX = "setup-";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const STALE_MILLISECONDS = 60 * 60 * 1000;

/** Calls with a new folder inside the private one, and removes it whatever happens, an interruption included. */
export async function withWorkspace<T>(privateFolder: string, use: (folder: string) => Promise<T>): Promise<T> {
  await Deno.mkdir(`${privateFolder}/lib`, { recursive: true });
  await removeStale(privateFolder);
  const folder = await Deno.makeTempDir({ dir: privateFolder, prefix: WORKSPACE_PREFIX });
  const interrupted = () => {
    Deno.removeSync(folder, { recursive: true });
    Deno.exit(130);
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupted);
  try {
    return await use(folder);
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, interrupted);
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Takes over the first file of a workspace that is the library and will do.
 *
 * @returns What was wrong with the files of that name, if none will do; `undefined` when the library is in place.
 */
export async function takeOver(
  privateFolder: string,
  workspace: string,
  name: LibraryName,
): Promise<string | undefined> {
  let problem = `no file of ${name} in it`;
  for (const path of files(workspace)) {
    const file = path.slice(path.lastIndexOf("/") + 1);
    if (!/\.(so|dylib)(\.|$)|\.\d+\.dylib$/.test(file) || !file.startsWith(`lib${name}.`)) continue;
    const check = checkLibrary(name, path);
    if (check.problem === undefined) {
      await Deno.chmod(path, 0o644);
      await Deno.rename(path, `${privateFolder}/lib/${libraryFileName(name)}`);
      return undefined;
    }
    problem = `${file}: ${check.problem}`;
  }
  return problem;
}

/** Notes a library that is elsewhere by a link in the private folder, so that the next start finds it at once. */
export async function link(privateFolder: string, workspace: string, name: LibraryName, path: string): Promise<void> {
  const file = libraryFileName(name);
  await Deno.symlink(path, `${workspace}/${file}`);
  await Deno.rename(`${workspace}/${file}`, `${privateFolder}/lib/${file}`);
}

/** The regular files below a folder; links are passed over, as their targets are there too. */
function* files(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile) yield path;
    else if (entry.isDirectory) yield* files(path);
  }
}

async function removeStale(privateFolder: string): Promise<void> {
  for (const { name } of Deno.readDirSync(privateFolder)) {
    if (!name.startsWith(WORKSPACE_PREFIX)) continue;
    const path = `${privateFolder}/${name}`;
    try {
      const age = Date.now() - ((await Deno.stat(path)).mtime?.getTime() ?? 0);
      if (age > STALE_MILLISECONDS) await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // another set-up has just removed its own
    }
  }
}
