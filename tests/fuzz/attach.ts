/**
 * Runs guests undisturbed and disturbed at random points, and compares: output, end, and counts must be the same.
 *
 *     deno task fuzz-hooks SECONDS [SEED]
 */

import { compile } from "../programs/compile.ts";
import type { DisturbedRun } from "./disturbed_run.ts";

/** A guest, and what it is run with. */
export interface FuzzGuest {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** Runs of a guest, and what they printed. */
export interface Outcome {
  readonly runs: readonly DisturbedRun[];
  readonly output: string;
}

const RUNS_AT_ONCE = 8;
const TIMEOUT_MILLISECONDS = 300_000;

const SIGNALS = `
#include <signal.h>
#include <stdio.h>
#include <setjmp.h>
static volatile int seen;
static sigjmp_buf back;
static void note(int signal) { seen++; }
static void leap(int signal) { siglongjmp(back, 1); }
__attribute__((noinline)) int fib(int n) { if (n == 3) raise(SIGUSR1); return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(void) {
  signal(SIGUSR1, note);
  signal(SIGSEGV, leap);
  printf("%d\\n", fib(17));
  for (volatile int n = 0; n < 20; n++) if (sigsetjmp(back, 1) == 0) *(volatile int *)8 = 1;
  printf("%d\\n", seen);
}`;
const SORT = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
int main(void) {
  char *lines[4000];
  unsigned long hash = 5381;
  for (int n = 0; n < 4000; n++) {
    lines[n] = malloc(24);
    snprintf(lines[n], 24, "%u", (n * 2654435761u) % 100003u);
  }
  qsort(lines, 4000, sizeof *lines, compare);
  for (int n = 0; n < 4000; n++) for (char *c = lines[n]; *c; c++) hash = hash * 33 + *c;
  printf("%s %s %lu\\n", lines[0], lines[3999], hash);
  for (int n = 0; n < 4000; n++) free(lines[n]);
}`;

/** The guests: each does the same whenever it runs. */
export async function fuzzGuests(): Promise<FuzzGuest[]> {
  const python = "/usr/bin/python3";
  return [
    { name: "sort", program: await compile(SORT, ["-O2"]), args: [] },
    { name: "static sort", program: await compile(SORT, ["-O1", "-static"]), args: [] },
    { name: "signals", program: await compile(SIGNALS, ["-O1"]), args: [] },
    { name: "sha256sum", program: "/usr/bin/sha256sum", args: ["/bin/ls"] },
    { name: "python", program: python, args: ["-S", "-c", "print(sorted(hash((n, n * n)) for n in range(300))[:5])"] },
  ].filter(({ program }) => program !== python || isThere(python));
}

function isThere(path: string): boolean {
  return Deno.statSync(path).isFile;
}

/** Runs a guest once for each seed; 0 disturbs nothing. */
export async function runDisturbed({ program, args }: FuzzGuest, seeds: readonly number[]): Promise<Outcome> {
  const result = await Deno.makeTempFile();
  try {
    const driver = new URL("./disturbed_run.ts", import.meta.url).pathname;
    const command = ["run", "-A", "--no-check", driver, result, seeds.join(), program, ...args];
    const child = new Deno.Command(Deno.execPath(), {
      args: command,
      stdin: "null",
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const { code, stdout, stderr } = await child.output();
    const text = await Deno.readTextFile(result);
    if (code !== 0 || text === "") {
      throw new Error(`Cannot run ${program} with seeds ${seeds}: ${new TextDecoder().decode(stderr)}`);
    }
    return { runs: JSON.parse(text), output: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(result);
  }
}

/** What disturbed runs did otherwise than an undisturbed one; empty if nothing. */
export function differences(undisturbed: Outcome, disturbed: Outcome): string[] {
  const [plain] = undisturbed.runs;
  const problems = disturbed.runs.flatMap(({ problems, total, reason }) => [
    ...problems,
    ...(total === plain.total ? [] : [`it executed ${total} instructions, undisturbed ${plain.total}`]),
    ...(JSON.stringify(reason) === JSON.stringify(plain.reason) ? [] : [`it ended ${JSON.stringify(reason)}`]),
  ]);
  if (disturbed.output !== undisturbed.output.repeat(disturbed.runs.length)) {
    problems.push(`its output is ${JSON.stringify(disturbed.output)}`);
  }
  return problems;
}

if (import.meta.main) {
  const seconds = Number(Deno.args[0] ?? 600);
  let seed = Number(Deno.args[1] ?? Date.now() % 1_000_000);
  const guests = await fuzzGuests();
  const undisturbed = await Promise.all(guests.map((guest) => runDisturbed(guest, [0])));
  const end = Date.now() + seconds * 1000;
  const sum = { runs: 0, stops: 0, attached: 0, hits: 0, wrong: 0 };
  for (let index = 0; Date.now() < end; index = (index + 1) % guests.length) {
    const seeds = Array.from({ length: RUNS_AT_ONCE }, () => ++seed);
    const outcome = await runDisturbed(guests[index], seeds);
    for (const { stops, attached, hits } of outcome.runs) {
      sum.runs++;
      sum.stops += stops;
      sum.attached += attached;
      sum.hits += hits;
    }
    const wrong = differences(undisturbed[index], outcome);
    if (wrong.length === 0) continue;
    sum.wrong++;
    console.log(`${guests[index].name}, seeds ${seeds}:\n  ${wrong.join("\n  ")}`);
  }
  console.log(JSON.stringify(sum));
  Deno.exit(sum.wrong === 0 ? 0 : 1);
}
