/** Inlined calls in call graphs, against what addr2line says of each instruction, and what callgrind_annotate reads. */

import assert from "node:assert/strict";
import callgrind from "../../plugins/callgrind.ts";
import profiler from "../../plugins/profiler.ts";
import { executedBySource, inlinedProgram, LEAF_CALLS } from "./inlined_guest.ts";
import { runPlugin } from "./run.ts";

const program = await inlinedProgram();

interface Call {
  readonly calls: number;
  readonly inclusive: number;
}

/** A callgrind file: costs of addresses with their function and place, and calls `caller > callee`. */
function readCallgrind(text: string) {
  const own: { name: string; place: string; address: bigint; cost: number }[] = [];
  const calls = new Map<string, Call>();
  let [file, name, callee, times] = ["", "", "", 0];
  for (const line of text.split("\n")) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (["fl", "fi", "fe"].includes(key)) file = value;
    else if (key === "fn") name = value;
    else if (key === "cfn") callee = value;
    else if (key === "calls") times = Number(value.split(" ")[0]);
    const [, address, number, cost] = /^(0x\w+) (\d+) (\d+)$/.exec(line) ?? [];
    if (address === undefined) continue;
    if (times === 0) own.push({ name, place: `${file}:${number}`, address: BigInt(address), cost: Number(cost) });
    else {
      const edge = `${name} > ${callee}`;
      const before = calls.get(edge) ?? { calls: 0, inclusive: 0 };
      calls.set(edge, { calls: before.calls + times, inclusive: before.inclusive + Number(cost) });
      times = 0;
    }
  }
  return { own, calls };
}

function sumBy<T>(items: Iterable<T>, keyOf: (item: T) => string, costOf: (item: T) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + costOf(item));
  return new Map([...sums].sort());
}

for (const inlined of ["no", "yes"]) {
  Deno.test(`callgrind inlined=${inlined} has an instruction in the function and at the line that addr2line says`, async () => {
    using run = await runPlugin(callgrind, { inlined }, program);
    const executed = await executedBySource(run.emulator, program);
    const { own } = readCallgrind(run.report());
    assert.equal(own.reduce((sum, { cost }) => sum + cost, 0), run.total);
    const found = new Map(own.map((each) => [each.address, each]));
    for (const { address, count, functions, place } of executed) {
      const name = functions[inlined === "yes" ? functions.length - 1 : 0];
      assert.deepEqual(found.get(address), { address, cost: count, name, place });
    }
  });
}

Deno.test("callgrind inlined=yes has calls that cost what addr2line says is executed in them", async () => {
  using run = await runPlugin(callgrind, { inlined: "yes" }, program);
  const executed = await executedBySource(run.emulator, program);
  const { calls } = readCallgrind(run.report());
  const leaf = executed.filter(({ functions }) => functions[0] === "leaf").reduce((sum, { count }) => sum + count, 0);
  const under = (...chain: string[]) =>
    executed.filter(({ functions }) => chain.every((name, at) => functions[at] === name))
      .reduce((sum, { count }) => sum + count, 0);
  assert.equal(calls.get("work > twice")?.inclusive, under("work", "twice"));
  assert.equal(calls.get("twice > mix")?.inclusive, under("work", "twice", "mix"));
  assert.equal(calls.get("rest > mix")?.inclusive, under("rest", "mix"));
  assert.deepEqual(calls.get("through > leaf"), { calls: LEAF_CALLS, inclusive: leaf });
  assert.equal(calls.get("work > through")?.inclusive, under("work", "through") + leaf);
  assert.equal(calls.get("work > leaf"), undefined);
  assert.equal(calls.get("main > work")?.inclusive, under("work") + leaf);
});

const hasAnnotate = await new Deno.Command("callgrind_annotate", { args: ["--version"], stdout: "null" }).output()
  .then(() => true, () => false);

Deno.test({
  name: "callgrind_annotate reads both, with the same totals and costs of real calls",
  ignore: !hasAnnotate,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const annotated = async (inlined: string) => {
        using run = await runPlugin(callgrind, { inlined }, program);
        await Deno.writeTextFile(`${folder}/${inlined}`, run.report());
        const args = ["--inclusive=yes", "--threshold=100", "--show-percs=no", "--auto=no", `${folder}/${inlined}`];
        const { stdout } = await new Deno.Command("callgrind_annotate", { args, stderr: "null" }).output();
        const text = new TextDecoder().decode(stdout);
        assert.match(text, new RegExp(`^ *${run.total.toLocaleString("en")} +PROGRAM TOTALS$`, "m"));
        const costOf = (name: string) =>
          new RegExp(`^ *([\\d,]+) +\\S+program\\.c:${name}(?: |$)`, "m").exec(text)?.[1];
        return { costOf };
      };
      const [plain, deep] = [await annotated("no"), await annotated("yes")];
      for (const name of ["main", "work", "rest", "leaf"]) {
        assert.notEqual(plain.costOf(name), undefined);
        assert.equal(deep.costOf(name), plain.costOf(name), name);
      }
      assert.notEqual(deep.costOf("through"), undefined);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

interface Profile {
  readonly functions: { name: string; isInlined: boolean; self: number; inclusive: number; calls: number }[];
  readonly calls: { from: number; to: number; calls: number; inclusive: number }[];
}

Deno.test("profiler has inlined calls in its functions and calls, with the instructions that addr2line says", async () => {
  using run = await runPlugin(profiler, {}, program);
  const { functions, calls }: Profile = JSON.parse(run.report("json"));
  const executed = await executedBySource(run.emulator, program);
  const expected = sumBy(
    executed,
    ({ functions }) => functions.length > 1 ? `${functions.at(-1)} inlined` : functions[0],
    ({ count }) => count,
  );
  const found = sumBy(functions, ({ name, isInlined }) => isInlined ? `${name} inlined` : name, ({ self }) => self);
  for (const [name, self] of expected) assert.equal(found.get(name), self, name);
  const call = (from: string, to: string) =>
    calls.filter((each) => functions[each.from].name === from && functions[each.to].name === to);
  assert.deepEqual(call("through", "leaf").map(({ calls }) => calls), [LEAF_CALLS]);
  assert.deepEqual(call("work", "through").map(({ calls }) => calls), [LEAF_CALLS]);
  assert.deepEqual(call("work", "leaf"), []);
});

Deno.test("profiler inlined=no has the functions only", async () => {
  using run = await runPlugin(profiler, { inlined: "no" }, program);
  const { functions }: Profile = JSON.parse(run.report("json"));
  assert.ok(functions.every(({ isInlined }) => !isInlined));
  assert.ok(functions.some(({ name }) => name === "work"));
});
