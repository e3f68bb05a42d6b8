/** `cov --lines` at the prompt. The counts expected are those of gcov: see tests/report/gcov_test.ts. */

import assert from "node:assert/strict";
import { gcov } from "../report/gcov.ts";
import { compile } from "../programs/compile.ts";
import { ceratops } from "./cli/command.ts";

const SOURCE = new URL("../guests/coverage/chain.c", import.meta.url);

/** What the prompt prints for lines that are typed. */
async function typed(...lines: readonly string[]): Promise<string> {
  const program = await compile(SOURCE, ["-g"]);
  const { stdout, stderr } = await ceratops(["repl", program], { stdin: lines.map((line) => `${line}\n`).join("") });
  return stdout + stderr;
}

Deno.test("cov --lines shows how much of each file ran, and a file's lines with their counts", async () => {
  const [text, { lines }] = await Promise.all([typed("run", "cov --lines", "cov --lines chain.c"), gcov(SOURCE)]);
  assert.match(text, /^19\/19 +100\.0% +\/.*coverage\/chain\.c$/m);
  const counts = new Map(
    [...text.matchAll(/^ *([\d,]+) \| +(\d+) {2}/gm)].map(([, count, line]) => [Number(line), Number(count)]),
  );
  for (const [line, { count }] of lines) assert.equal(counts.get(line), count, `line ${line}`);
});

Deno.test("cov --lines counts what ran up to where the guest is", async () => {
  const text = await typed("break touch", "run", "cov --lines chain.c");
  assert.match(text, /^ +1 \| +\d+ {2}static void settle\(int a\) \{$/m);
  assert.match(text, /^ +0 \| +\d+ {8}touch\(1\);$/m);
});

Deno.test("cov --lines names a file that is meant, where there is none", async () => {
  assert.match(
    await typed("start", "cov --lines chein.c"),
    /No source file chein\.c is known; did you mean chain\.c\?/,
  );
});
