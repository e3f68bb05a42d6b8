/**
 * Where the libraries may be, in the order in which they are looked for. Knows names and folders only; opening what is
 * there is find_library.ts's.
 *
 * Left out: the loader's own configuration (ld.so.conf); asking the loader by bare name covers it.
 */

/** A library that Ceratops needs. */
export type LibraryName = "unicorn" | "capstone";

/** Reads one environment variable; `Deno.env.get` in production. */
export type Environment = (variable: string) => string | undefined;

/** How a place came to be looked at. */
export type LibraryOrigin = "environment" | "private folder" | "loader" | "prefix" | "Python package";

/** One file that may be the library. A path without a slash is for the loader to resolve. */
export interface LibraryPlace {
  readonly path: string;
  readonly origin: LibraryOrigin;
}

const IS_MAC = Deno.build.os === "darwin";

/** File names, the one wanted first; the older ones are looked for to say that they are too old. */
const FILE_NAMES: Readonly<Record<LibraryName, readonly string[]>> = IS_MAC
  ? {
    unicorn: ["libunicorn.2.dylib", "libunicorn.dylib", "libunicorn.1.dylib"],
    capstone: ["libcapstone.5.dylib", "libcapstone.dylib", "libcapstone.4.dylib"],
  }
  : {
    unicorn: ["libunicorn.so.2", "libunicorn.so", "libunicorn.so.1"],
    capstone: ["libcapstone.so.5", "libcapstone.so", "libcapstone.so.4"],
  };

/** The loader's standard folders, which it does not list itself. */
const LOADER_FOLDERS = IS_MAC ? ["/usr/lib"] : [`/usr/lib/${Deno.build.arch}-linux-gnu`, "/usr/lib64", "/usr/lib"];

/** The usual prefixes: local builds, Homebrew, MacPorts. */
const PREFIXES = ["/usr/local", "/opt/homebrew", "/home/linuxbrew/.linuxbrew", "/opt/local"];

/** The file name under which the private folder holds a library. */
export function libraryFileName(name: LibraryName): string {
  return FILE_NAMES[name][0];
}

/** The environment variable that names a library's file. */
export function libraryVariable(name: LibraryName): string {
  return `CERATOPS_${name.toUpperCase()}`;
}

/**
 * The folder in which Ceratops keeps what it fetched: `$XDG_CACHE_HOME/ceratops`, by default `~/.cache/ceratops`.
 *
 * @returns The folder, whether it exists or not; `undefined` when neither `XDG_CACHE_HOME` nor `HOME` is set. Following
 * the XDG base directory specification, a relative `XDG_CACHE_HOME` is ignored.
 */
export function privateFolder(env: Environment = (variable) => Deno.env.get(variable)): string | undefined {
  const cache = env("XDG_CACHE_HOME");
  if (cache?.startsWith("/")) return `${cache}/ceratops`;
  const home = env("HOME");
  return home ? `${home}/.cache/ceratops` : undefined;
}

/** The places of a library, lazily and in order: most runs end at the first or the second. */
export function* libraryPlaces(name: LibraryName, env: Environment): Generator<LibraryPlace> {
  const explicit = env(libraryVariable(name));
  if (explicit) yield { path: explicit, origin: "environment" };

  const own = privateFolder(env);
  if (own !== undefined) yield { path: `${own}/lib/${libraryFileName(name)}`, origin: "private folder" };

  const loaderPath = env(IS_MAC ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH")?.split(":") ?? [];
  yield* inFolders(name, [...loaderPath, ...LOADER_FOLDERS], "loader");
  yield { path: libraryFileName(name), origin: "loader" };
  yield* inFolders(name, prefixes(env).map((prefix) => `${prefix}/lib`), "prefix");
  yield* inFolders(name, pythonFolders(name, env), "Python package");
}

function* inFolders(name: LibraryName, folders: readonly string[], origin: LibraryOrigin): Generator<LibraryPlace> {
  for (const folder of folders) {
    if (folder === "") continue;
    for (const file of FILE_NAMES[name]) yield { path: `${folder}/${file}`, origin };
  }
}

function prefixes(env: Environment): readonly string[] {
  return [...new Set([env("HOMEBREW_PREFIX") ?? PREFIXES[0], ...PREFIXES])];
}

/** The `lib` folders of the Python package, in every Python folder that is usual; no Python is run. */
function pythonFolders(name: LibraryName, env: Environment): readonly string[] {
  const home = env("HOME");
  const bases = [env("VIRTUAL_ENV"), env("CONDA_PREFIX"), home && `${home}/.local`, "/usr", ...prefixes(env)];
  const pyenv = env("PYENV_ROOT") ?? (home && `${home}/.pyenv`);
  if (pyenv) bases.push(...folderNames(`${pyenv}/versions`).map((version) => `${pyenv}/versions/${version}`));

  const packages: string[] = env("PYTHONPATH")?.split(":").filter((folder) => folder !== "") ?? [];
  for (const base of bases) {
    if (!base) continue;
    for (const lib of [`${base}/lib`, `${base}/lib64`]) {
      for (const python of folderNames(lib).filter((folder) => folder.startsWith("python3"))) {
        packages.push(`${lib}/${python}/site-packages`, `${lib}/${python}/dist-packages`);
      }
    }
  }
  if (IS_MAC && home) {
    const user = `${home}/Library/Python`;
    packages.push(...folderNames(user).map((version) => `${user}/${version}/lib/python/site-packages`));
  }
  return packages.map((folder) => `${folder}/${name}/lib`);
}

/** The entries of a folder in order; a folder that is not there, or may not be read, has none. */
function folderNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return [];
    if (error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}
