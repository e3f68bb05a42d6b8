import assert from "node:assert/strict";
import type { Plugin } from "../../mod.ts";
import bbv from "../../plugins/bbv.ts";
import callgrind from "../../plugins/callgrind.ts";
import cfg from "../../plugins/cfg.ts";
import flame from "../../plugins/flame.ts";
import hotblocks from "../../plugins/hotblocks.ts";
import hotpages from "../../plugins/hotpages.ts";
import howvec from "../../plugins/howvec.ts";
import { compile } from "../programs/compile.ts";
import { hasTool, runTool } from "../programs/tool.ts";
import { run as runCommand } from "../repl/cli/command.ts";
import { runPlugin, tutorial } from "./run.ts";

const JUMPS = `
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
static jmp_buf place;
static volatile int caught;
__attribute__((noinline)) static void deep(int left) { if (left == 0) longjmp(place, 1); deep(left - 1); caught++; }
__attribute__((noinline)) static int tail(int value) { return getpid() > 0 ? value : 0; }
__attribute__((noinline)) int calls_tail(int value) { return tail(value + 1); }
static void handler(int signal) { caught += signal; }
int main(void) {
  signal(SIGUSR1, handler);
  for (int i = 0; i < 3; i++) if (setjmp(place) == 0) deep(5);
  raise(SIGUSR1);
  return calls_tail(caught) == 11 && strlen("four") == 4 ? 0 : 1;
}
`;

function sum(values: Iterable<unknown>): number {
  return [...values].reduce<number>((total, value) => total + Number(value), 0);
}

async function jumps(plugin: Plugin) {
  const run = await runPlugin(plugin, {}, await compile(JUMPS, ["-O2", "-fno-inline"]));
  assert.deepEqual(run.reason, { kind: "exited", status: 0 });
  return run;
}

Deno.test("hotblocks has the blocks of the tutorial's trace with their entries", async () => {
  using run = await runPlugin(hotblocks, { limit: "100" });
  const traced = new Map<string, number>();
  for (const [, address, size, count] of tutorial("trace").matchAll(/0x(\w+) \[(\d+)\]: (\d+)/g)) {
    const key = `0x${address.replace(/^0+/, "")} ${size} ${count}`;
    traced.set(key, (traced.get(key) ?? 0) + 1);
  }
  const blocks: Record<string, number | string>[] = JSON.parse(run.report("json"));
  const ours = blocks.map((
    { address, size, instructions, entries },
  ) => [`${address} ${size} ${instructions}`, entries]);
  assert.deepEqual(new Map(ours as [string, number][]), new Map(traced));
  assert.equal(sum(blocks.map(({ executed }) => executed)), 2627);
  assert.match(run.report(), /^ADDRESS .*\n0x401000 +13 +6 +177 +1062 +40\.43 +fib\n/);
});

Deno.test("hotpages has as many reads and writes as the tutorial's dineroIV", async () => {
  using run = await runPlugin(hotpages);
  const pages: { address: string; reads: number; writes: number }[] = JSON.parse(run.report("json"));
  // dineroIV counts 547 data fetches and 533 data writes.
  assert.deepEqual([sum(pages.map(({ reads }) => reads)), sum(pages.map(({ writes }) => writes))], [547, 533]);
  // The text "fib(10) = 55\n" is at 0x402000: read by length, and its first character by _start.
  assert.deepEqual(pages.find(({ address }) => address === "0x402000"), { address: "0x402000", reads: 15, writes: 0 });
});

Deno.test("howvec's classes have all instructions", async () => {
  using run = await runPlugin(howvec);
  const classes = JSON.parse(run.report("json"));
  // From the tutorial's dyncount: call, ret, jmp, je + jg + jne, syscall, push + pop, lea, cmp.
  const [call, ret, jump, branch, system] = [178, 178, 88, 2 + 177 + 13, 2];
  assert.deepEqual(
    [classes.call, classes.return, classes.jump, classes["conditional branch"], classes["system call"]],
    [call, ret, jump, branch, system],
  );
  assert.deepEqual([classes.stack, classes.address, classes.compare], [355 + 354, 264, 193]);
  assert.equal(sum(Object.values(classes)), 2627);
});

Deno.test("cfg has an edge for each step between blocks of the function", async () => {
  using run = await runPlugin(cfg, { within: "length" });
  const edges = [...run.report().matchAll(/"(\w+)" -> "(\w+)" \[label="(\d+)"\]/g)].map(([, ...edge]) =>
    edge.join(" ")
  );
  const lines = [...tutorial("trace").matchAll(/0x0+(\w+) .*:length'/g)].map(([, address]) => `0x${address}`);
  const steps = new Map<string, number>();
  lines.slice(1).forEach((to, index) => {
    const step = `${lines[index]} ${to}`;
    steps.set(step, (steps.get(step) ?? 0) + 1);
  });
  assert.deepEqual(edges.sort(), [...steps].map(([step, count]) => `${step} ${count}`).sort());
  assert.match(run.report(), /^digraph cfg \{\n[^]*\n\}\n$/);
});

Deno.test({
  name: "cfg draws the graph that dot draws (needs graphviz)",
  ignore: !hasTool("dot"),
  async fn() {
    using run = await runPlugin(cfg, { within: "fib" });
    const path = await Deno.makeTempFile({ suffix: ".dot" });
    await Deno.writeTextFile(path, run.report("dot"));
    const [theirs] = await runTool("dot", ["-Tsvg", path]);
    await Deno.remove(path);
    const parts = (svg: string) =>
      [...svg.matchAll(/class="(node|edge)">\s*<title>(.*?)<\/title>/g)].map(([, kind, title]) => `${kind} ${title}`);
    assert.deepEqual(parts(run.report("svg")).toSorted(), parts(theirs).toSorted());
    const texts = (svg: string) => [...svg.matchAll(/<text .*?>(.*?)<\/text>/g)].map(([, text]) => text).toSorted();
    assert.deepEqual(texts(run.report("svg")), texts(theirs));
    const { blocks, edges }: Record<string, { count: number }[]> = JSON.parse(run.report("json"));
    assert.equal(parts(theirs).length, blocks.length + edges.length);
    // Entries of fib's blocks and steps between them, by trace.txt and by what branches and calls its code has.
    assert.equal(sum(blocks.map(({ count }) => count)), [...tutorial("trace").matchAll(/:fib'/g)].length);
  },
});

Deno.test("cfg refuses to draw what nobody could look at", async () => {
  using run = await runPlugin(cfg, {}, "/bin/true");
  if (JSON.parse(run.report("json")).blocks.length > 1000) {
    assert.throws(() => run.report("svg"), /Cannot use plugin cfg: \d+ blocks are too many to draw; name a part/);
  } else assert.match(run.report("svg"), /<\/svg>/);
});

Deno.test("bbv's vectors have all instructions, and JSON says of which blocks", async () => {
  using run = await jumps(bbv as unknown as Plugin);
  const { instructions, blocks } = await (async () => {
    using json = await runPlugin(bbv, { format: "json", interval: "1000" });
    const { intervals, blocks }: { intervals: Record<string, number>[]; blocks: Record<string, number>[] } = JSON.parse(
      json.report(),
    );
    return { instructions: intervals.map((vector) => sum(Object.values(vector))), blocks };
  })();
  assert.equal(sum([...run.report().matchAll(/:\d+:(\d+)/g)].map(([, count]) => count)), run.total);
  assert.deepEqual(instructions, [1000, 1000, 627]);
  // The second block of trace.txt is fib's first.
  assert.deepEqual(blocks[1], { block: 2, address: "0x401000", instructions: 6, where: "fib" });
});

Deno.test("bbv has the vectors of valgrind's exp-bbv, but for the block in which an interval ends", async () => {
  using run = await runPlugin(bbv, { interval: "1000" });
  const vectors = run.report().trim().split("\n").map((line) =>
    [...line.matchAll(/:(\d+):(\d+)/g)].map(([, id, count]) => [Number(id), Number(count)])
  );
  // exp-bbv 3.19 for the first two: 1001 and 1000 instructions.
  const theirs = [[[1, 3], [2, 423], [3, 72], [4, 335], [5, 102], [6, 66]], [[2, 423], [3, 74], [4, 335], [5, 102], [
    6,
    66,
  ]]];
  assert.equal(vectors.length, 3);
  assert.deepEqual(vectors.map((vector) => sum(vector.map(([, count]) => count))), [1000, 1000, 627]);
  theirs.forEach((vector, index) => {
    assert.deepEqual(vectors[index].map(([id]) => id), vector.map(([id]) => id));
    vector.forEach(([id, count], at) => assert.ok(Math.abs(vectors[index][at][1] - count) <= 6, `block ${id}`));
  });
});

/** Costs of a callgrind file: of functions by themselves, and of calls `caller > callee`. */
function readCallgrind(text: string) {
  const [own, calls] = [new Map<string, number>(), new Map<string, [calls: number, inclusive: number]>()];
  let [caller, callee, times] = ["", "", 0];
  for (const line of text.split("\n")) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key === "fn") caller = value;
    else if (key === "cfn") callee = value;
    else if (key === "calls") times = Number(value.split(" ")[0]);
    const cost = /^0x\w+ \d+ (\d+)$/.exec(line);
    if (cost === null) continue;
    if (times === 0) own.set(caller, (own.get(caller) ?? 0) + Number(cost[1]));
    else {
      const call = `${caller} > ${callee}`;
      const [before, inclusive] = calls.get(call) ?? [0, 0];
      calls.set(call, [before + times, inclusive + Number(cost[1])]);
      times = 0;
    }
  }
  return { own, calls };
}

Deno.test("callgrind has the costs and calls that valgrind's has", async () => {
  using run = await runPlugin(callgrind);
  const { own, calls } = readCallgrind(run.report());
  // As profile.txt; valgrind 3.19 lacks the last 5 instructions of _start.
  assert.deepEqual(own, new Map([["fib", 2563], ["length", 43], ["_start", 21]]));
  // valgrind: `_start` calls fib once for 2563 and length once for 43; fib is called 176 times by itself.
  assert.deepEqual(calls.get("_start > fib"), [1, 2563]);
  assert.deepEqual(calls.get("_start > length"), [1, 43]);
  assert.equal(calls.get("fib > fib")?.[0], 176);
  assert.match(
    run.report(),
    /^# callgrind format\nversion: 1\n[^]*\npositions: instr line\nevents: Ir\nsummary: 2627\n/,
  );
});

Deno.test("callgrind's own costs are all instructions, through longjmp, signals and tail calls", async () => {
  using run = await jumps(callgrind as unknown as Plugin);
  const { own, calls } = readCallgrind(run.report());
  assert.equal(sum(own.values()), run.total);
  assert.equal(calls.get("main > deep")?.[0], 3);
  assert.equal(calls.get("deep > deep")?.[0], 15);
  assert.equal(calls.get("calls_tail > tail")?.[0], 1);
  const inclusive = (name: string) =>
    sum([...calls].filter(([call]) => call.startsWith(`${name} > `)).map(([, [, cost]]) => cost)) +
    (own.get(name) ?? 0);
  // What main cost its caller is what it executed and what it called did.
  assert.equal([...calls].find(([call]) => call.endsWith(" > main"))?.[1][1], inclusive("main"));
});

Deno.test("flame's stacks have all instructions, and are those of the calls", async () => {
  using run = await runPlugin(flame, { inlined: "off" });
  const stacks = run.report().trim().split("\n").map((line) => line.split(" "));
  assert.equal(sum(stacks.map(([, count]) => count)), 2627);
  assert.deepEqual(stacks[0], ["_start", "21"]);
  assert.ok(stacks.some(([stack, count]) => stack === "_start;length" && count === "43"));
  assert.equal(sum(stacks.filter(([stack]) => stack.endsWith("fib")).map(([, count]) => count)), 2563);
  // fib(10) is ten calls deep.
  assert.equal(Math.max(...stacks.map(([stack]) => stack.split(";").length)), 11);
});

Deno.test("flame's stacks have all instructions, through longjmp, signals and tail calls", async () => {
  using run = await jumps(flame as unknown as Plugin);
  const stacks = run.report().trim().split("\n").map((line) => line.split(" "));
  assert.equal(sum(stacks.map(([, count]) => count)), run.total);
  const names = stacks.map(([stack]) => stack);
  assert.ok(names.some((stack) => stack.endsWith(";main;deep;deep;deep;deep;deep;deep")));
  assert.ok(!names.some((stack) => stack.includes("deep;deep;deep;deep;deep;deep;deep")));
  assert.ok(!names.some((stack) => stack.includes("deep") && stack.includes("calls_tail")));
  assert.ok(names.some((stack) => /;main;calls_tail;tail;/.test(stack)));
  assert.ok(names.some((stack) => /;main;.*;handler$/.test(stack)));
});

/** Apart from the project's own dependencies, which whoever runs Ceratops fetches. */
const VALIDATOR = `
import { Ajv } from "npm:ajv@8.20.0";
import schema from "npm:/speedscope@1.25.0/dist/release/file-format-schema.json" with { type: "json" };
const { $schema: _, ...rules } = schema; // of a draft that is compatible, but for its name
const validator = new Ajv({ strict: false });
validator.validate(rules, JSON.parse(await new Response(Deno.stdin.readable).text()));
console.log(validator.errorsText());
`;

/** What is wrong with a file by speedscope's own schema. */
async function schemaErrors(file: string): Promise<string> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, VALIDATOR);
    const words = [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", "--no-config", script];
    const { status, stdout, stderr } = await runCommand(words, { stdin: file });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  } finally {
    await Deno.remove(script);
  }
}

Deno.test("flame's speedscope file is as speedscope's schema has it, with weights that add up", async () => {
  using run = await runPlugin(flame);
  const file = JSON.parse(run.report("speedscope"));
  assert.equal(await schemaErrors(run.report("speedscope")), "No errors");
  const broken = { ...file, profiles: [{ ...file.profiles[0], samples: 1 }] };
  assert.match(await schemaErrors(JSON.stringify(broken)), /profiles.*must be array/);
  const [profile] = file.profiles;
  assert.equal(file.$schema, "https://www.speedscope.app/file-format-schema.json");
  assert.equal(profile.endValue, 2627);
  assert.equal(sum(profile.weights), 2627);
  assert.equal(profile.samples.length, profile.weights.length);
  assert.deepEqual(new Set(profile.samples.flat()), new Set(file.shared.frames.keys()));
});
