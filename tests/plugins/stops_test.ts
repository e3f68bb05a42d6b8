import assert from "node:assert/strict";
import stoptrigger from "../../plugins/stoptrigger.ts";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { FIB, reportText, runPlugin } from "./run.ts";

Deno.test("stoptrigger stops after exactly so many instructions", async () => {
  for (const count of [0, 1, 35, 1000, 2626]) {
    using run = await runPlugin(stoptrigger, { icount: `${count}` });
    assert.deepEqual([run.reason.kind, run.total], ["stopped", count]);
  }
});

Deno.test("stoptrigger stops exactly in a long run, and the program goes on to the end as it would have", async () => {
  const program = await compile(
    `int main(void) { volatile int n = 0; for (int i = 0; i < 300000; i++) n += i % 7; return n & 127; }`,
    ["-O1", "-static"],
  );
  const whole = await (async () => {
    using run = await runPlugin(stoptrigger, {}, program);
    return { reason: run.reason, total: run.total };
  })();
  using run = await runPlugin(stoptrigger, { icount: "1234567" }, program);
  assert.deepEqual([run.reason.kind, run.total], ["stopped", 1_234_567]);
  assert.deepEqual(await run.emulator.run(), whole.reason);
  assert.equal(run.emulator.coverage.total, whole.total);
});

Deno.test("stoptrigger ends the program with the status that was chosen", async () => {
  using run = await runPlugin(stoptrigger, { icount: "1000", exit: "7" });
  assert.deepEqual([run.reason, run.total], [{ kind: "exited", status: 7 }, 1000]);
  using place = await runPlugin(stoptrigger, { at: "length", exit: "0" });
  // Of the tutorial's coverage-tiny: fib executes 2563 and _start 9 instructions before length is entered.
  assert.deepEqual([place.reason, place.total], [{ kind: "exited", status: 0 }, 2572]);
});

Deno.test("stoptrigger stops at the execution of a place that was asked for", async () => {
  using run = await runPlugin(stoptrigger, { at: "0x401049", times: "12" });
  // The last instruction but one of length's loop, which runs 13 times: 5 instructions, then 3 each time.
  assert.deepEqual([run.reason.kind, run.total], ["stopped", 2572 + 4 + 3 * 11]);
  assert.equal(
    run.report(),
    `0x401049 is reached for the 12th time, at 0x401049 after ${run.total} instructions\n`,
  );
});

Deno.test("stoptrigger says if nothing has happened, and leaves the program alone", async () => {
  using run = await runPlugin(stoptrigger, { at: "nowhere", icount: "99999" });
  assert.deepEqual(run.reason, { kind: "exited", status: 0 });
  assert.equal(run.report(), "nothing that was to stop the program has happened\n");
  assert.equal(run.report("json"), "null\n");
});

Deno.test("a disabled stoptrigger does not stop", async () => {
  using emulator = Emulator.open({ program: FIB, env: {} });
  const handle = emulator.use(stoptrigger, { icount: "1000", at: "length" });
  handle.disable();
  assert.equal((await emulator.run()).kind, "exited");
  assert.match(reportText(handle), /^nothing/);
});

Deno.test("onInstructionCount() calls closures in the order of their counts, and can be called off", async () => {
  using emulator = Emulator.open({ program: FIB, env: {} });
  const seen: string[] = [];
  for (const count of [2000, 10, 500]) {
    emulator.onInstructionCount(count, (cpu) => seen.push(`${count} ${emulator.coverage.total} ${cpu.symbol?.name}`));
  }
  emulator.onInstructionCount(700, () => seen.push("never"))();
  await emulator.run();
  assert.deepEqual(seen, ["10 10 fib", "500 500 fib", "2000 2000 fib"]);
});
