import assert from "node:assert/strict";
import { CERATOPS, FIB, run } from "./command.ts";

Deno.test("events shows a binary file of trace as the text that trace writes", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const trace = async (plugin: string) => {
      const { status } = await run([...CERATOPS, "run", "--plugin", plugin, "--output", `${folder}/file`, FIB]);
      assert.equal(status, 0);
    };
    await trace("trace");
    const text = Deno.readTextFileSync(`${folder}/file`);
    await trace("trace,format=binary");
    const { stdout, status } = await run([...CERATOPS, "events", `${folder}/file`]);
    const plain = (lines: string) => lines.replaceAll(/ \d+ \d+: CPU/g, " CPU"); // ids of processes differ
    assert.equal(plain(stdout), plain(text));
    assert.equal(status, 0);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("events says what is wrong with a file that is none of events", async () => {
  const { stderr, status } = await run([...CERATOPS, "events", FIB]);
  assert.match(stderr, /^ceratops: Cannot show the events of .*fib: Cannot read events: the head is not CERAEVT1/);
  assert.equal(status, 1);
});
