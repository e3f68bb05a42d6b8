/** Threads: programs that use them print the same natively and on Ceratops, and hooks and counts tell them apart. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { assertSame } from "../programs/comparison.ts";
import { compile } from "../programs/compile.ts";

const program = (file: string, ...flags: readonly string[]) =>
  compile(new URL(`../conformance/${file}`, import.meta.url), ["-O1", "-w", "-D_GNU_SOURCE", "-pthread", ...flags]);

Deno.test("threads: locks, conditions, barriers, storage, cancellation and robust mutexes work as natively", async () => {
  const { status } = await assertSame([await program("threads.c")]);
  assert.equal(status, 4);
});

Deno.test("threads: the same in a static program", async () => {
  await assertSame([await program("threads.c", "-static")]);
});

Deno.test("threads: signals go to the threads that Linux sends them to", async () => {
  const { status } = await assertSame([await program("thread_signals.c")]);
  assert.equal(status, 139);
});

Deno.test("threads: futex() wakes, requeues and refuses as Linux does", async () => {
  await assertSame([await program("futexes.c")]);
});

Deno.test("threads: those of C++ end, pass exceptions on and destroy their objects", async () => {
  await assertSame([await program("threads.cc", "-lstdc++", "-std=c++17")]);
});

Deno.test("threads: those of Python take turns", async () => {
  const script = `
import threading, queue, concurrent.futures, time
done = queue.Queue()
def work(n):
    time.sleep(0.01)
    done.put(sum(range(n)))
threads = [threading.Thread(target=work, args=(n * 1000,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print(sorted(done.get() for _ in threads), threading.active_count())
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda n: n * n, range(20))))
event = threading.Event()
print(event.wait(0.02), threading.main_thread().name)
`;
  await assertSame(["/usr/bin/python3", "-c", script]);
});

Deno.test("threads: sort uses several", async () => {
  const lines = Array.from({ length: 20000 }, (_, index) => String((index * 7919) % 20011)).join("\n");
  await assertSame(["/usr/bin/sort", "--parallel=4", "-S", "200K", "-n"], { input: lines });
});

const COUNTED = String.raw`
#include <pthread.h>
__attribute__((noinline)) int leaf(int a) { __asm__ volatile(""); return a + 1; }
__attribute__((noinline)) int outer(int a) { return leaf(a) + leaf(a + 1) + 1; }
static long turns = 1000;
static void *work(void *a) {
  long sum = 0;
  for (long i = 0; i < (long)a * turns; i++) sum += outer((int)i);
  return (void *)sum;
}
int main(int argc, char **argv) {
  pthread_t threads[3];
  if (argc > 1) turns = 10;
  for (long i = 0; i < 3; i++) pthread_create(&threads[i], 0, work, (void *)(i + 1));
  for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
  return 0;
}
`;

const counted = () => compile(COUNTED, ["-O1", "-static", "-pthread", "-fno-optimize-sibling-calls"]);

Deno.test("hook() sees every call of every thread, and which thread it is", async () => {
  using emulator = Emulator.open({ program: await counted() });
  const calls = new Map<number, number>();
  emulator.hook("leaf", (cpu) => void calls.set(cpu.thread, (calls.get(cpu.thread) ?? 0) + 1));
  await emulator.run();
  assert.deepEqual([...calls.values()].sort((a, b) => a - b), [2000, 4000, 6000]);
  assert.equal(calls.has(emulator.pid), false);
  const leaf = emulator.symbols.find("leaf").address;
  assert.equal(emulator.coverage.counts().get(Number(leaf)), 12000);
});

Deno.test("coverage counts with threads what hookEvery() sees", async () => {
  using emulator = Emulator.open({ program: await counted(), args: ["few"] });
  const seen = new Map<number, number>();
  const count = ({ pc }: { readonly pc: bigint }) => void seen.set(Number(pc), (seen.get(Number(pc)) ?? 0) + 1);
  emulator.hookEvery("instruction", count, { within: ["work", "outer", "leaf"] });
  await emulator.run();
  const counts = emulator.coverage.counts();
  assert.ok(seen.size > 10);
  assert.deepEqual(new Map([...seen.keys()].map((address) => [address, counts.get(address)])), seen);
});

Deno.test("intercept() pairs the calls and returns of each thread", async () => {
  using emulator = Emulator.open({ program: await counted() });
  const active = new Map<number, bigint[]>();
  let wrong = 0;
  let returns = 0;
  emulator.intercept(/^(outer|leaf)$/, {
    onEnter(args, call) {
      const list = active.get(emulator.cpu.thread) ?? [];
      active.set(emulator.cpu.thread, list);
      if (call.depth !== list.length) wrong++;
      list.push(args[0]);
    },
    onLeave(result, call) {
      returns++;
      if (active.get(emulator.cpu.thread)?.pop() !== call.args[0]) wrong++;
      const argument = BigInt.asIntN(32, call.args[0]);
      const isLeaf = BigInt.asIntN(32, result) === argument + 1n;
      if (!isLeaf && BigInt.asIntN(32, result) !== 2n * argument + 4n) wrong++;
    },
  });
  await emulator.run();
  assert.deepEqual([wrong, returns], [0, 18000]);
});

Deno.test("every run with threads executes the same instructions", async () => {
  const path = await counted();
  const totals: number[] = [];
  for (let run = 0; run < 2; run++) {
    using emulator = Emulator.open({ program: path, env: {} });
    const order: number[] = [];
    emulator.hook("outer", (cpu) => {
      if (order.at(-1) !== cpu.thread - emulator.pid) order.push(cpu.thread - emulator.pid);
    });
    await emulator.run();
    totals.push(emulator.coverage.total, order.length);
  }
  assert.deepEqual(totals.slice(0, 2), totals.slice(2));
});

Deno.test("selectThread() shows another thread's registers and steps it", async () => {
  using emulator = Emulator.open({ program: await counted() });
  const hook = emulator.hook("leaf", () => emulator.stop("there"));
  await emulator.run();
  hook.detach();
  const { threads } = emulator;
  const first = threads.find(({ id }) => id === emulator.pid);
  const here = threads.find(({ isSelected }) => isSelected);
  assert.equal(first?.waitsIn, "futex");
  assert.equal(here?.pc, emulator.symbols.find("leaf").address);
  emulator.selectThread(emulator.pid);
  assert.deepEqual([emulator.cpu.thread, emulator.cpu.pc], [emulator.pid, first?.pc]);
  assert.ok(emulator.cpu.backtrace().some(({ symbol }) => symbol?.name === "main"));
  assert.throws(() => emulator.selectThread(1), /Cannot select thread 1: there is no such thread/);
  emulator.selectThread(here?.id ?? 0);
  const { instruction, pc } = emulator.cpu;
  await emulator.step();
  assert.deepEqual([emulator.cpu.thread, emulator.cpu.pc], [here?.id, pc + BigInt(instruction?.size ?? 0)]);
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
});
