/** What plugins take: whole commands, by CPU time, against the run without one and against valgrind's tools. */

import { fileURLToPath } from "node:url";
import { compile } from "../programs/compile.ts";
import { compare, type Measured, show, START } from "./measure.ts";

const main = fileURLToPath(new URL("../../mod.ts", import.meta.url));
const COUNTING = ["icount", "coverage", "profile", "hotblocks", "howvec", "dyncount", "drcov"];
const MANY = "1500000";
const FEW = "300000";

function run(plugin: string | undefined, ...command: string[]): string[] {
  return [
    ...START,
    main,
    "run",
    ...plugin === undefined ? [] : ["--plugin", plugin, "--output", "/dev/null"],
    ...command,
  ];
}

function ratio(a: Measured, b: Measured): string {
  return (a.processorMilliseconds / b.processorMilliseconds).toFixed(2);
}

/** Plugins that count, on a program of a second and on one that ends at once. */
async function counting(sorts: string): Promise<void> {
  for (const command of [[sorts, MANY], ["/bin/ls", "-la", "/usr/bin"]]) {
    const [none, ...others] = await compare(
      run(undefined, ...command),
      ...COUNTING.map((name) => run(name, ...command)),
    );
    for (const [index, name] of COUNTING.entries()) {
      show(`${command[0].split("/").at(-1)}: ${name} / nothing attached`, ratio(others[index], none));
    }
  }
}

/** Needs valgrind. */
async function tools(sorts: string): Promise<void> {
  const valgrind = (tool: string, count: string) => [
    ...[
      "valgrind",
      `--tool=${tool}`,
      `--${tool}-out-file=/dev/null`,
      ...tool === "cachegrind" ? ["--cache-sim=yes"] : [],
    ],
    ...[sorts, count],
  ];
  for (const count of [FEW, MANY]) {
    const [cache, callgrind, ftrace, theirCache, theirCallgrind] = await compare(
      run("cache", sorts, count),
      run("callgrind", sorts, count),
      run("ftrace", sorts, count),
      valgrind("cachegrind", count),
      valgrind("callgrind", count),
    );
    show(`${count} numbers: cache / valgrind's cachegrind`, ratio(cache, theirCache));
    show(`${count} numbers: callgrind / valgrind's`, ratio(callgrind, theirCallgrind));
    show(`${count} numbers: ftrace / valgrind's callgrind`, ratio(ftrace, theirCallgrind));
  }
}

/** What plugins take. */
export async function plugins(): Promise<void> {
  const sorts = await compile(new URL("sorts.c", import.meta.url), ["-O2", "-g", "-fno-inline"]);
  await tools(sorts);
  await counting(sorts);
}
