/**
 * Two ways by apt, neither of which installs anything: the packages of the machine's own release, and, on a Debian that
 * is too old to have them, those of a newer Debian from the mirror that the machine is configured with. The packages are
 * verified by apt and unpacked into the private folder.
 *
 * Left out: mirrors that the machine does not use, and sources that nobody signed.
 */

import type { LibraryName } from "../../mod.ts";
import { type AptSource, archiveSources, formatSource, parseSources, parseSourcesList } from "./apt_sources.ts";
import { AptState } from "./apt_state.ts";
import { isRecent, type Way, type WayContext } from "./way.ts";

/** The packages that have held each library, newest first; t64 is the transition to a 64-bit time_t. */
const PACKAGES: Readonly<Record<LibraryName, readonly string[]>> = {
  unicorn: ["libunicorn2t64", "libunicorn2"],
  capstone: ["libcapstone5"],
};

/** The first Debian release whose packages will do. */
const NEWER_DEBIAN = { version: 13, suite: "trixie" };

/** Names by which a source may call a Debian release older than that, besides its code name. */
const RELEASE_ALIASES = ["stable", "oldstable", "oldoldstable"];

const DEBIAN_KEYRINGS = ["gpg", "pgp"].map((ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`);

/** The packages of the machine's own release. */
export const ownRelease: Way = {
  title: "The system's own packages, by apt",
  isHere: async (run) => await run("apt-get", ["--version"]) !== undefined,

  async get(libraries, { run, folder, print }) {
    const names = libraries.flatMap((library) => PACKAGES[library]);
    let apt = AptState.system(run);
    let versions = await apt.versions(names);
    if (versions.size === 0 && !isOldDebian(osRelease())) {
      print("  Fetching the lists of packages, as apt has none yet");
      const sources = (await machineSources()).map((source) =>
        source.uris.flatMap((uri) =>
          source.suites.map((suite) => formatSource(uri, suite, source.components.join(" "), source.signedBy))
        )
      );
      apt = await AptState.private(run, await subfolder(folder, "apt"), sources.flat().join(""));
      const problem = await apt.update();
      versions = await apt.versions(names);
      if (versions.size === 0 && problem !== undefined) return problem;
    }
    return await take(apt, versions, libraries, { run, folder, print });
  },
};

/** The packages of a newer Debian release. */
export const newerDebian: Way = {
  title: `The packages of Debian ${NEWER_DEBIAN.version}, from this machine's mirror`,
  isHere: (run) => isOldDebian(osRelease()) ? ownRelease.isHere(run) : Promise.resolve(false),

  async get(libraries, { run, folder, print }) {
    const suites = [osRelease().get("VERSION_CODENAME") ?? "", ...RELEASE_ALIASES];
    const archives = archiveSources(await machineSources(), suites);
    const mirrors = archives.flatMap(({ uris, signedBy }) => uris.map((uri) => ({ uri, signedBy })));
    let problem = "apt's sources name no Debian archive";
    for (const [index, { uri, signedBy }] of mirrors.entries()) {
      const keyrings = [...new Set([...signedBy, ...DEBIAN_KEYRINGS])].filter(isFile);
      const text = formatSource(uri, NEWER_DEBIAN.suite, "main", keyrings);
      const apt = await AptState.private(run, await subfolder(folder, `apt-${index}`), text);
      print(`  Fetching the list of packages from ${withoutPassword(uri)}`);
      const failed = await apt.update();
      if (failed === undefined) {
        const versions = await apt.versions(libraries.flatMap((library) => PACKAGES[library]));
        return await take(apt, versions, libraries, { run, folder, print });
      }
      problem = failed;
    }
    return problem;
  },
};

/** Downloads and unpacks the packages that are recent enough. */
async function take(
  apt: AptState,
  versions: ReadonlyMap<string, string>,
  libraries: readonly LibraryName[],
  { folder, print }: WayContext,
): Promise<string | undefined> {
  const unfit = [];
  const wanted = [];
  for (const library of libraries) {
    const known = PACKAGES[library].filter((name) => versions.has(name));
    const name = known.find((name) => isRecent(library, versions.get(name)!));
    if (name !== undefined) wanted.push(name);
    else {unfit.push(
        ...known.length === 0 ? [`no package of ${library}`] : known.map((name) => `${name} is ${versions.get(name)}`),
      );}
  }
  if (wanted.length > 0) {
    print(`  Downloading ${wanted.map((name) => `${name} ${versions.get(name)}`).join(" and ")}`);
    const problem = await apt.unpack(wanted, folder);
    if (problem !== undefined) return problem;
  }
  return unfit.length === 0 ? undefined : `not recent enough: ${unfit.join(", ")}`;
}

/** All sources that apt on this machine uses. */
async function machineSources(): Promise<readonly AptSource[]> {
  const parts = "/etc/apt/sources.list.d";
  const names = isFolder(parts) ? [...Deno.readDirSync(parts)].map(({ name }) => `${parts}/${name}`).sort() : [];
  const sources: AptSource[] = [];
  for (const path of ["/etc/apt/sources.list", ...names].filter(isFile)) {
    if (path.endsWith(".list")) sources.push(...parseSourcesList(await Deno.readTextFile(path)));
    if (path.endsWith(".sources")) sources.push(...parseSources(await Deno.readTextFile(path)));
  }
  return sources;
}

function isOldDebian(release: ReadonlyMap<string, string>): boolean {
  return release.get("ID") === "debian" && Number(release.get("VERSION_ID")) < NEWER_DEBIAN.version;
}

/** The fields of os-release(5). */
function osRelease(): ReadonlyMap<string, string> {
  const path = "/etc/os-release";
  if (!isFile(path)) return new Map();
  const fields = Deno.readTextFileSync(path).matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm);
  return new Map(Array.from(fields, ([, key, , value]) => [key, value]));
}

function withoutPassword(uri: string): string {
  return uri.replace(/\/\/[^@/]*@/, "//");
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.mkdir(path, { recursive: true });
  return path;
}

function isFile(path: string): boolean {
  return Boolean(stat(path)?.isFile);
}

function isFolder(path: string): boolean {
  return Boolean(stat(path)?.isDirectory);
}

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
