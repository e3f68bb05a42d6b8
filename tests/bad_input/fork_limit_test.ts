/** A guest that begins processes without end meets a limit, as at RLIMIT_NPROC, before the host does. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { runGuest } from "../programs/comparison.ts";

Deno.test("a guest that begins processes without end gets EAGAIN, and goes on", async () => {
  const program = await compile(new URL("../conformance/fork_limit.c", import.meta.url), ["-O1", "-w", "-static"]);
  const { stdout, stderr } = await runGuest([program]);
  assert.match(stdout, /^EAGAIN after many\n0 left; another begins\n/, stderr);
});
