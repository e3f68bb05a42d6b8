/** A guest with all permissions stays a guest: each way out that docs/isolation.md lists is tried, and closed. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { runGuest } from "../programs/comparison.ts";

Deno.test("each way out of a guest is closed", async () => {
  const program = await compile(new URL("../conformance/isolation.c", import.meta.url), ["-O1", "-w"]);
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-isolation-" }));
  try {
    const { stdout, stderr, status } = await runGuest([program, folder]);
    const found = stdout.trimEnd().split("\n");
    assert.deepEqual(found.filter((line) => !line.endsWith(": closed")), [], stderr);
    assert.equal(status, 0, stderr);
    const page = await Deno.readTextFile(new URL("../../docs/isolation.md", import.meta.url));
    const listed = [...page.matchAll(/^\| (?!Way|---)([^|]+) \|/gm)].map(([, way]) => way);
    assert.deepEqual(found.map((line) => line.replace(/: closed$/, "")), listed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
