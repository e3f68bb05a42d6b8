/** The pages: what they have a reader type prints what they show. */

import assert from "node:assert/strict";
import { deedsOf, sitThrough } from "./pages.ts";

for (
  const path of [
    "README.md",
    "docs/command_line.md",
    "docs/tutorial.md",
    "docs/slides/tutorial.md",
    "docs/learn.md",
    "docs/teaching.md",
    "docs/batch.md",
    "docs/counting.md",
  ]
) {
  Deno.test(`${path} shows what the commands print, in its order`, async () => {
    assert.notEqual(await sitThrough(path), 0);
  });
}

Deno.test("deedsOf() finds files and commands in their order", () => {
  const page =
    "<!-- file: a.ts -->\n```ts ignore\nlet a;\n```\n\n```console\n$ cat a.ts\nlet a;\n```\n```sh\n$ no\n```\n";
  assert.deepEqual(deedsOf(page), [
    { file: "a.ts", text: "let a;\n" },
    { command: "cat a.ts", output: ["let a;"], input: "" },
  ]);
});
