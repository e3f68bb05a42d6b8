/** Instructions that are easily taken for others, that fault on their way, or that round: as a CPU without AVX does them. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { assertSame, runGuest } from "../programs/comparison.ts";

const conformance = (name: string, ...flags: string[]) =>
  compile(new URL(`../conformance/${name}.c`, import.meta.url), ["-O1", "-w", ...flags]);

Deno.test("instructions with a VEX prefix are refused wherever they are", async () => {
  const { stdout, status } = await runGuest([await conformance("vex", "-mavx512f", "-mbmi2")]);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(status, 0);
  assert.deepEqual(lines.filter((line) => !line.endsWith(": refused")), []);
  assert.equal(lines.length, 20);
});

Deno.test("a refused instruction is named, stepped or run, and is not counted", async () => {
  const source = `
    .globl _start
    _start:
      mov $3, %ecx
    again:
      nop
      vpaddd %xmm1, %xmm2, %xmm0
      loop again`;
  const path = await compile(`__asm__(${JSON.stringify(source)});`, ["-nostdlib", "-static", "-O0"]);
  const { stderr, status } = await runGuest([path]);
  assert.equal(status, 128 + 4);
  assert.match(stderr, /SIGILL: unknown instruction at 0x\w+ \(again\+0x1\): vpaddd xmm0, xmm2, xmm1/);
  for (const steps of [0, 4]) {
    using emulator = Emulator.open({ program: path });
    const reason = steps === 0 ? await emulator.run() : await emulator.step(steps);
    assert.equal(reason.kind === "signalled" && reason.name, "SIGILL");
    assert.equal(emulator.coverage.total, 2);
  }
});

Deno.test("string instructions that fault go on where they were", async () => {
  const { stdout } = await assertSame([await conformance("string_faults")]);
  assert.equal(stdout.split("\n").length > 10, true);
});

Deno.test("long double arithmetic and conversions are those of the CPU, in all rounding modes", async () => {
  const { stdout } = await assertSame([await conformance("x87", "-lm")]);
  assert.equal(stdout.split("\n").length > 5000, true);
});
