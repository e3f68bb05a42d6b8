import assert from "node:assert/strict";
import type { PredictedBranch } from "../../mod.ts";
import branches from "../../plugins/branches.ts";
import { compile } from "../programs/compile.ts";
import { hasTool, runTool } from "../programs/tool.ts";
import { FIB, reportText, runPlugin } from "./run.ts";

interface Report {
  readonly total: { executed: number; taken: number; missed: Record<string, number> };
  readonly branches: (PredictedBranch & { address: string; text: string; where: string })[];
}

const guest = await compile(new URL("branches_guest.s", import.meta.url), ["-nostdlib", "-static", "-no-pie"]);

async function run(program: string, params: Record<string, string> = {}): Promise<Report> {
  using run = await runPlugin(branches, { limit: "0", sort: "address", ...params }, program);
  assert.deepEqual(run.warnings, []);
  return JSON.parse(run.report("json"));
}

Deno.test("branches agree with the counts of the instructions after them", async () => {
  const { branches } = await run(FIB);
  // coverage-tiny.txt: jg runs 177 times and its target 88 times; jne 13 times and what follows it once.
  assert.deepEqual(branches.map(({ address, taken, notTaken }) => [address, taken, notTaken]), [
    ["0x40100b", 88, 89],
    ["0x40103e", 0, 1],
    ["0x40104d", 12, 1],
    ["0x40108d", 0, 1],
  ]);
});

for (const program of [FIB, guest]) {
  Deno.test({
    name: `branches predicts ${program === FIB ? "fib" : "branches_guest.s"} as wrongly as cachegrind (needs valgrind)`,
    ignore: !hasTool("valgrind"),
    async fn() {
      // Where it follows jumps into one block, it drops branches whose outcome it knows.
      const args = [
        "--tool=cachegrind",
        "--branch-sim=yes",
        "--vex-guest-chase=no",
        "--cachegrind-out-file=/dev/null",
        program,
      ];
      const [, text] = await runTool("valgrind", args);
      const numbers = (title: string) =>
        Number(new RegExp(`${title}:.*\\( *([\\d,]+) cond`).exec(text)?.[1].replaceAll(",", ""));
      const { total } = await run(program);
      assert.equal(total.executed, numbers("Branches"));
      assert.equal(total.missed.gselect, numbers("Mispredicts"));
    },
  });
}

Deno.test("branches' simple predictors are wrong where their rules say", async () => {
  const { branches: [inner, outer, alternating] } = await run(guest);
  // Ten times: taken, taken, taken, not taken. One bit misses each change, the first one from "not taken". Two bits miss
  // two at the start and then each exit.
  assert.deepEqual(inner.missed, { ...inner.missed, taken: 10, btfnt: 10, "1-bit": 20, "2-bit": 12 });
  assert.deepEqual([inner.taken, inner.notTaken], [30, 10]);
  // Nine times taken, then not: one bit misses the first and the last, two bits the first two and the last.
  assert.deepEqual(outer.missed, { ...outer.missed, taken: 1, btfnt: 1, "1-bit": 2, "2-bit": 3 });
  // Forwards, taken at even numbers, 5000 down to 1: one bit is always wrong, two bits half of the time, and who knows
  // what came before soon never is.
  assert.deepEqual(alternating.missed, {
    ...alternating.missed,
    ...{ taken: 2500, btfnt: 2500, "1-bit": 5000, "2-bit": 2500 },
  });
  assert.ok(alternating.missed.gselect < 500);
});

Deno.test("branches lists what was mispredicted most, as many as asked", async () => {
  using result = await runPlugin(branches, { limit: "1", predictor: "2-bit" }, guest);
  assert.match(result.report(), /^6 conditional branches, executed 20050 times, taken 12\d{3} times\n\nPREDICTOR/);
  const rows = result.report().split("\n\n")[2].trim().split("\n");
  assert.equal(rows.length, 2);
  const { branches: all } = await run(guest);
  const worst = all.toSorted((a, b) => b.missed["2-bit"] - a.missed["2-bit"])[0];
  assert.ok(rows[1].startsWith(`${worst.address} `) && rows[1].includes(` ${worst.missed["2-bit"]} `));
});

Deno.test("branches leaves out other code, but for where its own branches go", async () => {
  const { total } = await run(FIB, { within: "length" });
  assert.deepEqual([total.executed, total.taken], [14, 12]);
});

Deno.test("branches counts from zero after a reset, and keeps what was learned", async () => {
  using result = await runPlugin(branches, {}, guest);
  result.handle.reset();
  assert.equal(JSON.parse(reportText(result.handle, "json")).total.executed, 0);
});
