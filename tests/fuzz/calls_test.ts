/** Guests that make system calls by chance; `deno task fuzz-calls` does it for long. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

Deno.test("the host goes on, whatever system calls a guest makes", async () => {
  const run = fileURLToPath(new URL("./run.ts", import.meta.url));
  const args = ["run", "-A", "--no-check", run, "1", "12", "1000", "500"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, output);
  const [, calls] = /^(\d+) calls; /m.exec(output) ?? assert.fail(output);
  assert.ok(Number(calls) > 2000, output);
});
