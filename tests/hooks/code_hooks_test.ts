/** Hooks on kinds of code, compared with what the program executes natively, instruction by instruction. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { traceNatively } from "../programs/native.ts";

const SOURCE = `
static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
__attribute__((noinline)) int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static void identify(void) {
  int a = 0, b, c = 0, d;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
}
void _start(void) {
  for (int n = 0; n < 3; n++) identify();
  call(60, fib(9), 0, 0);
}`;
const FLAGS = [
  "-O1",
  "-nostdlib",
  "-static",
  "-fno-pie",
  "-no-pie",
  "-fno-stack-protector",
  "-fno-optimize-sibling-calls",
];
const program = await compile(SOURCE, FLAGS);
const native = await traceNatively(program);

/** Native executions of the instructions that objdump shows with a mnemonic. */
async function executions(mnemonic: RegExp): Promise<number> {
  const { stdout } = await new Deno.Command("objdump", { args: ["-d", "--no-show-raw-insn", program] }).output();
  let total = 0;
  for (const [, address, name] of new TextDecoder().decode(stdout).matchAll(/^ +([0-9a-f]+):\s+(\S+)/gm)) {
    if (mnemonic.test(name)) total += native.counts.get(parseInt(address, 16)) ?? 0;
  }
  return total;
}

for (const [kind, mnemonic] of [["call", /^call/], ["cpuid", /^cpuid/], ["ret", /^ret/], [/^j/, /^j/]] as const) {
  Deno.test(`hookEvery() calls the closure at each ${kind} that runs`, async () => {
    using emulator = Emulator.open({ program });
    const hook = emulator.hookEvery(kind, () => {});
    await emulator.run();
    assert.equal(hook.hits, await executions(mnemonic));
    assert.notEqual(hook.hits, 0);
  });
}

Deno.test("hookEvery() calls a closure that stops the guest once for each execution, however the guest goes on", async () => {
  using emulator = Emulator.open({ program });
  const hook = emulator.hookEvery("call", () => emulator.stop());
  for (let stops = 0; emulator.ended === undefined; stops++) {
    if (stops % 2 === 1) await emulator.step();
    await emulator.run();
  }
  assert.equal(hook.hits, await executions(/^call/));
});

Deno.test("hookEvery() calls the closure at each instruction of a function", async () => {
  using emulator = Emulator.open({ program });
  const fib = emulator.symbols.find("fib");
  const size = BigInt(fib.symbol?.size ?? 0);
  const seen = new Map<number, number>();
  const hook = emulator.hookEvery("instruction", ({ pc }) => {
    seen.set(Number(pc), (seen.get(Number(pc)) ?? 0) + 1);
  }, { within: ["fib"] });
  await emulator.run();
  const expected = [...native.counts].filter(([at]) => at >= fib.address && at < fib.address + size);
  assert.deepEqual([...seen].sort(([a], [b]) => a - b), expected);
  assert.equal(hook.hits, expected.reduce((sum, [, count]) => sum + count, 0));
});

Deno.test("hook() of a range calls the closure at each of its instructions, from the moment it is attached", async () => {
  using emulator = Emulator.open({ program });
  const { address } = emulator.symbols.find("fib");
  const range = { from: address, to: address + 1n };
  let late = 0;
  let early = 0;
  emulator.hook("fib", () => {
    early++;
    if (early === 10) emulator.hook(range, () => void late++);
  });
  await emulator.run();
  assert.equal(early, native.counts.get(Number(address)));
  // The execution that attached it was under way.
  assert.equal(late, early - 10);
});

Deno.test("hookEvery() calls the closure at each block, until it is disabled", async () => {
  using emulator = Emulator.open({ program });
  const starts = new Map<bigint, number>();
  const hook = emulator.hookEvery("block", ({ pc }) => void starts.set(pc, (starts.get(pc) ?? 0) + 1));
  emulator.hook("fib", () => hook.hits >= 100 && hook.disable());
  await emulator.run();
  assert.ok(hook.hits >= 100 && hook.hits < 110, `${hook.hits}`);
  using whole = Emulator.open({ program });
  const all = whole.hookEvery("block", () => {});
  await whole.run();
  assert.equal(all.hits, whole.coverage.blockCounts().reduce((sum, { count }) => sum + count, 0));
});

Deno.test("hookEvery() refuses a kind that no instruction is of", () => {
  using emulator = Emulator.open({ program });
  assert.throws(() => emulator.hookEvery("cupid", () => {}), {
    name: "RangeError",
    message:
      "Cannot hook every cupid: it is neither block, instruction, a mnemonic such as cpuid, nor a group such as call",
  });
});

Deno.test("patch() changes code that has run, and returns what was there", async () => {
  using emulator = Emulator.open({ program });
  const { address } = emulator.symbols.find("fib");
  const before = emulator.memory.bytes(address, 6).slice();
  let calls = 0;
  emulator.hook("fib", () => {
    if (++calls !== 20) return;
    const bytes = [0xb8, 1, 0, 0, 0, 0xc3]; // mov eax, 1; ret
    assert.deepEqual([...emulator.patch("fib", bytes)], [...before]);
  });
  const reason = await emulator.run();
  assert.notDeepEqual(reason, { kind: "exited", status: native.status });
  assert.equal(reason.kind, "exited");
});
