/** What plugins are told of threads. */

import assert from "node:assert/strict";
import { definePlugin } from "../../mod.ts";
import icount from "../../plugins/icount.ts";
import { compile } from "../programs/compile.ts";
import { reportText, runPlugin } from "./run.ts";

/** Thread N stores N into its own cell, 100,000 * N times, by a loop of three instructions; they take turns meanwhile. */
const THREADS = String.raw`
#include <pthread.h>
long cells[3];
static void *work(void *argument) {
  long n = (long)argument, left = 100000 * n;
  __asm__ volatile(
    "1: mov %1, %2\n"
    "sub $1, %0\n"
    "jnz 1b\n" : "+r"(left) : "r"(n), "m"(cells[n]) : "memory");
  return 0;
}
int main(void) {
  pthread_t threads[2];
  for (long n = 1; n <= 2; n++) pthread_create(&threads[n - 1], 0, work, (void *)n);
  for (int n = 0; n < 2; n++) pthread_join(threads[n], 0);
}`;

const program = await compile(THREADS, ["-O1", "-static", "-pthread"]);

Deno.test("icount by=thread has every instruction of each thread", async () => {
  using run = await runPlugin(icount, { by: "thread" }, program);
  const { instructions, thread } = JSON.parse(reportText(run.handle, "json"));
  const counts = Object.values(thread) as number[];
  assert.equal(counts.length, 3);
  assert.equal(counts.reduce((sum, count) => sum + count), run.total);
  assert.equal(instructions, run.total);
  const [, first, second] = counts;
  // The second thread runs the loop 100,000 times more; what is around it differs by a lock or two.
  assert.ok(Math.abs(second - first - 300_000) < 1000, `${first} ${second}`);
});

Deno.test("icount by=symbol sums up to the total", async () => {
  using run = await runPlugin(icount, { by: "symbol" }, program);
  const rows = [...run.report().matchAll(/^ *(\d+) {2}(\S+)$/gm)].map(([, count, name]) =>
    [name, Number(count)] as const
  );
  assert.equal(rows.reduce((sum, [, count]) => sum + count, 0), run.total);
  const [[name, count]] = rows;
  assert.equal(name.split(":")[1], "work");
  assert.ok(count > 900_000 && count < 900_100, `${count}`);
  // Functions of one name, as C libraries have, are told apart.
  const { symbol }: { symbol: { instructions: number }[] } = JSON.parse(run.report("json"));
  assert.deepEqual(symbol.map(({ instructions }) => instructions), rows.map(([, count]) => count));
});

Deno.test("a batch of events is of the thread that it names", async () => {
  const stores = new Map<number, Map<number, number>>();
  const plugin = definePlugin({
    name: "stores",
    description: "Stores by thread and address",
    setup(api) {
      api.onEvents(["accesses"], ({ thread, length, addresses }) => {
        const own = stores.get(thread) ?? new Map<number, number>();
        stores.set(thread, own);
        for (let at = 0; at < length; at++) own.set(addresses[at], (own.get(addresses[at]) ?? 0) + 1);
      });
    },
  });
  using run = await runPlugin(plugin, {}, program);
  const cells = Number(run.emulator.symbols.find("cells").address);
  const [, first, second] = [...stores].sort(([a], [b]) => a - b).map(([, own]) => own);
  assert.deepEqual([first.get(cells + 8), first.get(cells + 16)], [100_000, undefined]);
  assert.deepEqual([second.get(cells + 8), second.get(cells + 16)], [undefined, 200_000]);
});
