import assert from "node:assert/strict";
import { definePlugin, Emulator, type Plugin, type PluginApi } from "../../mod.ts";
import branches from "../../plugins/branches.ts";
import callgrind from "../../plugins/callgrind.ts";
import coverage from "../../plugins/coverage.ts";
import heap from "../../plugins/heap.ts";
import hotblocks from "../../plugins/hotblocks.ts";
import icount from "../../plugins/icount.ts";
import profile from "../../plugins/profile.ts";
import { compile } from "../programs/compile.ts";
import { FIB, reportText, tutorial } from "./run.ts";

const LONG = `
#include <stdlib.h>
__attribute__((noinline)) static int leaf(int n) { __asm__ volatile(""); return n % 7; }
__attribute__((noinline)) static int part(int n) { int s = 0; for (int i = 0; i < n; i++) s += leaf(i); return s; }
int main(void) { int s = 0; for (int i = 0; i < 2000; i++) { if (i % 50 == 0) free(malloc(i)); s += part(100); } return s & 7; }
`;

Deno.test("plugins are set, disabled, reset and asked for reports in the middle of the run; the others do not notice", async () => {
  using emulator = Emulator.open({ program: await compile(LONG, ["-O1", "-static"]), env: {} });
  const touched = [icount, profile, hotblocks, callgrind, branches, heap].map((plugin) =>
    emulator.use(plugin as unknown as Plugin)
  );
  const [left, count] = [callgrind, icount].map((plugin) => emulator.use(plugin as unknown as Plugin));
  let [entered, rounds] = [0, 0];
  emulator.hook("part", () => {
    if (++entered % 300 !== 0) return;
    for (const handle of touched) {
      reportText(handle);
      if (rounds % 3 === 0) handle.disable();
      if (rounds % 3 === 1) handle.enable();
      if (rounds % 3 === 2) handle.reset();
      handle.set("within", rounds % 2 === 0 ? "" : "part");
    }
    rounds++;
  });
  assert.equal((await emulator.run()).kind, "exited");
  assert.equal(rounds, 6);
  const { total } = emulator.coverage;
  assert.equal(JSON.parse(reportText(count, "json")).instructions, total);
  const text = reportText(left);
  assert.match(text, new RegExp(`^summary: ${total}$`, "m"));
  const calls = (callee: string) =>
    [...text.matchAll(/^cfn=(\w+)\ncalls=(\d+) /gm)].filter(([, name]) => name === callee)
      .reduce((sum, [, , count]) => sum + Number(count), 0);
  assert.deepEqual([calls("part"), calls("leaf")], [2000, 200_000]);
});

Deno.test("set('within') changes which blocks onFlow() tells", async () => {
  using emulator = Emulator.open({ program: FIB, env: {} });
  const seen: string[] = [];
  const handle = emulator.use(
    definePlugin({
      name: "seen",
      description: "",
      setup(api) {
        const names: (string | undefined)[] = [];
        api.onTranslate(({ id, symbol }) => names[id] = symbol?.name);
        api.onFlow((batch) => {
          for (let index = 0; index < batch.length; index++) seen.push(names[batch.block(index)] ?? "other");
        });
      },
    }),
    { within: "fib" },
  );
  emulator.hook("length", () => emulator.stop());
  await emulator.run();
  assert.deepEqual(new Set(seen.splice(0)), new Set(["fib", "other"]));
  handle.set("within", "length");
  await emulator.run();
  const traced = tutorial("trace").split("\n").filter((line) => line.endsWith(":length'"));
  assert.equal(seen.filter((name) => name === "length").length, traced.length);
  assert.ok(!seen.includes("fib"));
});

Deno.test("onPlace() and onCall() follow names, also of libraries that are mapped later", async () => {
  const program = await compile(
    `#include <string.h>
     #include <stdlib.h>
     int main(void) { volatile unsigned long n = 0; for (int i = 0; i < 5; i++) n += atoi("12"); return n; }`,
    ["-O0"],
  );
  using emulator = Emulator.open({ program, env: {} });
  const calls: string[] = [];
  let places = 0;
  const handle = emulator.use(definePlugin({
    name: "follows",
    description: "",
    setup(api: PluginApi) {
      api.onCall("libc.so.6:atoi", {
        onEnter: ([text], call) => void (call.data = api.memory.cstring(text)),
        onLeave: (result, call) => void calls.push(`${call.data} ${result}`),
      });
      api.onPlace("libc.so.6:atoi", (cpu) => {
        if (cpu.symbol?.name === "atoi" && ++places === 3) handle.disable();
      });
    },
  }));
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 60 });
  assert.equal(places, 3);
  assert.deepEqual(calls, ["12 12", "12 12"]);
});

Deno.test("a plugin that throws in the flow or in a call is named and disabled, and the guest goes on", async () => {
  const warnings: string[] = [];
  using emulator = Emulator.open({ program: FIB, env: {}, onWarning: (text) => warnings.push(text.split("\n")[0]) });
  const throwing = (name: string, setup: (api: PluginApi) => void) =>
    emulator.use(definePlugin({ name, description: "", setup }));
  const fail = (why: string) => {
    throw new Error(why);
  };
  const handles = [
    throwing("flows", (api) => api.onFlow(() => fail("no flow"))),
    throwing("enters", (api) => api.onCall("fib", { onEnter: () => fail("no call") })),
    throwing("leaves", (api) => api.onCall("length", { onLeave: () => fail("no return") })),
    throwing("places", (api) => api.onPlace("fib+0x8", () => fail("no place"))),
    throwing("counts", (api) => api.onInstructionCount(99, () => fail("no count"))),
  ];
  const well = emulator.use(coverage);
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  assert.deepEqual(handles.map(({ isEnabled }) => isEnabled), [false, false, false, false, false]);
  assert.deepEqual(warnings.toSorted(), [
    "plugin counts: no count; it is disabled",
    "plugin enters: no call; it is disabled",
    "plugin flows: no flow; it is disabled",
    "plugin leaves: no return; it is disabled",
    "plugin places: no place; it is disabled",
  ]);
  assert.ok(well.isEnabled && reportText(well).length > 0);
  assert.equal(emulator.coverage.total, 2627);
});
