import { deepStrictEqual } from "node:assert/strict";
import { withoutAddresses } from "../debug/gdb.ts";
import { compile } from "../programs/compile.ts";
import { gdb, prompt } from "./gdb.ts";

/** Inlined calls: in one another, beside each other, and mixed with their callers by the optimizer. */
const PROGRAM = `
#include <stdio.h>
static volatile int sink;
static inline __attribute__((always_inline)) int square(int x) {
  int y = x * x;
  sink += y;
  return y;
}
static inline __attribute__((always_inline)) int twice(int x) {
  sink += x;
  int s = square(x) + 1;
  sink -= s;
  return s * 2;
}
__attribute__((noinline)) int work(int n) {
  sink = n;
  int a = square(n);
  sink += a;
  int b = twice(a);
  sink += b;
  return a + b;
}
int main(int argc, char **argv) {
  int r = work(argc + 2);
  printf("%d\\n", r);
  return 0;
}
`;

/** Where it stands after each step: frames as `backtrace` has them, what a step says of a new frame, source lines. */
function said(text: string): string[] {
  return text.split("\n")
    .filter((line) => /^(?:#\d+ |\d+\t|(?:0x[0-9a-f]+ in )?\w+ \(.*\) at )/.test(line))
    .filter((line) => !/__libc|_start/.test(line))
    .map((line) => withoutAddresses(line).replace(/0x[0-9a-f]+/g, "0xADDRESS").replace(/ at \S*\/([^/ ]+)$/, " at $1"));
}

for (const level of ["-O0", "-O1", "-O2"]) {
  for (const command of ["step", "next"]) {
    Deno.test(`${command} goes as gdb's through inlined calls of what ${level} compiled`, async () => {
      const program = await compile(PROGRAM, ["-g", level, "-static", "-no-pie"]);
      const steps = Array.from({ length: command === "step" ? 14 : 5 }, () => [command, "bt 3"]).flat();
      const commands = ["break work", "run", "bt 3", ...steps];
      // Whether a step has come to another frame, each sees in its own way where the optimizer has mixed them.
      const [ours, theirs] = [await prompt(program, commands), await gdb(program, commands)].map((text) =>
        said(text).filter((line) => /^[#\d]/.test(line) && !/^0x/.test(line))
      );
      deepStrictEqual(ours, theirs);
    });
  }

  Deno.test(`finish leaves the inlined call of what ${level} compiled, as gdb's does`, async () => {
    const program = await compile(PROGRAM, ["-g", level, "-static", "-no-pie"]);
    for (const steps of [3, 8]) {
      const commands = ["break work", "run", ...Array<string>(steps).fill("step"), "finish", "bt 3", "step", "bt 3"];
      deepStrictEqual(
        said(await prompt(program, commands)),
        said(await gdb(program, commands)),
        `after ${steps} steps`,
      );
    }
  });
}

Deno.test("step enters a function where its own code begins, and says so", async () => {
  const program = await compile(PROGRAM, ["-g", "-O0", "-static", "-no-pie"]);
  const commands = ["break main", "run", "step", "step", "step"];
  deepStrictEqual(said(await prompt(program, commands)), said(await gdb(program, commands)));
});

for (const binding of ["lazy", "now"]) {
  Deno.test(`step enters a library's function through its stub as gdb's does, bound ${binding}`, async () => {
    const library = await compile(
      `static int add(int a, int b) { int c = a + b; return c; }
int twice(int n) {
  int m = add(n, n);
  return m;
}`,
      ["-g", "-O0", "-shared", "-fPIC"],
    );
    const program = await compile(
      `#include <stdlib.h>
int twice(int n);
int main(int argc, char **argv) {
  int a = twice(argc);
  int b = twice(a);
  return a + b;
}`,
      ["-g", "-O0", `-Wl,-z,${binding}`, library],
    );
    const commands = ["break main", "run", ...Array(11).fill(["step", "bt"]).flat()];
    deepStrictEqual(said(await prompt(program, commands)), said(await gdb(program, commands)));
  });
}
