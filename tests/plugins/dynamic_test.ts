import assert from "node:assert/strict";
import type { Plugin } from "../../mod.ts";
import coverage from "../../plugins/coverage.ts";
import dyncount from "../../plugins/dyncount.ts";
import icount from "../../plugins/icount.ts";
import oprofile from "../../plugins/oprofile.ts";
import profile from "../../plugins/profile.ts";
import trace from "../../plugins/trace.ts";
import { compile } from "../programs/compile.ts";
import { runPlugin } from "./run.ts";

const SORTS = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
int main(void) {
  int values[64];
  for (int i = 0; i < 64; i++) values[i] = i * 37 % 64;
  qsort(values, 64, sizeof *values, compare);
  char text[200];
  memset(text, 'x', sizeof text);
  text[199] = 0;
  return values[5] == 5 && strlen(text) == 199 ? 7 : 1;
}
`;

/** Runs the dynamically linked guest. */
async function run(plugin: Plugin) {
  const result = await runPlugin(plugin, {}, await compile(SORTS, ["-O1"]));
  assert.deepEqual(result.reason, { kind: "exited", status: 7 });
  return result;
}

function sum(values: Iterable<string | number>): number {
  return [...values].reduce<number>((total, value) => total + Number(value), 0);
}

Deno.test("the sum over symbols is the number of instructions, in a dynamic program", async () => {
  using result = await run(profile as unknown as Plugin);
  const rows: { executed: number; symbol: string }[] = JSON.parse(result.report("json"));
  assert.equal(sum(rows.map(({ executed }) => executed)), result.total);
  assert.ok(result.total > 50_000);
  assert.ok(rows.some(({ symbol }) => symbol === "compare"));
});

Deno.test("the plugins of counts agree on the number of instructions, in a dynamic program", async () => {
  const check = async (plugin: Plugin, read: (report: string) => unknown, format = "text") => {
    using result = await run(plugin);
    assert.equal(read(result.report(format)), result.total, plugin.name);
  };
  await check(icount as unknown as Plugin, (report) => JSON.parse(report).instructions, "json");
  await check(dyncount as unknown as Plugin, (text) => sum(Object.values(JSON.parse(text).mnemonics_count)), "json");
  const first = (text: string, pattern: RegExp) => sum([...text.matchAll(pattern)].map(([, count]) => count));
  await check(oprofile as unknown as Plugin, (text) => first(text, /^[0-9a-f]{16} (\d+)/gm));
  await check(coverage as unknown as Plugin, (text) => first(text, /^ *(\d+) \| /gm));
});

Deno.test("the blocks of trace have all instructions, in a dynamic program", async () => {
  using result = await run(trace as unknown as Plugin);
  assert.equal(sum([...result.report().matchAll(/: (\d+) instruction/g)].map(([, count]) => count)), result.total);
});
