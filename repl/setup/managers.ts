/**
 * The ways by package managers other than apt. dnf and apk can download without rights, so their packages are unpacked
 * into the private folder; Homebrew belongs to the user; pacman must install, which only root may do.
 *
 * Left out: becoming root. Where rights are missing the command is printed, and the next way is tried.
 */

import type { LibraryName } from "../../mod.ts";
import { type CommandResult, complaint, type Run } from "./command.ts";
import { isRecent, type Way, type WayContext } from "./way.ts";

/** How to talk to one package manager. */
export interface PackageManager {
  readonly command: string;
  /** Arguments that print a package's version. */
  readonly query: (library: LibraryName) => readonly string[];
  /** Finds the version in what that printed. */
  readonly version: RegExp;
  /** Downloads and unpacks without rights. Returns what went wrong, if anything. */
  readonly unpack?: (run: Run, libraries: readonly LibraryName[], folder: string) => Promise<string | undefined>;
  /** Arguments that install packages; both libraries' packages have the library's name. */
  readonly install: readonly string[];
  /** Whether installing is root's. */
  readonly needsRoot: boolean;
}

/** dnf(8), apk(8), pacman(8), brew(1). */
const managers: readonly PackageManager[] = [
  {
    command: "dnf",
    query: (library) => ["-q", "repoquery", "--latest-limit=1", "--qf", "%{version}\n", library],
    version: /^(\d[\w.]*)/m,
    unpack: unpackRpm,
    install: ["install", "-y"],
    needsRoot: true,
  },
  {
    command: "apk",
    query: (library) => ["search", "--no-cache", "--exact", library],
    version: /^[a-z]+-(\d[\w.-]*)/m,
    unpack: unpackApk,
    install: ["add"],
    needsRoot: true,
  },
  {
    command: "pacman",
    query: (library) => ["-Si", library],
    version: /^Version\s*: (\S+)/m,
    install: ["-S", "--needed", "--noconfirm"],
    needsRoot: true,
  },
  {
    command: "brew",
    query: (library) => ["info", library],
    version: /stable (\d[\w.]*)/,
    install: ["install"],
    needsRoot: false,
  },
];

/** The way of each package manager. */
export const managerWays: readonly Way[] = managers.map((manager) => ({
  title: `The system's own packages, by ${manager.command}`,
  isHere: async (run) => await run(manager.command, ["--version"]) !== undefined,
  get: (libraries, context) => get(manager, libraries, context),
}));

async function get(
  manager: PackageManager,
  libraries: readonly LibraryName[],
  { run, folder, print }: WayContext,
): Promise<string | undefined> {
  const { command, install } = manager;
  const wanted: LibraryName[] = [];
  for (const library of libraries) {
    const result = await run(command, manager.query(library));
    const version = manager.version.exec(result?.stdout ?? "")?.[1];
    if (version !== undefined && isRecent(library, version)) wanted.push(library);
    else print(`  ${library}: ${version === undefined ? "no package" : `${version} is not recent enough`}`);
  }
  if (wanted.length === 0) return `${command} has nothing recent enough`;

  const problem = await manager.unpack?.(run, wanted, folder);
  if (manager.unpack !== undefined && problem === undefined) return undefined;
  const commandLine = [command, ...install, ...wanted].join(" ");
  if (manager.needsRoot && Deno.uid() !== 0) {
    return `${problem ?? `${command} needs root`}. To install: sudo ${commandLine}`;
  }
  print(`  Installing: ${commandLine}`);
  return failure(command, await run(command, [...install, ...wanted]));
}

/** Each package's signature is checked before it is unpacked: `dnf download` does not. */
async function unpackRpm(run: Run, libraries: readonly LibraryName[], folder: string): Promise<string | undefined> {
  const download = await run("dnf", ["-q", "download", "--arch", Deno.build.arch, ...libraries], { cwd: folder });
  if (!download?.success) return complaint("dnf download", download);
  for (const name of packagesIn(folder, ".rpm")) {
    const verified = await run("rpmkeys", ["--checksig", name], { cwd: folder });
    if (!verified?.success || !/signatures OK/.test(verified.stdout)) return complaint("rpmkeys --checksig", verified);
    const script = 'set -e; rpm2cpio "$1" >package.cpio; cpio -idm --quiet <package.cpio';
    const unpacked = await run("sh", ["-c", script, "sh", name], { cwd: folder });
    if (!unpacked?.success) return complaint("rpm2cpio and cpio", unpacked);
  }
}

/** `apk fetch` checks packages against the signed index. */
async function unpackApk(run: Run, libraries: readonly LibraryName[], folder: string): Promise<string | undefined> {
  const download = await run("apk", ["fetch", "--no-cache", "--quiet", ...libraries], { cwd: folder });
  if (!download?.success) return complaint("apk fetch", download);
  for (const name of packagesIn(folder, ".apk")) {
    const unpacked = await run("tar", ["-xzf", name], { cwd: folder });
    if (!unpacked?.success) return complaint("tar", unpacked);
  }
}

function packagesIn(folder: string, ending: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(ending));
}

function failure(command: string, result: CommandResult | undefined): string | undefined {
  return result?.success ? undefined : complaint(command, result);
}
