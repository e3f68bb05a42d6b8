import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Emulator } from "../engine/emulator.ts";
import { type Frame, unwind } from "../engine/unwind.ts";
import { compile } from "./programs/compile.ts";

/** Calls through libc's qsort, recursion, a signal on a stack of its own, and a fault in a leaf. */
const CALLS = `
#define _GNU_SOURCE
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
void *trace[64];
volatile int sink;
__attribute__((noinline)) void observe(void **addresses, int count) { sink += count; (void)addresses; }
__attribute__((noinline)) void record(void) { observe(trace, backtrace(trace, 64)); sink++; }
void handler(int number) { record(); sink += number; }
void faulty(int number, siginfo_t *info, void *context) { record(); _exit(7); }
int less(const void *a, const void *b) { record(); return *(int *)a - *(int *)b; }
__attribute__((noinline)) int deep(int n) { if (n == 0) { raise(SIGUSR1); return 1; } return n * deep(n - 1) + sink; }
__attribute__((noinline)) int leaf(int *pointer) { return *pointer + 1; }
int main(void) {
  static char stack[65536];
  int values[4] = { 3, 1, 2, 0 };
  stack_t alternative = { .ss_sp = stack, .ss_size = sizeof stack };
  struct sigaction usr1 = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
  struct sigaction fault = { .sa_sigaction = faulty, .sa_flags = SA_SIGINFO };
  backtrace(trace, 1);
  sigaltstack(&alternative, 0);
  sigaction(SIGUSR1, &usr1, 0);
  sigaction(SIGSEGV, &fault, 0);
  qsort(values, 4, sizeof *values, less);
  deep(3);
  return leaf((int *)8);
}
`;

/** Without libc and without call frame information. */
const BARE = `
static long call(long number, long a) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a) : "rcx", "r11", "memory");
  return result;
}
volatile int sink;
__attribute__((noinline)) int factorial(int n) {
  volatile int pad[20];
  pad[n] = n;
  return n < 2 ? 1 : n * factorial(n - 1) + pad[n] - n;
}
__attribute__((noinline)) int sum(int a, int b, int c) {
  int x = factorial(a), y = factorial(b), z = factorial(c);
  return x + y + z;
}
void _start(void) {
  __asm__ volatile("andq $-16, %rsp");
  sink = sum(3, 4, 5);
  call(60, 0);
  for (;;);
}
`;
const BARE_FLAGS = ["-nostdlib", "-static", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"];

const names = (frames: readonly Frame[]) => frames.map(({ symbol }) => symbol?.name ?? "?");

/**
 * Steps through a program, and keeps a stack of return addresses from its call and return instructions.
 *
 * @returns How many instructions were compared, and where the unwinder found something else.
 */
async function compareWithCalls(emulator: Emulator, most: number) {
  const { cpu, symbols } = emulator;
  const calls: bigint[] = [];
  const wrong: string[] = [];
  let compared = 0;
  for (; emulator.ended === undefined && compared < most; compared++) {
    const { pc, instruction } = cpu;
    ok(instruction);
    const found = cpu.backtrace(64).slice(1).map((frame) => frame.pc);
    const expected = calls.toReversed().slice(0, 63);
    if (String(found) !== String(expected) && wrong.length < 5) {
      wrong.push(`${symbols.describe(pc)}: ${found.map((address) => symbols.describe(address))}`);
    }
    await emulator.step();
    if (instruction.mnemonic === "call") calls.push(pc + BigInt(instruction.size));
    if (/^(bnd )?ret$/.test(instruction.mnemonic)) calls.pop();
  }
  return { compared, wrong };
}

for (const flags of [["-O0"], ["-O2", "-fomit-frame-pointer"], ["-O2", "-fno-plt"]]) {
  Deno.test(`Cpu.backtrace() finds what the guest's own backtrace(3) finds, compiled with ${flags.join(" ")}`, async () => {
    const program = await compile(CALLS, flags);
    using emulator = Emulator.open({ program, env: {} });
    const { cpu, memory } = emulator;
    const seen: string[] = [];
    emulator.hook("observe", () => {
      const expected = Array.from({ length: Number(cpu.rsi) }, (_, index) => memory.u64(cpu.rdi + BigInt(8 * index)));
      const frames = cpu.backtrace();
      // Both are below record, of which the guest has the return of another call.
      deepStrictEqual(frames.slice(2).map(({ pc }) => pc), expected.slice(1));
      ok(frames.every(({ how }) => how === "registers" || how === "cfi" || how === "signal"));
      seen.push(names(frames).join(" "));
    });
    deepStrictEqual(await emulator.run(), { kind: "exited", status: 7 });
    ok(seen[0].startsWith("observe record less"), seen[0]);
    ok(seen[0].endsWith("main __libc_start_call_main __libc_start_main _start") || seen[0].includes("qsort"), seen[0]);
    ok(seen.some((line) => /^observe record handler \S+ .*raise deep deep deep deep main/.test(line)), seen.join("\n"));
    ok(/^observe record faulty \S+ leaf/.test(seen.at(-1) ?? ""), seen.at(-1));
  });
}

Deno.test("unwind() names the interrupted function, not the one before it, and marks the trampoline", async () => {
  using emulator = Emulator.open({ program: await compile(CALLS, ["-O2", "-fomit-frame-pointer"]), env: {} });
  let frames: Frame[] = [];
  emulator.hook("faulty", (cpu) => frames = cpu.backtrace());
  await emulator.run();
  deepStrictEqual(frames.slice(0, 3).map(({ isTrampoline }) => isTrampoline), [false, true, false]);
  strictEqual(frames[2].symbol?.name, "leaf");
  strictEqual(frames[2].how, "signal");
  strictEqual(frames[2].registers[7], 8n); // rdi, the pointer that leaf was given
});

Deno.test("unwind() agrees with calls and returns at every instruction of the dynamic linker's start", async () => {
  using emulator = Emulator.open({ program: await compile(CALLS, ["-O2"]), env: {} });
  const { compared, wrong } = await compareWithCalls(emulator, 8_000);
  deepStrictEqual({ compared, wrong }, { compared: 8_000, wrong: [] });
});

Deno.test("unwind() agrees with calls and returns through lazy binding, stubs, qsort and exit", async () => {
  const source = `
    #include <stdio.h>
    #include <stdlib.h>
    int values[5] = { 5, 3, 8, 1, 9 };
    int less(const void *a, const void *b) { return *(int *)a - *(int *)b; }
    int main(void) { qsort(values, 5, sizeof *values, less); return puts("") < 0; }`;
  const program = await compile(source, ["-O2", "-fomit-frame-pointer", "-Wl,-z,lazy"]);
  using emulator = Emulator.open({ program, env: {}, args: [] });
  emulator.hook(emulator.entry, () => emulator.stop());
  await emulator.run();
  const { compared, wrong } = await compareWithCalls(emulator, 20_000);
  deepStrictEqual(wrong, []);
  ok(compared > 3_000, `${compared} instructions`);
});

for (const flags of [["-O0"], ["-O2", "-fno-omit-frame-pointer"], ["-O2", "-fomit-frame-pointer"]]) {
  Deno.test(`unwind() agrees with calls and returns without call frame information, with ${flags.join(" ")}`, async () => {
    using emulator = Emulator.open({ program: await compile(BARE, [...BARE_FLAGS, ...flags]), env: {} });
    const { compared, wrong } = await compareWithCalls(emulator, 2_000);
    deepStrictEqual(wrong, []);
    ok(compared > 100, `${compared} instructions`);
    deepStrictEqual(emulator.ended, { kind: "exited", status: 0 });
  });
}

Deno.test("unwind() finds the caller after a call through a null pointer", async () => {
  const source = "int main(void) { void (*volatile nowhere)(void) = 0; nowhere(); return 0; }";
  using emulator = Emulator.open({ program: await compile(source, ["-O2"]), env: {} });
  strictEqual((await emulator.run()).kind, "signalled");
  const frames = emulator.cpu.backtrace();
  deepStrictEqual(frames.slice(0, 2).map(({ symbol, how }) => [symbol?.name, how]), [
    [undefined, "registers"],
    ["main", "code"],
  ]);
  strictEqual(frames[0].pc, 0n);
  strictEqual(frames.at(-1)?.symbol?.name, "_start");
});

Deno.test("unwind() steps out of a signal's trampoline that has no call frame information", async () => {
  const source = `
    static long call(long n, long a, long b, long c, long d) {
      long result;
      register long fourth __asm__("r10") = d;
      __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
      return result;
    }
    void restore(void);
    __asm__(".globl restore\\n.type restore, @function\\nrestore: mov $15, %rax\\n syscall\\n");
    volatile int sink;
    __attribute__((noinline)) void observe(void) { sink++; }
    void handler(int number) { observe(); sink++; }
    __attribute__((noinline)) void interrupted(void) { call(62, call(39, 0, 0, 0, 0), 10, 0, 0); sink++; }
    struct action { void (*handler)(int); unsigned long flags; void (*restorer)(void); unsigned long mask; };
    void _start(void) {
      __asm__ volatile("andq $-16, %rsp");
      struct action action = { handler, 0x04000000, restore, 0 };
      call(13, 10, (long)&action, 0, 8);
      interrupted();
      call(60, 0, 0, 0, 0);
      for (;;);
    }`;
  const flags = ["-nostdlib", "-static", "-O1", "-fno-stack-protector"];
  using emulator = Emulator.open({ program: await compile(source, flags), env: {} });
  let frames: Frame[] = [];
  emulator.hook("observe", (cpu) => frames = cpu.backtrace());
  deepStrictEqual(await emulator.run(), { kind: "exited", status: 0 });
  deepStrictEqual(names(frames), ["observe", "handler", "restore", "interrupted", "_start"]);
});

Deno.test("unwind() marks as a guess what it found by looking at the stack", async () => {
  const source = `
    void stop(void); void odd(void); volatile int sink;
    __asm__(".globl odd\\n.type odd, @function\\nodd: lea -72(%rsp), %rsp\\n call stop\\n lea 72(%rsp), %rsp\\n ret\\n");
    __attribute__((noinline)) void stop(void) { sink++; }
    int main(void) { odd(); sink++; return 0; }`;
  using emulator = Emulator.open({ program: await compile(source, ["-O2"]), env: {} });
  let frames: Frame[] = [];
  emulator.hook("stop", (cpu) => frames = cpu.backtrace());
  await emulator.run();
  deepStrictEqual(frames.slice(0, 2).map(({ symbol, how }) => [symbol?.name, how]), [
    ["stop", "registers"],
    ["odd", "cfi"],
  ]);
  ok(frames.slice(2).every(({ how }, index) => index > 0 || how === "guess"), "the caller of odd is a guess");
});

Deno.test("unwind() finds as many frames as it was asked for, and ends on its own in endless recursion", async () => {
  const source =
    "int f(int n) { volatile int x[500]; x[0] = n; return f(n + 1) + x[0]; } int main(void) { return f(0); }";
  using emulator = Emulator.open({ program: await compile(source, ["-O0"]), env: {} });
  strictEqual((await emulator.run()).kind, "signalled");
  strictEqual(emulator.cpu.backtrace(3).length, 3);
  strictEqual(emulator.cpu.backtrace(1).length, 1);
  strictEqual(emulator.cpu.backtrace().length, 256);
  deepStrictEqual(names(emulator.cpu.backtrace(1_000_000)).slice(-4), [
    "main",
    "__libc_start_call_main",
    "__libc_start_main",
    "_start",
  ]);
});

Deno.test("unwind() never throws, and ends, on corrupt registers and stacks", async () => {
  using emulator = Emulator.open({ program: await compile(CALLS, ["-O2"]), env: {} });
  emulator.hook("observe", () => emulator.stop());
  await emulator.run();
  const { memory, symbols, cpu } = emulator;
  const regions = memory.regions.list();
  let seed = 1;
  const random = (limit: number) => (seed = seed * 48271 % 2147483647) % limit;
  const address = () => {
    const { start, end } = regions[random(regions.length)];
    return BigInt(start + random(Math.min(end - start, 2 ** 30)));
  };
  const odd = () => [0n, 1n, 2n ** 64n - 8n, 2n ** 40n - 4n, 2n ** 47n][random(5)];
  const stack = memory.bytes(cpu.sp, 1024);
  for (let round = 0; round < 2_000; round++) {
    const words = Array.from({ length: 128 }, () => random(3) > 0 ? address() : odd());
    memory.write(cpu.sp, new Uint8Array(BigUint64Array.from(words).buffer));
    const registers = Array.from({ length: 16 }, () => random(2) ? address() : cpu.sp + BigInt(random(1024)));
    if (random(2)) registers[4] = cpu.sp;
    const frames = unwind({ pc: random(8) ? address() : odd(), registers }, memory, symbols, 64);
    ok(frames.length >= 1 && frames.length <= 64);
  }
  memory.write(cpu.sp, stack);
});
