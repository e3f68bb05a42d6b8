/** The manual page: that it is of the commands as they are, and that manual pages' tools have nothing to complain of. */

import assert from "node:assert/strict";
import { manPage } from "../../docs/write_man_page.ts";
import { ROOT, run } from "../repl/cli/command.ts";

const PAGE = `${ROOT}/docs/ceratops.1`;

Deno.test("docs/ceratops.1 is what `deno task man` writes", async () => {
  assert.equal(await Deno.readTextFile(PAGE), manPage());
});

Deno.test("docs/ceratops.1 has all commands and options of --help", () => {
  const page = manPage().replaceAll("\\-", "-");
  for (const text of [".SS ceratops coverage merge ", "--plugin <name[,key=value...]>", "--fail-under <percent>"]) {
    assert(page.includes(text), text);
  }
});

Deno.test("docs/ceratops.1 is a manual page without faults", async () => {
  const { stdout } = await run(["mandoc", "-T", "lint", PAGE]);
  assert.equal(stdout, "");
});
