import assert from "node:assert/strict";
import { referencePage } from "../../docs/write_reference.ts";
import { ROOT } from "../repl/cli/command.ts";

Deno.test("docs/reference.md is what `deno task reference` writes", async () => {
  assert.equal(await Deno.readTextFile(`${ROOT}/docs/reference.md`), await referencePage());
});

Deno.test("docs/reference.md has each plugin's parameters and each command's usage", async () => {
  const page = await referencePage();
  for (const text of ["### coverage-tiny", "| `interval` |", "**`tbreak ", "**`cov [--process ID]", "| `every` |"]) {
    assert(page.includes(text), text);
  }
});
