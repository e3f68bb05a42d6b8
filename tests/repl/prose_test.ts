import assert from "node:assert/strict";
import { prose } from "../../repl/views/prose.ts";

const TEXT = "\nOne two three four,\nfive `six 7 8`.\n\n  a  b\n  c  d\n\nEnd.\n";

Deno.test("prose() fills paragraphs of a terminal, keeps code in one piece, and tables as they are", () => {
  assert.deepEqual(prose(TEXT, { isTerminal: true, width: 20 }), [
    "One two three four,",
    "five `six 7 8`.",
    "",
    "  a  b",
    "  c  d",
    "",
    "End.",
  ]);
  assert.deepEqual(prose(TEXT, { isTerminal: true, width: 34 })[0], "One two three four, five");
  assert.deepEqual(prose(TEXT, { isTerminal: true, width: 80 })[0], "One two three four, five `six 7 8`.");
  const narrow = prose("a `long code that is no less than that` b", { isTerminal: true, width: 1 });
  assert.deepEqual(narrow, ["a", "`long code that is no less than that`", "b"]);
});

Deno.test("prose() leaves lines as they are where there is no terminal", () => {
  assert.deepEqual(prose(TEXT, { isTerminal: false, width: 20 }), TEXT.trim().split("\n"));
});
