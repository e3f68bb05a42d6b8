/** Long output a page at a time, with keys and a screen that are not there. */

import assert from "node:assert/strict";
import { Pager } from "../../repl/prompt/pager.ts";

const LINES = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** What is shown of {@linkcode LINES} on a screen of four rows. */
async function shown(keys: readonly string[], isOn = true): Promise<string[]> {
  let text = "";
  const left = [...keys];
  const pager = new Pager({
    height: () => 4,
    write: (part) => void (text += part),
    key: () => Promise.resolve(left.shift() ?? "q"),
  });
  pager.isOn = isOn;
  assert.equal(pager.take(["short"]), false);
  if (!pager.take(LINES)) return LINES;
  assert.equal(pager.take(["after"]), true);
  await pager.settle();
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/--More--[^\r]*\r\x1b\[K/g, "").split("\n").filter((line) => line !== "");
}

Deno.test("Pager shows a page, a page more at space, a line more at Enter, and no more at q", async () => {
  assert.deepEqual(await shown([" ", " ", " "]), [...LINES, "after"]);
  assert.deepEqual(await shown(["\r", "q"]), ["a", "b", "c", "d"]);
  assert.deepEqual(await shown([" ", "\x03"]), ["a", "b", "c", "d", "e", "f"]);
});

Deno.test("Pager leaves output alone that is short, or while it is off", async () => {
  assert.deepEqual(await shown([], false), LINES);
});
