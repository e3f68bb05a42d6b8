import assert from "node:assert/strict";
import { definePlugin, Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { FIB, tutorial } from "./run.ts";

/** Faults, signals, longjmp, REP instructions, code that changes: whatever ends a block in its middle. */
const DISORDER = `
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <stdio.h>
#include <sys/mman.h>
static sigjmp_buf place;
static void handler(int signal) { siglongjmp(place, signal); }
int main(void) {
  signal(SIGSEGV, handler);
  volatile int caught = 0;
  for (volatile int i = 0; i < 5; i++) if (sigsetjmp(place, 1) == 0) *(volatile int *)8 = i; else caught++;
  unsigned char *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int sum = 0;
  for (int i = 0; i < 4; i++) {
    unsigned char bytes[] = {0xb8, i, 0, 0, 0, 0xc3};
    memcpy(code, bytes, sizeof bytes);
    sum += ((int (*)(void))code)();
  }
  char from[3000], to[3000];
  memset(from, 7, sizeof from);
  for (long size = 0; size < 9; size++) { long n = size; char *s = from, *d = to; __asm__ volatile("rep movsb" : "+c"(n), "+S"(s), "+D"(d) : : "memory"); }
  return caught == 5 && sum == 6 ? 0 : 1;
}
`;

/** Entries by block, as the flow has them and as they are counted. */
function entries() {
  const flow = new Map<string, number>();
  let counted = new Map<string, number>();
  const plugin = definePlugin({
    name: "entries",
    description: "",
    setup(api) {
      const blocks: string[] = [];
      api.onTranslate(({ id, address, size }) => blocks[id] = `${address} ${size}`);
      api.onFlow((batch) => {
        for (let index = 0; index < batch.length; index++) {
          const block = blocks[batch.block(index)];
          if (block !== undefined) flow.set(block, (flow.get(block) ?? 0) + 1);
        }
      });
      api.onReport(() => {
        counted = new Map(api.coverage.blockCounts().map(({ address, size, count }) => [`${address} ${size}`, count]));
      });
    },
  });
  return { plugin, flow, counted: () => counted };
}

Deno.test("onFlow() tells the blocks that the tutorial's trace has, in its order", async () => {
  using emulator = Emulator.open({ program: FIB, env: {} });
  const told: string[] = [];
  emulator.use(definePlugin({
    name: "order",
    description: "",
    setup(api) {
      const blocks: string[] = [];
      api.onTranslate(({ id, address, size }) => blocks[id] = `${address.toString(16)} ${size}`);
      api.onFlow((batch) => {
        for (let index = 0; index < batch.length; index++) told.push(blocks[batch.block(index)]);
      });
    },
  }));
  await emulator.run();
  const lines = [...tutorial("trace").matchAll(/0x0+(\w+) \[(\d+)\]/g)].map(([, address, size]) =>
    `${address} ${size}`
  );
  assert.deepEqual(told, lines);
});

Deno.test("onFlow() tells as many entries as are counted, through faults, signals, REP and changing code", async () => {
  using emulator = Emulator.open({ program: await compile(DISORDER, ["-O1", "-static"]), env: {} });
  const { plugin, flow, counted } = entries();
  const handle = emulator.use(plugin);
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  handle.report({ write() {} });
  assert.ok(counted().size > 100);
  assert.deepEqual([...flow].sort(), [...counted()].sort());
});

Deno.test("onFlow() leaves out exactly what ran while the plugin was disabled, and what is held at a hook", async () => {
  using emulator = Emulator.open({ program: FIB, env: {} });
  const { plugin, flow, counted } = entries();
  const handle = emulator.use(plugin);
  let hits = 0;
  emulator.hook("fib", () => {
    hits++;
    if (hits % 20 === 0) emulator.stop();
  });
  for (let stop = 0; stop < 4; stop++) assert.equal((await emulator.run()).kind, "stopped");
  handle.disable();
  await emulator.run();
  handle.enable();
  await emulator.step(3);
  while ((await emulator.run()).kind === "stopped");
  handle.report({ write() {} });
  for (const [block, count] of counted()) assert.equal(flow.get(block), count, block);
  assert.equal(hits, 177);
});
