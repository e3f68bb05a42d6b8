import assert from "node:assert/strict";
import { ROOT } from "./repl/cli/command.ts";
import { check, transcriptsOfExample } from "./repl/cli/transcripts.ts";

const LONGEST_EXAMPLE = 60;

for (const { name, isFile } of Deno.readDirSync(`${ROOT}/examples`)) {
  if (!isFile || !name.endsWith(".ts")) continue;
  Deno.test(`examples/${name} is short and prints what its first comment says`, async () => {
    const source = Deno.readTextFileSync(`${ROOT}/examples/${name}`);
    assert.ok(source.split("\n").length <= LONGEST_EXAMPLE);
    const transcripts = transcriptsOfExample(source);
    assert.equal(transcripts.length, 1);
    await check(transcripts[0]);
  });
}
