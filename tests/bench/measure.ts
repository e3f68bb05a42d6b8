/** Runs commands several times in turn, and takes their times and peak memory. */

import { fileURLToPath } from "node:url";

/** How often each command is run. */
export const RUNS = 5;
const deno = Deno.execPath();
const runner = fileURLToPath(new URL("run_guest.ts", import.meta.url));
/** How a script is started: as the launcher starts Ceratops. */
export const START: readonly string[] = [deno, "run", "-A", "--no-check", "--v8-flags=--no-incremental-marking"];
/** A command that runs a guest in one of the modes of run_guest.ts. */
export const guest = (
  mode: string,
  ...command: string[]
) => [...START, runner, mode, ...command];

/** What a command took. */
export interface Measured {
  readonly milliseconds: number;
  /** Of CPU time. */
  readonly processorMilliseconds: number;
  /** Peak resident memory. */
  readonly mebibytes: number;
}

/** Runs a command under python3, which tells its peak memory. */
async function measure(command: readonly string[]): Promise<Measured> {
  const script = "import resource, subprocess, sys, time; t = time.perf_counter(); " +
    "r = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode; " +
    "u = resource.getrusage(resource.RUSAGE_CHILDREN); " +
    "print((time.perf_counter() - t) * 1000, (u.ru_utime + u.ru_stime) * 1000, u.ru_maxrss / 1024, r)";
  const { stdout } = await new Deno.Command("python3", { args: ["-c", script, ...command] }).output();
  const [milliseconds, processorMilliseconds, mebibytes, status] = new TextDecoder().decode(stdout).trim().split(" ")
    .map(Number);
  if (status !== 0) throw new Error(`Cannot measure ${command.join(" ")}: it ended with status ${status}`);
  return { milliseconds, processorMilliseconds, mebibytes };
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Medians of several commands, run in turn. */
export async function compare(...commands: readonly (readonly string[])[]): Promise<Measured[]> {
  const results: Measured[][] = commands.map(() => []);
  for (let run = -1; run < RUNS; run++) {
    for (const [index, command] of commands.entries()) {
      const result = await measure(command);
      if (run >= 0) results[index].push(result);
    }
  }
  return results.map((list) => ({
    milliseconds: median(list.map(({ milliseconds }) => milliseconds)),
    processorMilliseconds: median(list.map(({ processorMilliseconds }) => processorMilliseconds)),
    mebibytes: median(list.map(({ mebibytes }) => mebibytes)),
  }));
}

/** Prints a row. */
export function show(name: string, figure: string): void {
  console.log(`${name.padEnd(72)} ${figure}`);
}
