/**
 * A private apt: its own lists, cache and sources in one folder, so that it needs no rights and changes nothing.
 * Signatures are verified as the system's apt verifies them.
 *
 * Left out: installing, and dependencies; the two libraries need the C library only. See apt.conf(5), apt-get(8).
 */

import { complaint, type Run } from "./command.ts";

/** Nothing unsigned, whatever the system's apt lets pass; and only so much patience with a mirror. */
const ALWAYS = [
  "APT::Get::AllowUnauthenticated=false",
  "Acquire::AllowInsecureRepositories=false",
  "Acquire::http::Timeout=20",
  "Acquire::https::Timeout=20",
  "Acquire::Retries=1",
];

/** An apt to ask and to download with. */
export class AptState {
  readonly #run: Run;
  readonly #options: readonly string[];

  private constructor(run: Run, options: readonly string[]) {
    this.#run = run;
    this.#options = [...options, ...ALWAYS].flatMap((option) => ["-o", option]);
  }

  /** The system's own lists, to read only. */
  static system(run: Run): AptState {
    return new AptState(run, []);
  }

  /** A private state in an existing folder, with the given text as its only sources. */
  static async private(run: Run, folder: string, sources: string): Promise<AptState> {
    await Deno.mkdir(`${folder}/lists/partial`, { recursive: true });
    await Deno.mkdir(`${folder}/cache/archives/partial`, { recursive: true });
    await Deno.writeTextFile(`${folder}/sources.list`, sources);
    await Deno.writeTextFile(`${folder}/status`, "");
    return new AptState(run, [
      `Dir::Etc::sourcelist=${folder}/sources.list`,
      "Dir::Etc::sourceparts=/dev/null",
      "Dir::Etc::preferencesparts=/dev/null",
      `Dir::State=${folder}`,
      `Dir::State::lists=${folder}/lists`,
      `Dir::State::status=${folder}/status`,
      `Dir::Cache=${folder}/cache`,
      "APT::Sandbox::User=root", // as the folder is not for apt's own user to write
      "APT::Update::Post-Invoke-Success=",
      "Acquire::Languages=none",
    ]);
  }

  /** Fetches the lists of packages. Returns what went wrong, if anything. */
  async update(): Promise<string | undefined> {
    const result = await this.#run("apt-get", [...this.#options, "-o", "APT::Update::Error-Mode=any", "update"]);
    return result?.success ? undefined : complaint("apt-get update", result);
  }

  /** The version that would be downloaded of each package that is known. */
  async versions(packages: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const result = await this.#run("apt-cache", [...this.#options, "policy", ...packages]);
    return parsePolicy(result?.stdout ?? "");
  }

  /** Downloads packages and unpacks them into a folder. Returns what went wrong, if anything. */
  async unpack(packages: readonly string[], folder: string): Promise<string | undefined> {
    const download = await this.#run("apt-get", [...this.#options, "download", ...packages], { cwd: folder });
    if (!download?.success) return complaint("apt-get download", download);
    for (const { name } of Deno.readDirSync(folder)) {
      if (!name.endsWith(".deb")) continue;
      const unpacked = await this.#run("dpkg-deb", ["--extract", name, "."], { cwd: folder });
      if (!unpacked?.success) return complaint("dpkg-deb", unpacked);
    }
  }
}

/** Reads what `apt-cache policy` prints: package and candidate version. */
export function parsePolicy(text: string): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const [, name, version] of text.matchAll(/^(\S+):\n(?: .*\n)*? {2}Candidate: (\S+)$/gm)) {
    if (version !== "(none)") versions.set(name, version);
  }
  return versions;
}
