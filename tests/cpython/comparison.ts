/**
 * Runs CPython's own tests, as the distribution ships them, natively and on Ceratops, and tells which cases end otherwise.
 *
 * Needs Debian's libpython3.11-testsuite, or what is like it for the machine's Python. Cases run one after the other in
 * one process, in a folder of their own.
 */

import { fileURLToPath } from "node:url";

/** How a case ended; "unfinished" if the process ended before it did. */
export type Status = "ok" | "skipped" | "failed" | "error" | "unfinished";

/** A case of a module. */
export interface Case {
  /** As `test_os.FileTests.test_read`. */
  readonly name: string;
  readonly status: Status;
  /** Why it was skipped or failed. */
  readonly why: string;
}

/** What a run of a module told. */
export interface Run {
  readonly cases: readonly Case[];
  readonly seconds: number;
}

/** What to run. */
export interface Selection {
  /** As `test_os`. */
  readonly module: string;
  /** Patterns of whole names; by default all. */
  readonly only?: readonly string[];
  /** Patterns of cases to leave out. */
  readonly without?: readonly string[];
  /** After as many seconds a run is ended; by default after 1200. */
  readonly patience?: number;
}

/** A case that ended otherwise than natively. */
export interface Difference {
  readonly name: string;
  readonly native: Status | "not run";
  readonly guest: Status | "not run";
  readonly why: string;
}

const PYTHON = "/usr/bin/python3";
const SUITE = fileURLToPath(new URL("suite.py", import.meta.url));
const MAIN = fileURLToPath(new URL("../../mod.ts", import.meta.url));

/** The folder of the tests, or undefined where they are not installed. */
export function findTests(): string | undefined {
  for (const { name } of Deno.readDirSync("/usr/lib")) {
    if (!/^python3\.\d+$/.test(name)) continue;
    try {
      Deno.statSync(`/usr/lib/${name}/test/test_select.py`);
      return `/usr/lib/${name}/test`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** The cases that a file of suite.py tells of. */
export function parseCases(text: string): Case[] {
  const cases = new Map<string, Case>();
  for (const line of text.split("\n")) {
    const [status, name, why = ""] = line.split("\t");
    if (name === undefined || status === "end") continue;
    cases.set(name, { name, status: status === "begin" ? "unfinished" : status as Status, why });
  }
  return [...cases.values()];
}

async function run(command: readonly string[], selection: Selection): Promise<Run> {
  const { module, only = [], without = [], patience = 1200 } = selection;
  const output = await Deno.makeTempFile({ prefix: "ceratops-cpython-" });
  try {
    const start = performance.now();
    const args = [...command, SUITE, output, module, ...only, "--without", ...without];
    await new Deno.Command("setsid", {
      args: ["-w", "timeout", "-k", "5", String(patience), ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    const seconds = (performance.now() - start) / 1000;
    return { cases: parseCases(await Deno.readTextFile(output)), seconds };
  } finally {
    await Deno.remove(output);
  }
}

/** Runs cases natively. */
export function runNative(selection: Selection): Promise<Run> {
  return run([PYTHON], selection);
}

/** Runs cases on Ceratops. */
export function runGuest(selection: Selection): Promise<Run> {
  return run([Deno.execPath(), "run", "-A", "--no-check", MAIN, "run", "-A", "--", PYTHON], selection);
}

/** Cases that did not end alike. */
export function differences(native: Run, guest: Run): Difference[] {
  const natives = new Map(native.cases.map((each) => [each.name, each]));
  const guests = new Map(guest.cases.map((each) => [each.name, each]));
  return [...new Set([...natives.keys(), ...guests.keys()])].flatMap((name) => {
    const [ours, theirs] = [guests.get(name), natives.get(name)];
    if (ours?.status === theirs?.status) return [];
    const why = [theirs?.why && `natively: ${theirs.why}`, ours?.why].filter((text) => text).join("; ");
    return [{ name, native: theirs?.status ?? "not run" as const, guest: ours?.status ?? "not run" as const, why }];
  });
}
