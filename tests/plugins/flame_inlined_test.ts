/** Inlined calls in flame graphs, against what addr2line says of each instruction; and samples against exact counts. */

import assert from "node:assert/strict";
import flame from "../../plugins/flame.ts";
import { executedBySource, inlinedProgram, OWN } from "./inlined_guest.ts";
import { runPlugin } from "./run.ts";

const program = await inlinedProgram();

/** Stacks from their function on, that is without who called it, and what was executed there. */
function bySource(report: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of report.trim().split("\n")) {
    const [, stack, count] = /^(.*) (\d+)$/.exec(line) ?? [];
    const names = stack.split(";");
    const at = names.findLastIndex((name) => !name.endsWith("_[i]"));
    if (!OWN.includes(names[at])) continue;
    const key = names.slice(at).join(";");
    counts.set(key, (counts.get(key) ?? 0) + Number(count));
  }
  return counts;
}

Deno.test("flame has an instruction where addr2line has it, in calls that were inlined", async () => {
  using run = await runPlugin(flame, {}, program);
  const expected = new Map<string, number>();
  for (const { functions, count } of await executedBySource(run.emulator, program)) {
    const key = [functions[0], ...functions.slice(1).map((name) => `${name}_[i]`)].join(";");
    expected.set(key, (expected.get(key) ?? 0) + count);
  }
  assert.ok(expected.has("work;twice_[i];mix_[i]"), [...expected.keys()].join());
  assert.deepEqual(new Map([...bySource(run.report())].sort()), new Map([...expected].sort()));
  const all = [...run.report().matchAll(/ (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.equal(all, run.total);
});

Deno.test("flame inlined=off has the functions only", async () => {
  using run = await runPlugin(flame, { inlined: "off" }, program);
  assert.deepEqual([...bySource(run.report()).keys()].sort(), [...OWN].sort());
});

Deno.test("flame every=COUNT weighs stacks as following all calls does, within what samples can tell", async () => {
  const every = 1999;
  using sampled = await runPlugin(flame, { every: String(every) }, program);
  using exact = await runPlugin(flame, {}, program);
  const [of, samples] = [bySource(exact.report()), bySource(sampled.report())];
  const all = [...sampled.report().matchAll(/ (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.equal(all, Math.floor(sampled.total / every) * every);
  for (const [stack, count] of of) {
    if (count < 100_000) continue;
    const difference = Math.abs((samples.get(stack) ?? 0) - count);
    assert.ok(difference < 0.1 * count, `${stack}: ${samples.get(stack)} for ${count}`);
  }
  const stacks = sampled.report().split("\n").map((line) => line.replace(/ \d+$/, ""));
  assert.ok(stacks.some((stack) => /;main;work;twice_\[i\];mix_\[i\]$/.test(stack)), stacks.join("\n"));
});
