import assert from "node:assert/strict";
import { PathReader, PathWriter } from "../../mod.ts";
import diverge from "../../plugins/diverge.ts";
import chromeTrace from "../../plugins/chrome_trace.ts";
import profiler from "../../plugins/profiler.ts";
import { compile } from "../programs/compile.ts";
import { FIB, reportBytes, runPlugin } from "./run.ts";

const BRANCHES = `
#include <stdlib.h>
__attribute__((noinline)) static int odd(int n) { return n * 3; }
__attribute__((noinline)) static int even(int n) { return n / 2; }
int main(int argc, char **argv) {
  int sum = 0, when = 30 + 100 * (argv[1][0] < '6'); // no branch
  for (int i = 0; i < 50; i++) sum += i == when ? odd(i) : even(i);
  return sum & 63;
}
`;

/** Runs a program and gives the file of its path. */
async function record(program: string, args: string[], within = ""): Promise<string> {
  using run = await runPlugin(diverge, { format: "path", within }, program, args);
  const file = await Deno.makeTempFile({ prefix: "ceratops-path-" });
  await Deno.writeFile(file, reportBytes(run.handle));
  return file;
}

interface Compared {
  isCompared: boolean;
  blocks: number;
  difference?: {
    blocks: number;
    instructions: number;
    history: { place: string }[];
    recorded: string[];
    now: string[];
  };
}

Deno.test("diverge finds the first block that another run does not go to", async () => {
  const program = await compile(BRANCHES, ["-O1", "-static"]);
  const file = await record(program, ["1"]);
  try {
    using same = await runPlugin(diverge, { against: file }, program, ["2"]);
    assert.match(same.report(), /^the runs go through the same \d+ blocks .*and the recorded run ends there\n$/);
    using other = await runPlugin(diverge, { against: file }, program, ["9"]);
    const { difference }: Compared = JSON.parse(other.report("json"));
    // In the 31st round, odd is called in place of even.
    assert.ok(difference !== undefined);
    const names = (places: string[]) =>
      places.map((place) => other.emulator.symbols.at(BigInt(place.split("+")[1]))?.name);
    assert.equal(names(difference.recorded).find((name) => name !== "main"), "even");
    assert.equal(names(difference.now).find((name) => name !== "main"), "odd");
    assert.equal(names(difference.history.map(({ place }) => place)).at(-1), "main");
    assert.match(other.report(), /^the runs part after \d+ blocks, \d+ instructions\n/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("diverge's count of instructions is the moment at which the runs part", async () => {
  const program = await compile(BRANCHES, ["-O1", "-static"]);
  const file = await record(program, ["1"]);
  try {
    using run = await runPlugin(diverge, { against: file }, program, ["9"]);
    const { difference }: Compared = JSON.parse(run.report("json"));
    const { default: stoptrigger } = await import("../../plugins/stoptrigger.ts");
    const at = async (digit: string) => {
      using run = await runPlugin(stoptrigger, { icount: `${difference?.instructions}` }, program, [digit]);
      return run.emulator.cpu.pc;
    };
    assert.equal(await at("9"), BigInt(difference?.now[0].split("+")[1] ?? ""));
    assert.equal(await at("1"), BigInt(difference?.recorded[0].split("+")[1] ?? ""));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("diverge says when a run ends before the other, and when they do not compare", async () => {
  const program = await compile(`int main(int argc, char **argv) { return argc; }`, ["-O1", "-static"]);
  const file = await record(program, [], "main");
  try {
    using whole = await runPlugin(diverge, { against: file }, program, []);
    assert.match(whole.report(), /^the runs do not compare: one was recorded within=main, this one within=\n$/);
    using same = await runPlugin(diverge, { against: file, within: "main" }, program, []);
    assert.match(same.report(), /same 1 blocks .*and the recorded run ends there/);
  } finally {
    await Deno.remove(file);
  }
  await assert.rejects(
    runPlugin(diverge, { against: FIB }),
    /parameter against is .*: Cannot read a path: it is another/,
  );
  await assert.rejects(runPlugin(diverge, { against: "/nowhere" }), /parameter against is \/nowhere: .*No such file/);
});

Deno.test("PathReader reads what PathWriter wrote, and refuses files that are damaged", () => {
  const writer = new PathWriter("a note");
  const path = Array.from({ length: 5000 }, (_, index) => `block+0x${(index * index % 97 + index % 3).toString(16)}`);
  path.forEach((place) => writer.add(place));
  const half = writer.bytes();
  writer.add("more");
  const read = (bytes: Uint8Array) => {
    const reader = new PathReader(bytes);
    const list: string[] = [];
    for (let next = reader.next(); next !== undefined; next = reader.next()) list.push(next);
    return list;
  };
  assert.deepEqual(read(half), path);
  assert.deepEqual(read(writer.bytes()), [...path, "more"]);
  assert.equal(new PathReader(half).note, "a note");
  for (let length = 0; length < half.length; length += 101) {
    assert.throws(() => read(half.subarray(0, length)), SyntaxError);
  }
});

Deno.test("chrome-trace's events follow the format, nest, and have the instructions of each call", async () => {
  using run = await runPlugin(chromeTrace);
  const { traceEvents }: { traceEvents: Record<string, unknown>[] } = JSON.parse(run.report());
  for (const { name, cat, ph, ts, dur, pid, tid } of traceEvents) {
    assert.ok(typeof name === "string" && typeof cat === "string" && ["X", "i", "M"].includes(String(ph)));
    assert.ok(Number.isInteger(ts) && Number.isInteger(pid) && Number.isInteger(tid));
    assert.equal(Number.isInteger(dur), ph === "X");
  }
  const calls = traceEvents.filter(({ ph }) => ph === "X") as unknown as { name: string; ts: number; dur: number }[];
  const open: number[] = [];
  for (const { ts, dur } of calls) {
    while (open.length > 0 && (open.at(-1) ?? 0) <= ts) open.pop();
    assert.ok(ts + dur <= (open.at(-1) ?? Infinity));
    open.push(ts + dur);
  }
  // As in the tutorial's profile and ftrace: 177 calls of fib, whose first takes 2563 instructions; 43 in length.
  assert.equal(calls.filter(({ name }) => name === "fib").length, 177);
  assert.deepEqual(calls.find(({ name }) => name === "fib")?.dur, 2563);
  assert.deepEqual(calls.find(({ name }) => name === "length")?.dur, 43);
  assert.deepEqual(traceEvents.filter(({ ph }) => ph === "i").map(({ name }) => name), ["write", "exit"]);
});

Deno.test("profiler's functions, loops and stacks are those of the tutorial's counts", async () => {
  using run = await runPlugin(profiler);
  const profile = JSON.parse(run.report("json"));
  const [fib, length] = ["fib", "length"].map((name) =>
    profile.functions.find((each: { name: string }) => each.name === name)
  );
  assert.deepEqual([fib.self, fib.inclusive, fib.calls], [2563, 2563, 177]);
  assert.deepEqual([length.self, length.inclusive, length.calls], [43, 43, 1]);
  // length's loop goes back 12 times (branches, above), and is entered once.
  assert.deepEqual(
    length.loops.map(({ head, entries, iterations }: Record<string, unknown>) => [head, entries, iterations]),
    [
      ["0x401045", 1, 12],
    ],
  );
  assert.deepEqual(fib.loops, []);
  // The lines of fib in the tutorial's coverage-tiny.
  const covered = await Deno.readTextFile(new URL("../guests/fib.coverage-tiny.txt", import.meta.url));
  const lines = [...covered.matchAll(/^ *(\d+) \| 0x(\w+):/gm)].map((
    [, count, at],
  ) => [`0x${at}`, Number(count)]);
  assert.deepEqual(fib.code.map(([at, count]: [string, number]) => [at, count]), lines.slice(0, fib.code.length));
  assert.equal(profile.flame[1], 2627);
});

Deno.test("profiler's page is one file that asks nothing of the network", async () => {
  using run = await runPlugin(profiler);
  const page = run.report("html");
  assert.match(page, /^<!DOCTYPE html>/);
  assert.doesNotMatch(page, /<(script|link|img)[^>]*(src|href)=|@import|url\(|fetch\(/);
  const [, script] = /<script>([^]*)<\/script>/.exec(page) ?? [];
  // It is JavaScript, and has all of its parts.
  new Function(script);
  for (const name of ["Code", "Calls", "Flame graph", "Call graph"]) {
    assert.ok(script.includes(`page.views["${name}"] =`) || script.includes(`page.views.${name} =`));
  }
});
