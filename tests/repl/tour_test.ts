/** The sitting that docs/prompt.md shows: what it sees is what the program does. */

import assert from "node:assert/strict";
import { tour } from "./tour.ts";

Deno.test("repl instruments a python3 that runs already, shows the sizes it allocates, and lets it end as it would", async () => {
  const screens = new Map((await tour()).map(({ name, text }) => [name, text]));

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
