/**
 * The same work by other tools: counts of each instruction by valgrind's callgrind, a breakpoint of gdb at a function that
 * is called often. Frida, usercorn and Qiling are left out: they cannot be installed from a distribution or npm alone.
 */

import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { compare, guest, median, RUNS, show } from "./measure.ts";

/** Measures what is installed of them. */
export async function otherTools(): Promise<void> {
  for (const source of ["sort.c", "sha256.c"]) {
    const program = await compile(new URL(source, import.meta.url), ["-O2", "-static"]);
    const callgrind = ["valgrind", "--tool=callgrind", "--dump-instr=yes", "--callgrind-out-file=/dev/null", program];
    const [covered, counted] = await compare(guest("coverage", program), callgrind);
    show(
      `${source}: callgrind --dump-instr=yes / coverage-tiny`,
      (counted.milliseconds / covered.milliseconds).toFixed(1),
    );
  }
  await stops();
}

/** How often a second a function is entered with something attached that does nothing. */
async function stops(): Promise<void> {
  const program = (n: number) =>
    compile(
      `static int __attribute__((noinline)) f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2); }
       int main(void) { return f(${n}) == 0; }`,
      ["-O1", "-static", "-fno-optimize-sibling-calls"],
    );
  // f(20) is called 21,891 times.
  const few = await program(20);
  const gdb = (...commands: string[]) => [
    ...["gdb", "-nx", "-batch", "-ex", "set debuginfod enabled off"],
    ...[...commands, "run"].flatMap((command) => ["-ex", command]),
    few,
  ];
  const [stopped, free] = await compare(gdb("break f", "ignore 1 100000000"), gdb());
  const gdbRate = 21_891 / (stopped.milliseconds - free.milliseconds);
  const rates: number[] = [];
  const many = await program(30);
  for (let run = 0; run < RUNS; run++) {
    using emulator = Emulator.open({ program: many });
    const hook = emulator.hook("f", () => {});
    const start = performance.now();
    await emulator.run();
    rates.push(hook.hits / (performance.now() - start));
  }
  show("gdb: ignored breakpoints", `${gdbRate.toFixed(0)} thousand a second`);
  show("a closure there / a breakpoint of gdb that is ignored", (median(rates) / gdbRate).toFixed(0));
}

if (import.meta.main) await otherTools();
