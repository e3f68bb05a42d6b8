/** The notebook in examples: its cells run in order, as a script and in Deno's kernel, and show what the file has. */

import assert from "node:assert/strict";
import { coverageTable, DISPLAY, flameGraph } from "../repl/notebook/mod.ts";
import { execute, executeInKernel, hasJupyter, readNotebook, savedOutputs } from "./notebook.ts";

Deno.test("examples/notebook.ipynb shows what its cells show when they run in order", async () => {
  const notebook = await readNotebook();
  const shown = await execute(notebook);
  assert.deepEqual(shown, savedOutputs(notebook));
  const [, run, table, flame] = shown;
  assert.match(run?.["text/plain"] ?? "", /kind: "exited", status: 0[^]*"fib\(10\) = 55\\n"/);
  assert.match(table?.["text/plain"] ?? "", /^ *2,563 +97\.6% +18 +fib +fib$/m);
  assert.match(flame?.["text/html"] ?? "", /^<svg [^]*<title>all: 2,627 \(100\.0%\)<\/title>[^]*<\/svg>$/);
});

Deno.test({
  name: "examples/notebook.ipynb shows the same in Deno's kernel (needs jupyter nbconvert)",
  ignore: !await hasJupyter(),
  async fn() {
    assert.deepEqual(savedOutputs(await executeInKernel()), savedOutputs(await readNotebook()));
  },
});

Deno.test("flameGraph() gives each stack the width of its share, below its caller", () => {
  const html = flameGraph("main 25\nmain;f<int> 50\nmain;g 25\n", { width: 100 })[DISPLAY]()["text/html"];
  const boxes = [...html.matchAll(/<title>(.*?)<\/title><rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g)];
  assert.deepEqual(boxes.map(([, ...values]) => values), [
    ["all: 100 (100.0%)", "0.0", "0", "100.0"],
    ["main: 100 (100.0%)", "0.0", "19", "100.0"],
    ["f&lt;int&gt;: 50 (50.0%)", "0.0", "38", "50.0"],
    ["g: 25 (25.0%)", "50.0", "38", "25.0"],
  ]);
});

Deno.test("coverageTable() has as many rows as are wanted, and none of nothing", () => {
  const symbol = { isNamed: true, image: undefined, address: 0n, size: 1, covered: 1, bytes: 1 };
  const symbols = [{ ...symbol, name: "a", executed: 1 }, { ...symbol, name: "<b>", executed: 3 }];
  const html = coverageTable(symbols, { rows: 1 })[DISPLAY]()["text/html"];
  assert.equal(html.match(/<tr/g)?.length, 2);
  assert.match(html, /75\.0%[^]*&lt;b&gt;/);
  assert.equal(coverageTable([])[DISPLAY]()["text/html"].match(/<tr/g)?.length, 1);
});
