/** What gcov says of the same program on the same run: compiled for coverage, and run natively. */

import { fileURLToPath } from "node:url";

/** A line as gcov counts it. */
export interface GcovLine {
  /** Executions, summed over the functions that the line is in. */
  readonly count: number;
  /** Executions of each way out of its conditional jumps and of the calls that may throw. */
  readonly branches: readonly number[];
}

/** What gcov found. */
export interface GcovRun {
  readonly lines: ReadonlyMap<number, GcovLine>;
  /** Executions of functions by their mangled names. */
  readonly functions: ReadonlyMap<string, number>;
}

interface GcovFile {
  readonly file: string;
  readonly lines: readonly {
    readonly line_number: number;
    readonly count: number;
    readonly branches: readonly { readonly count: number; readonly throw: boolean }[];
  }[];
  readonly functions: readonly { readonly name: string; readonly execution_count: number }[];
}

async function run(command: string, args: readonly string[], cwd: string, status = 0): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd, stdin: "null" }).output();
  if (code > status) throw new Error(`Cannot run ${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Compiles a source with `--coverage -O0`, runs it, and asks gcov. */
export async function gcov(source: URL, args: readonly string[] = []): Promise<GcovRun> {
  const folder = await Deno.makeTempDir();
  try {
    const path = fileURLToPath(source);
    await run(path.endsWith(".c") ? "gcc" : "g++", ["--coverage", "-O0", path, "-o", "guest"], folder);
    await run(`${folder}/guest`, args, folder, 1);
    const data = [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".gcda"));
    const { files } = JSON.parse(await run("gcov", ["-j", "-t", "-b", data?.name ?? ""], folder));
    const { lines, functions } = (files as GcovFile[]).find(({ file }) => file === path) as GcovFile;
    const byLine = Map.groupBy(lines, ({ line_number }) => line_number);
    return {
      lines: new Map([...byLine].map(([line, parts]) => [line, {
        count: parts.reduce((sum, { count }) => sum + count, 0),
        branches: parts.flatMap(({ branches }) => branches.map(({ count }) => count)),
      }])),
      functions: new Map(functions.map(({ name, execution_count }) => [name, execution_count])),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
