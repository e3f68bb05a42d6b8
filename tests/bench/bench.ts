/**
 * Measures what docs/performance.md records: `deno task bench`.
 *
 * Whole processes, run in turn, the median of five; a figure is a ratio or a difference of two commands of one run.
 * Needs gcc; qemu-x86_64 of Debian's qemu-user, valgrind and gdb for the comparison with them.
 */

import { fileURLToPath } from "node:url";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { compare, guest, type Measured, median, RUNS, show, START } from "./measure.ts";
import { otherTools } from "./other_tools.ts";
import { plugins } from "./plugins.ts";
import { systemCalls } from "./system_calls.ts";

const deno = Deno.execPath();
const main = fileURLToPath(new URL("../../mod.ts", import.meta.url));

async function coverage(): Promise<void> {
  for (const source of ["sort.c", "sha256.c"]) {
    const program = await compile(new URL(source, import.meta.url), ["-O2", "-static"]);
    const [plain, covered, qemu, native] = await compare(
      guest("plain", program),
      guest("coverage", program),
      ["qemu-x86_64", program],
      [program],
    );
    const ratio = (a: Measured, b: Measured) => (a.milliseconds / b.milliseconds).toFixed(2);
    show(`${source}: coverage-tiny / nothing counted`, ratio(covered, plain));
    show(`${source}: coverage-tiny / qemu-x86_64 with nothing attached`, ratio(covered, qemu));
    show(`${source}: coverage-tiny / native`, ratio(covered, native));
  }
}

/** The whole command, start and report included, on a program with debug information. */
async function bySource(): Promise<void> {
  const program = await compile(new URL("sort.c", import.meta.url), ["-O2", "-g", "-static"]);
  const command = (plugin: string) => [...START, main, "run", "--plugin", plugin, program];
  const [counted, instructions, lines] = await compare(
    command("icount"),
    command("coverage,output=/dev/null"),
    command("coverage,by=line,output=/dev/null"),
  );
  const ratio = (a: Measured, b: Measured) => (a.milliseconds / b.milliseconds).toFixed(2);
  show("sort.c: coverage by line / coverage by instruction", ratio(lines, instructions));
  show("sort.c: coverage by line / icount", ratio(lines, counted));
}

async function startUp(): Promise<void> {
  const empty = await Deno.makeTempFile({ suffix: ".ts" });
  const program = await compile(`void _start(void) { __asm__ volatile("syscall" : : "a"(60), "D"(0)); }`, [
    ...["-O1", "-static", "-nostdlib"],
  ]);
  const [started, base] = await compare([...START, main, "run", program], [deno, "run", empty]);
  show(
    "start-up to the guest's first instruction, beyond an empty deno run",
    `${(started.milliseconds - base.milliseconds).toFixed(0)} ms`,
  );
  const [ls, nothing] = await compare(
    [...START, main, "run", "--plugin", "coverage-tiny", "--output", "/dev/null", "/bin/ls", "/"],
    [deno, "run", empty],
  );
  show(
    "resident memory of /bin/ls with coverage-tiny, beyond an empty deno run",
    `${(ls.mebibytes - nothing.mebibytes).toFixed(0)} MiB`,
  );
  await Deno.remove(empty);
}

/** A program of 100 MiB that touches next to nothing of it takes no more memory than a small one. */
async function bigProgram(): Promise<void> {
  const [big, small] = await Promise.all(
    [100 << 20, 1].map((size) =>
      compile(`static char data[${size}] = {1}; int main(void) { return data[${size - 1}] > 1; }`, ["-O1", "-static"])
    ),
  );
  const run = (program: string) => [...START, main, "run", program];
  const [large, tiny] = await compare(run(big), run(small));
  show(
    "resident memory of a program of 100 MiB, beyond a small one",
    `${(large.mebibytes - tiny.mebibytes).toFixed(0)} MiB`,
  );
}

async function hooks(): Promise<void> {
  const program = await compile(
    `static int __attribute__((noinline)) f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2); }
     int main(void) { return f(30) == 832040 ? 0 : 1; }`,
    ["-O1", "-static", "-fno-optimize-sibling-calls"],
  );
  let sum = 0n;
  const kinds: Readonly<Record<string, (emulator: Emulator) => { readonly hits: number }>> = {
    "calls of a closure that reads nothing": (emulator) => emulator.hook("f", () => {}),
    "calls of a closure that reads two registers": (emulator) =>
      emulator.hook("f", (cpu) => {
        sum += cpu.rdi + cpu.rsi;
      }),
    "pairs of onEnter and onLeave": (emulator) => emulator.intercept("f", { onEnter() {}, onLeave() {} }),
  };
  for (const [name, attach] of Object.entries(kinds)) {
    const rates: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      using emulator = Emulator.open({ program });
      const hook = attach(emulator);
      const start = performance.now();
      await emulator.run();
      rates.push(hook.hits / (performance.now() - start) / 1000);
    }
    show(name, `${median(rates).toFixed(2)} million a second`);
  }
}

/** CPython with a closure at every function of itself, libc and the dynamic linker, or at the first call of each. */
async function everyFunction(): Promise<void> {
  const attach: Readonly<Record<string, (emulator: Emulator) => { readonly hits: number } | undefined>> = {
    nothing: () => undefined,
    "the first call of every function": (emulator) => emulator.hook("*", () => {}, { pending: true, once: true }),
    "every call of every function": (emulator) => emulator.hook("*", () => {}, { pending: true }),
  };
  const times = Object.keys(attach).map((): number[] => []);
  for (let run = -1; run < RUNS; run++) {
    for (const [index, with_] of Object.values(attach).entries()) {
      const start = performance.now();
      using emulator = Emulator.open({ program: "/usr/bin/python3", args: ["-c", "sum(range(1000000))"] });
      with_(emulator);
      await emulator.run();
      if (run >= 0) times[index].push(performance.now() - start);
    }
  }
  for (const [index, name] of Object.keys(attach).entries()) {
    if (index > 0) {
      show(`python3 with a closure at ${name} / with none`, (median(times[index]) / median(times[0])).toFixed(2));
    }
  }
}

/** Debug information of large files, where Debian's debug packages are installed. */
async function sourceLines(): Promise<void> {
  const script = fileURLToPath(new URL("lines.ts", import.meta.url));
  for (const file of ["/usr/bin/python3.11-dbg", "/lib/x86_64-linux-gnu/libc.so.6"]) {
    const runs: number[][] = [];
    for (let run = 0; run < RUNS; run++) {
      const { success, stdout } = await new Deno.Command(deno, { args: [...START.slice(1), script, file] })
        .output();
      if (success) runs.push(new TextDecoder().decode(stdout).trim().split(" ").map(Number));
    }
    if (runs.length === 0) continue;
    const [opened, peak, rate] = [0, 1, 2].map((index) => median(runs.map((run) => run[index])));
    show(`opening ${file} and finding the first line`, `${opened} ms, ${peak} MiB`);
    show(`lines of addresses in it, once warm`, `${rate.toFixed(2)} million a second`);
  }
}

await coverage();
await sourceLines();
await bySource();
await startUp();
await bigProgram();
await hooks();
await systemCalls();
await plugins();
await everyFunction();
await otherTools();
