/** Memory calls: the same guests run natively and on Ceratops print the same. */

import assert from "node:assert/strict";
import { assertSame } from "../programs/comparison.ts";
import { compile } from "../programs/compile.ts";

const program = (name: string) =>
  compile(new URL(`../conformance/${name}.c`, import.meta.url), ["-O1", "-w", "-D_GNU_SOURCE"]);

Deno.test("mmap() and its family map, protect, move and refuse as Linux does", async () => {
  const { stdout } = await assertSame([await program("memory_mapping")]);
  assert.match(stdout, /past its end: 72 72/, "SIGBUS is 7, BUS_ADRERR is 2");
});

Deno.test("memory of a truncated file gets SIGBUS for the guest, and the host lives on", async () => {
  const { stdout } = await assertSame([await program("memory_truncated")]);
  assert.match(stdout, /shared: read 72, read again 72, write 72/);
});

Deno.test("memory of a truncated file ends a guest without a handler by SIGBUS", async () => {
  const { status } = await assertSame([await program("memory_truncated"), "no handler"]);
  assert.equal(status, 128 + 7);
});
