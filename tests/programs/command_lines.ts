/** Command lines of tests: words, quotes, and `< FILE` at the end. */

/** What a command came to. */
export interface Outcome {
  readonly stdout: string;
  readonly status: number;
}

/** The environment, which is small. */
export const ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC" };

/** Words of a command line; quotes are as in a shell, and nothing else is. */
export function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}

/** Splits off `< FILE` at the end. */
export function inputOf(list: readonly string[]): { args: readonly string[]; input: string } {
  const at = list.indexOf("<");
  return at < 0 ? { args: list, input: "/dev/null" } : { args: list.slice(0, at), input: list[at + 1] };
}

/** Path of a program. */
export function programOf(name: string): string {
  if (name.includes("/")) return name;
  for (const folder of ENVIRONMENT.PATH.split(":")) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`Cannot run ${name}: it is not installed`);
}
