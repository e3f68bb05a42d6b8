/** Identity, limits, clocks and the like: the same guests run natively and on Ceratops print the same. */

import assert from "node:assert/strict";
import { assertSame, runGuest } from "../programs/comparison.ts";
import { compile } from "../programs/compile.ts";

const program = (name: string) =>
  compile(new URL(`../conformance/${name}.c`, import.meta.url), ["-O1", "-w", "-D_GNU_SOURCE"]);

Deno.test("identity, settings, limits and scheduling are told and refused as Linux does", async () => {
  const { status } = await assertSame([await program("identity")]);
  assert.equal(status, 300 & 0xff);
});

Deno.test("clocks go forward, sleeps last and futexes answer as Linux's do", async () => {
  await assertSame([await program("clocks")]);
});

Deno.test("a guest sees one CPU", async () => {
  const { stdout } = await runGuest(["/usr/bin/nproc"]);
  assert.equal(stdout, "1\n");
});

Deno.test("a limit that a guest sets is its own", async () => {
  await assertSame(["/bin/sh", "-c", "ulimit -n 64; ulimit -n; ulimit -c 0; ulimit -c"]);
});
