import assert from "node:assert/strict";
import { definePlugin, Emulator, type PluginApi, PluginError, pluginParameters } from "../../mod.ts";
import { FIB, reportText, runPlugin } from "./run.ts";

/** Counts of the tutorial's coverage-tiny for fib: entries of fib, instructions in it and in all. */
const [FIB_CALLS, FIB_INSTRUCTIONS, ALL_INSTRUCTIONS] = [177, 2563, 2627];

function open(warnings: string[] = []): Emulator {
  return Emulator.open({ program: FIB, env: {}, onWarning: (message) => warnings.push(message) });
}

/** A plugin that counts all instructions and hands out its interface. */
function counting(given: (api: PluginApi) => void = () => {}) {
  return definePlugin({
    name: "counting",
    description: "Counts instructions",
    setup(api) {
      given(api);
      const counter = api.counter();
      api.onTranslate((block) => block.instructions.forEach((instruction) => instruction.count(counter)));
      api.onReport((report) => report.write(`${counter.value}`));
    },
  });
}

const sized = definePlugin({
  name: "sized",
  description: "Has parameters",
  params: {
    size: {
      type: "number",
      default: 8,
      description: "Some size",
      check: (value: number) => value > 0 ? undefined : "it must be positive",
    },
    deep: { type: "boolean", default: false, description: "Some switch" },
  },
  setup(api) {
    const changes: string[] = [];
    api.onParamsChange((name) => changes.push(`${name} ${api.params.size} ${api.params.deep}`));
    api.onReport((report) => report.write(changes.join("; ")));
  },
});

Deno.test("use() refuses parameters that are unknown or do not fit", () => {
  using emulator = open();
  const refused = (params: Record<string, string>, message: RegExp) =>
    assert.throws(
      () => emulator.use(sized, params),
      (error) => error instanceof PluginError && message.test(error.message),
    );
  refused({ siz: "1" }, /sized: it has no parameter siz; it takes within, format, size, deep$/);
  refused({ size: "big" }, /parameter size is big, not a number$/);
  refused({ size: "0" }, /parameter size is 0: it must be positive$/);
  refused({ deep: "perhaps" }, /parameter deep is perhaps, not a boolean$/);
  refused({ within: "nowhere" }, /parameter within is nowhere: .*nowhere/);
  refused({ format: "xml" }, /parameter format is xml: its formats are text$/);
  assert.deepEqual(emulator.plugins, []);
});

Deno.test("set() changes parameters that the plugin sees at once, or nothing", () => {
  using emulator = open();
  const handle = emulator.use(sized, { size: "0x10" });
  assert.equal(handle.params.size, 16);
  handle.set("deep", "on");
  assert.throws(() => handle.set("size", "-1"), PluginError);
  assert.throws(() => handle.set("within", "nowhere"), PluginError);
  assert.equal(handle.params.within, "");
  handle.set("size", "9");
  assert.equal(reportText(handle), "deep 16 true; size 9 true");
});

Deno.test("pluginParameters() has the parameters of every plugin and its own", () => {
  assert.deepEqual(Object.keys(pluginParameters(sized)), ["within", "format", "size", "deep"]);
});

Deno.test("a counter counts each instruction once, whatever blocks it is in", async () => {
  using run = await runPlugin(counting());
  assert.equal(run.report(), `${ALL_INSTRUCTIONS}`);
});

Deno.test("a counter read in a closure does not count what is still to be executed", async () => {
  using emulator = open();
  const seen: string[] = [];
  let api: PluginApi | undefined;
  emulator.use(counting((given) => api = given));
  // The 3rd instruction of the program is the first call of fib; fib+8 is the 5th instruction of fib.
  emulator.hook("fib", (_, hook) => {
    seen.push(`${api?.coverage.total}`);
    hook.detach();
  });
  emulator.hook("fib+0x8", (_, hook) => {
    seen.push(`${api?.coverage.total} ${api?.coverage.blockCounts().map(({ count }) => count).join()}`);
    hook.detach();
  });
  await emulator.run();
  assert.deepEqual(seen, ["3", "7 1,1"]);
  assert.equal(api?.coverage.total, ALL_INSTRUCTIONS);
});

Deno.test("disable() and enable() leave out exactly what ran meanwhile", async () => {
  using emulator = open();
  const handle = emulator.use(counting());
  emulator.hook("length", () => emulator.stop());
  handle.disable();
  await emulator.run();
  assert.equal(reportText(handle), "0");
  handle.enable();
  await emulator.run();
  // length and what _start executes after it: 43 and 21 - 9 (coverage-tiny.txt).
  assert.equal(reportText(handle), "55");
  assert.equal(emulator.coverage.total, ALL_INSTRUCTIONS);
});

Deno.test("reset() counts from zero, of one plugin only", async () => {
  using emulator = open();
  const [one, other] = [emulator.use(counting()), emulator.use(counting())];
  emulator.hook("length", () => emulator.stop());
  await emulator.run();
  assert.equal(reportText(one), "2572");
  one.reset();
  assert.equal(reportText(one), "0");
  await emulator.run();
  assert.deepEqual([reportText(one), reportText(other)], ["55", `${ALL_INSTRUCTIONS}`]);
});

Deno.test("reset() from a closure in the middle of a block is exact", async () => {
  using emulator = open();
  const handle = emulator.use(counting());
  emulator.hook("length", () => handle.reset());
  // The 2nd of the 3 instructions of length's loop, the last time.
  let left = 13;
  emulator.hook("length+0xe", () => --left === 0 && handle.disable());
  await emulator.run();
  // 3 before the loop, 12 rounds of 3, and the 1st instruction of the 13th.
  assert.equal(reportText(handle), "40");
});

Deno.test("closures are called while a plugin is enabled, for each execution", async () => {
  using emulator = open();
  let [calls, loops] = [0, 0];
  const changes: boolean[] = [];
  const handle = emulator.use(definePlugin({
    name: "calls",
    description: "",
    setup(api) {
      api.onActiveChange((isActive) => changes.push(isActive));
      api.onTranslate((block) => {
        if (block.symbol?.name === "fib" && block.symbol.offset === 0) block.onExecute(() => calls++);
        for (const instruction of block.instructions) {
          if (instruction.address === 0x401049n) instruction.onExecute(() => loops++);
        }
      });
    },
  }));
  emulator.hook("length", () => emulator.stop());
  await emulator.run();
  assert.equal(calls, FIB_CALLS);
  handle.disable();
  await emulator.step(5);
  handle.enable();
  await emulator.run();
  // 5 steps of length: cmp, je, mov, add, and the cmp at 0x401049.
  assert.equal(loops, 12);
  assert.deepEqual(changes, [false, true]);
});

Deno.test("blocks that came while a plugin was disabled are told when it is enabled", async () => {
  using emulator = open();
  const told: bigint[] = [];
  const handle = emulator.use(definePlugin({
    name: "told",
    description: "",
    setup: (api) => api.onTranslate((block) => told.push(block.address)),
  }));
  handle.disable();
  emulator.hook("length", () => emulator.stop());
  await emulator.run();
  assert.equal(told.length, 0);
  handle.enable();
  assert.ok(told.includes(0x401000n));
  await emulator.run();
  assert.equal(new Set(told).size, told.length);
});

Deno.test("block.count() counts entries", async () => {
  let value = () => 0;
  using _run = await runPlugin(definePlugin({
    name: "entries",
    description: "",
    setup(api) {
      const counter = api.counter();
      value = () => counter.value;
      api.onTranslate((block) => block.symbol?.name === "fib" && block.count(counter));
    },
  }));
  // Of the blocks in trace.txt, those of fib.
  const lines = Deno.readTextFileSync(new URL("tutorial/trace.txt", import.meta.url)).split("\n");
  assert.equal(value(), lines.filter((line) => line.endsWith(":fib'")).length);
});

Deno.test("within leaves out other code before a plugin is called", async () => {
  const count = async (within: string, plugin = counting()) => {
    using run = await runPlugin(plugin, { within });
    return Number(run.report());
  };
  assert.equal(await count("fib"), FIB_INSTRUCTIONS);
  assert.equal(await count("0x40103b-0x401056"), 43);
  assert.equal(await count("length _start"), ALL_INSTRUCTIONS - FIB_INSTRUCTIONS);
  assert.equal(await count("", { ...counting(), within: ["f*b"] }), FIB_INSTRUCTIONS);
});

Deno.test("within can be changed while the guest runs", async () => {
  using emulator = open();
  let calls = 0;
  const handle = emulator.use(
    definePlugin({
      name: "calls",
      description: "",
      setup: (api) => api.onTranslate((block) => block.onExecute(() => calls++)),
    }),
    { within: "length" },
  );
  emulator.hook("length", () => emulator.stop());
  await emulator.run();
  // The block at the stop: its closures ran in the order they were attached.
  assert.equal(calls, 1);
  handle.set("within", "fib");
  await emulator.run();
  assert.equal(calls, 1);
});

Deno.test("a plugin that throws is named and disabled; the guest and other plugins go on", async () => {
  const warnings: string[] = [];
  using emulator = open(warnings);
  let calls = 0;
  const bad = emulator.use(definePlugin({
    name: "bad",
    description: "",
    setup: (api) =>
      api.onTranslate((block) =>
        block.onExecute(() => {
          if (++calls === 10) throw new Error("Cannot count to ten");
        })
      ),
  }));
  const good = emulator.use(counting());
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  assert.equal(calls, 10);
  assert.equal(bad.isEnabled, false);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /^plugin bad: Cannot count to ten; it is disabled\n +at .*interface_test/);
  assert.equal(reportText(good), `${ALL_INSTRUCTIONS}`);
});

Deno.test("a plugin that throws in its report or when code is translated is disabled as well", async () => {
  const warnings: string[] = [];
  using emulator = open(warnings);
  const fails = (name: string, setup: (api: PluginApi) => void) =>
    emulator.use(definePlugin({ name, description: "", setup }));
  const fail = () => {
    throw new Error("no");
  };
  fails("translates", (api) => api.onTranslate(fail));
  const reports = fails("reports", (api) => api.onReport(fail));
  await emulator.run();
  assert.equal(reportText(reports), "");
  assert.deepEqual(warnings.map((text) => text.split("\n")[0]), [
    "plugin translates: no; it is disabled",
    "plugin reports: no; it is disabled",
  ]);
  assert.deepEqual(emulator.plugins.map(({ isEnabled }) => isEnabled), [false, false]);
});

Deno.test("onMemory() tells each access with its address and size", async () => {
  let [reads, writes] = [0, 0];
  using _run = await runPlugin(definePlugin({
    name: "memory",
    description: "",
    within: ["fib"],
    setup: (api) =>
      api.onTranslate((block) => {
        for (const instruction of block.instructions) {
          instruction.onMemory((access) => {
            assert.equal(access.size, 8);
            if (access.reads) reads++;
            if (access.writes) writes++;
          });
        }
      }),
  }));
  // Each call of fib pushes 2 and pops 3 words; each of the 176 calls within it pushes one more.
  assert.deepEqual([reads, writes], [3 * 177, 2 * 177 + 176]);
});

Deno.test("what a plugin writes while the guest runs goes to its output, in order", async () => {
  using emulator = open();
  const parts: string[] = [];
  const handle = emulator.use(
    definePlugin({
      name: "writer",
      description: "",
      within: ["length"],
      setup(api) {
        api.onTranslate((block) => block.onExecute(() => api.output.write(`${block.size} `)));
        api.onReport((report) => report.write("end"));
      },
    }),
    {},
    { output: { write: (text) => void parts.push(text) } },
  );
  await emulator.run();
  // As in trace.txt.
  assert.equal(parts.join(""), "5 15 " + "10 ".repeat(12) + "1 ");
  assert.equal(reportText(handle), "end");
});

Deno.test("report() refuses a format that the plugin does not have", async () => {
  using run = await runPlugin(counting());
  assert.throws(() => run.report("json"), /counting: it has no json report; its formats are text$/);
});
