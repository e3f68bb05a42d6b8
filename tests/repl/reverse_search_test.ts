/** Ctrl-R, key by key, as readline(3) describes reverse-search-history. */

import assert from "node:assert/strict";
import { ReverseSearch } from "../../repl/prompt/reverse_search.ts";

const HISTORY = ["continue", "break main", "print $rax", "break add"];

function type(search: ReverseSearch, text: string) {
  let searched = search.shown;
  for (const character of text) searched = search.press(character, { name: character });
  return searched;
}

Deno.test("ReverseSearch finds the newest line with what is typed, then older ones by Ctrl-R", () => {
  const search = new ReverseSearch(HISTORY, "");
  assert.deepEqual(type(search, "break"), { kind: "on", prompt: "(reverse search)`break': ", line: "break main" });
  const again = search.press("\x12", { name: "r", ctrl: true });
  assert.equal(again.line, "break add");
  const none = search.press("\x12", { name: "r", ctrl: true });
  assert.deepEqual(none, { kind: "on", prompt: "(failed reverse search)`break': ", line: "break add" });
});

Deno.test("ReverseSearch gives the line that was typed back at Ctrl-G, and leaves other keys to the editor", () => {
  const search = new ReverseSearch(HISTORY, "typed");
  type(search, "print");
  assert.deepEqual(search.press("\x07", { name: "g", ctrl: true }), { kind: "done", line: "typed", key: false });
  const other = new ReverseSearch(HISTORY, "");
  type(other, "rax");
  assert.deepEqual(other.press("\r", { name: "return" }), { kind: "done", line: "print $rax", key: true });
  assert.deepEqual(other.press("\x7f", { name: "backspace" }).kind, "on");
});
