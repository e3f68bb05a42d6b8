/** The sitting that docs/prompt.md shows: what it sees is what the program does, and what the page has. */

import assert from "node:assert/strict";
import { blocksOf } from "../docs/blocks.ts";
import { tour } from "./tour.ts";

const PAGE = new URL("../../docs/prompt.md", import.meta.url);

/** A screen without what is another in each run: numbers, tables drawn meanwhile, where the interpreter was interrupted. */
function shapeOf(screen: string): string {
  const lines = `${screen.trimEnd()}\n`.replaceAll(/ +$/gm, "").replaceAll(
    /(?:^ *\d+ {2}\d+\n(?:\^C\n)?)+/gm,
    "TABLE\n",
  );
  return lines.replace(/(Program interrupted, at )[^]*(?=^\(ceratops\) signal)/m, "$1").replaceAll(
    /0x[\da-f]+|\d+/g,
    "0",
  );
}

Deno.test("repl instruments a python3 that runs already, shows the sizes it allocates, and lets it end as it would", async () => {
  const screens = new Map<string, string>((await tour()).map(({ name, text }) => [name, text]));
  for (const { mark = "", text } of blocksOf(Deno.readTextFileSync(PAGE))) {
    const screen = screens.get(mark.replace("screen: ", ""));
    if (screen !== undefined) assert.equal(shapeOf(screen), shapeOf(text));
  }

  // A round allocates one of seven sizes in turn; python adds a byte at the end.
  const rows = [...(screens.get("live") ?? "").matchAll(/^ *(\d+) {2}(\d+)$/gm)].map((
    [, count, size],
  ) => [count, size]);
  const counts = new Map(rows.map(([count, size]) => [Number(size), Number(count)]));
  const rounds = [600, 700, 800, 900, 1000, 1100, 1200].map((size) => counts.get(size + 1) ?? 0);
  assert(Math.min(...rounds) > 0, screens.get("live"));
  assert(Math.max(...rounds) - Math.min(...rounds) <= 1, screens.get("live"));

  const [, done, bytes] = /^(\d+) rounds, (\d+) bytes$/m.exec(screens.get("end") ?? "") ?? [];
  let expected = 0;
  for (let round = 0; round < Number(done); round++) expected += round % 7 * 100 + 600;
  assert.equal(Number(bytes), expected, screens.get("end"));
  assert(Number(done) > 100);
});
