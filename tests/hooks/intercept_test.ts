/** Function entry and return, replaced functions, calls into the guest; expected values are the C program's own. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const SOURCE = `
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static jmp_buf back;
__attribute__((noinline, noclone)) int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
__attribute__((noinline, noclone)) int leap(int n) { if (n == 0) longjmp(back, 1); return leap(n - 1) + 1; }
__attribute__((noinline, noclone)) int tail(int n) { return fib(n); }
__attribute__((noinline, noclone)) int dice(void) { return rand() % 6; }
int main(int argc, char **argv) {
  printf("%d\\n", fib(10));
  if (setjmp(back) == 0) leap(5);
  printf("%d\\n", tail(7));
  printf("%d\\n", dice());
  printf("%zu\\n", strlen("twelve bytes"));
}`;
const program = await compile(SOURCE, ["-O2", "-fno-optimize-sibling-calls", "-fno-builtin", "-fno-ipa-pure-const"]);
const tailCalling = await compile(SOURCE, ["-O2", "-fno-builtin"]);

/** Calls that fib(n) makes, itself included. */
const fibCalls = (n: number): number => n < 2 ? 1 : 1 + fibCalls(n - 1) + fibCalls(n - 2);
const fib = (n: number): number => n < 2 ? n : fib(n - 1) + fib(n - 2);

Deno.test("intercept() pairs each return with its call, through recursion", async () => {
  using emulator = Emulator.open({ program });
  let entered = 0;
  const hook = emulator.intercept("fib", {
    onEnter(args, call) {
      entered++;
      call.data = Number(BigInt.asIntN(32, args[0]));
    },
    onLeave(result, call) {
      assert.equal(Number(BigInt.asIntN(32, result)), fib(call.data as number));
    },
  });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  assert.equal(entered, fibCalls(10) + fibCalls(7));
  assert.equal(hook.hits, entered);
});

Deno.test("intercept() tells how many calls each one is in, also after a longjmp past some", async () => {
  using emulator = Emulator.open({ program });
  const depths: string[] = [];
  for (const name of ["leap", "tail", "dice"]) {
    emulator.intercept(name, {
      onEnter: (_, { depth }) => void depths.push(`${name} ${depth}`),
      onLeave: (_, { depth }) => void depths.push(`${name} ${depth} done`),
    });
  }
  await emulator.run();
  const leaps = [0, 1, 2, 3, 4, 5].map((depth) => `leap ${depth}`);
  assert.deepEqual(depths, [...leaps, "tail 0", "tail 0 done", "dice 0", "dice 0 done"]);
});

Deno.test("intercept() tells of the return of a function that ended in a call of another", async () => {
  using emulator = Emulator.open({ program: tailCalling });
  const results: bigint[] = [];
  emulator.intercept("tail", { onLeave: (result) => void results.push(result) });
  emulator.intercept("fib", {});
  await emulator.run();
  assert.deepEqual(results, [13n]);
});

Deno.test("onLeave() replaces a function's result", async () => {
  using emulator = Emulator.open({ program });
  let printed = 0n;
  emulator.intercept("dice", { onLeave: () => 77n });
  emulator.intercept("printf", { onEnter: (args) => void (printed = args[1]) }, { pending: true });
  emulator.hook("libc.so.6:strlen", ({ memory, args }) => {
    if (memory.cstring(args[0]) === "twelve bytes") assert.equal(printed, 77n);
  }, { pending: true });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
});

Deno.test("replace() does a function's work instead of it, and call() calls one of a stopped guest", async () => {
  using emulator = Emulator.open({ program });
  emulator.hook("dice", () => emulator.stop("here"));
  const rand = emulator.replace("rand", () => 4n, { pending: true });
  await emulator.run();
  const { pc, sp, rdi } = emulator.cpu;
  assert.equal(await emulator.call("fib", 12n), 144n);
  assert.deepEqual([emulator.cpu.pc, emulator.cpu.sp, emulator.cpu.rdi], [pc, sp, rdi]);
  let rolled: bigint | undefined;
  emulator.intercept("dice", { onLeave: (result) => void (rolled = result) });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  assert.equal(rand.hits, 1);
  assert.equal(rolled, 4n);
});

Deno.test("A closure that throws stops the guest at its instruction; going on executes it once", async () => {
  using emulator = Emulator.open({ program });
  const all = emulator.hook("fib", () => {});
  const failing = emulator.hook("fib", () => {
    if (failing.hits === 5) throw new TypeError("fifth");
  });
  const reason = await emulator.run();
  assert.equal(reason.kind === "failed" && (reason.error as Error).message, "fifth");
  assert.equal(emulator.cpu.symbol?.name, "fib");
  assert.equal(emulator.cpu.symbol?.offset, 0);
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  assert.equal(all.hits, fibCalls(10) + fibCalls(7));
});

Deno.test("hook() with `once` calls the closure at the first execution of each place only", async () => {
  using emulator = Emulator.open({ program });
  const firsts = new Map<bigint, number>();
  const once = emulator.hook("*", ({ pc }) => void firsts.set(pc, (firsts.get(pc) ?? 0) + 1), {
    pending: true,
    once: true,
  });
  const every = new Map<bigint, number>();
  emulator.hook("*", ({ pc }) => void every.set(pc, (every.get(pc) ?? 0) + 1), { pending: true });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  assert.deepEqual(new Set(firsts.values()), new Set([1]));
  assert.deepEqual([...firsts.keys()].sort(), [...every.keys()].sort());
  assert.equal(once.hits, firsts.size);
  assert.ok(every.size > 100 && every.size < [...every.values()].reduce((sum, count) => sum + count, 0));
});
