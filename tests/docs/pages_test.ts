/** The pages: what they have a reader type prints what they show. */

import assert from "node:assert/strict";
import { ROOT } from "../repl/cli/command.ts";
import { documents } from "./blocks.ts";
import { deedsOf, sitThrough } from "./pages.ts";

for (const path of documents()) {
  if (!deedsOf(Deno.readTextFileSync(`${ROOT}/${path}`)).some((deed) => "command" in deed)) continue;
  Deno.test(`${path} shows what the commands print, in its order`, () => sitThrough(path));
}

Deno.test("deedsOf() finds files and commands in their order", () => {
  const page =
    "<!-- file: a.ts -->\n```ts ignore\nlet a;\n```\n\n```console\n$ cat a.ts\nlet a;\n```\n```sh\n$ no\n```\n";
  assert.deepEqual(deedsOf(page), [
    { file: "a.ts", text: "let a;\n" },
    { command: "cat a.ts", output: ["let a;"], input: "" },
  ]);
});
