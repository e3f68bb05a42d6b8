/** Instruction counts against a stub on every instruction, which is slow and cannot be wrong; and against arithmetic. */

import { deepEqual, equal } from "node:assert/strict";
import { BareGuest, seeded } from "../programs/bare.ts";
import { guest, PLAIN, randomGuest } from "./guests.ts";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

/** What a guest's instructions did by the stub of `UC_HOOK_CODE`; the one that faulted was begun, but not executed. */
function truth(path: string): Map<number, number> {
  using guest = new BareGuest(path, { truth: true });
  const end = guest.run();
  const counts = guest.truth(guest.executable());
  if (end.kind === "exited" || (end.kind === "access" && end.access === "execute")) return counts;
  const begun = counts.get(guest.pc) ?? 0;
  if (begun === 1) counts.delete(guest.pc);
  else counts.set(guest.pc, begun - 1);
  return counts;
}

function sum(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

for (const name of PLAIN) {
  Deno.test(`BlockLedger counts ${name} as a stub on every instruction does`, async () => {
    const path = await guest(name);
    const expected = truth(path);
    const random = seeded(name.length);
    using counted = new BareGuest(path);
    for (let turns = 0; turns < 100_000; turns++) {
      if ((random(5) === 0 ? counted.step() : counted.slice(1 + random(40))) !== undefined) break;
    }
    deepEqual(counted.counts(), expected);
    equal(counted.machine.ledger.total(), sum(expected));
  });
}

Deno.test("BlockLedger.total() counts recursion as a stub on every instruction does", async () => {
  const source = `
    static long sys(long number, long a, long b, long c) {
      long result;
      __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
      return result;
    }
    __attribute__((noinline)) int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
    void _start(void) { sys(60, fib(10), 0, 0); }`;
  const path = await compile(source, ["-O1", "-static", "-nostdlib", "-no-pie", "-fno-pie", "-fno-stack-protector"]);
  using counted = new BareGuest(path);
  deepEqual(counted.run(), { kind: "exited", status: 55 });
  equal(counted.machine.ledger.total(), sum(truth(path)));
});

Deno.test("BlockLedger.total() is what arithmetic says for 100,000 different blocks", async () => {
  // Blocks of `inc eax; jmp +0` in code that the guest writes itself; each runs twice.
  const blocks = 100_000;
  const path = await compile(
    `
    static long sys(long number, long a, long b, long c) {
      long result;
      register long flags __asm__("r10") = 0x32; register long descriptor __asm__("r8") = -1;
      register long offset __asm__("r9") = 0;
      __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(flags), "r"(descriptor),
        "r"(offset) : "rcx", "r11", "memory");
      return result;
    }
    void _start(void) {
      char *code = (char *)sys(9, 0x10000000, 1 << 20, 3), *at = code;
      for (int i = 0; i < ${blocks}; i++) { *at++ = 0xff; *at++ = 0xc0; *at++ = 0xeb; *at++ = 0; }
      *at = 0xc3;
      sys(10, (long)code, 1 << 20, 5);
      int sum = ((int (*)(void))code)();
      sum = ((int (*)(void))code)();
      sys(60, 7, 0, 0);
    }`,
    ["-O1", "-static", "-nostdlib", "-no-pie", "-fno-pie", "-fno-stack-protector", "-fno-builtin", "-w"],
  );
  using counted = new BareGuest(path);
  deepEqual(counted.run(), { kind: "exited", status: 7 });
  const inCode = [...counted.counts()].filter(([address]) => address >= 0x10000000 && address < 0x10100000);
  equal(inCode.length, 2 * blocks + 1);
  deepEqual(new Set(inCode.map(([, count]) => count)), new Set([2]));
});

for (const program of ["/bin/true", "/bin/ls"]) {
  Deno.test(`Coverage.symbols() of ${program} sum up to Coverage.total`, async () => {
    using emulator = Emulator.open({ program, args: program === "/bin/ls" ? ["--version"] : [] });
    await emulator.run();
    const { coverage } = emulator;
    equal(coverage.symbols().reduce((total, { executed }) => total + executed, 0), coverage.total);
    equal(sum(coverage.counts()), coverage.total);
  });
}

for (const seed of [11, 12]) {
  Deno.test(`BlockLedger counts random program ${seed} the same in every way of slicing`, async () => {
    const path = await randomGuest(seed);
    using whole = new BareGuest(path);
    whole.run();
    for (let budget = 1; budget <= 3; budget++) {
      using sliced = new BareGuest(path);
      sliced.run(() => budget);
      deepEqual(sliced.counts(), whole.counts());
      deepEqual(sliced.registers(), whole.registers());
    }
  });
}
