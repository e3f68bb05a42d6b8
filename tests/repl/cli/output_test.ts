import assert from "node:assert/strict";
import { Output } from "../../../repl/cli/output.ts";
import { CERATOPS, FIB, run } from "./command.ts";

Deno.test("Output.flush() writes all, whatever the target takes at a time", () => {
  let written = "";
  let calls = 0;
  const output = new Output({
    writeSync(bytes) {
      if (++calls % 3 === 0) throw new Deno.errors.WouldBlock("try again");
      const part = bytes.subarray(0, 7);
      written += new TextDecoder().decode(part);
      return part.length;
    },
  });
  output.write("first ");
  output.writeBytes(new TextEncoder().encode("second "));
  output.write("a longer third part");
  output.flush();
  assert.equal(written, "first second a longer third part");
});

Deno.test("Output.flush() ends quietly when nobody reads", () => {
  let calls = 0;
  const output = new Output({
    writeSync() {
      calls++;
      throw new Deno.errors.BrokenPipe("gone");
    },
  });
  output.line("text");
  output.line("more");
  assert.equal(calls, 1);
});

/** A script whose report is large, for a plugin. */
const LARGE = `export default { name: "large", description: "", setup(api) {
  api.onReport((report) => { for (let i = 0; i < 200_000; i++) report.write("line " + i + "\\n"); });
} };`;

async function withLarge(test: (path: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/large.ts`, LARGE);
    await test(`${folder}/large.ts`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("run writes a large report in full to a pipe that is read slowly", async () => {
  await withLarge(async (path) => {
    const command = `"$@" 2>&1 >/dev/null | { sleep 0.3; tail -n 1; }`;
    const { stdout } = await run(["sh", "-c", command, "sh", ...CERATOPS, "run", "--plugin", path, FIB]);
    assert.equal(stdout, "line 199999\n");
  });
});

Deno.test("run keeps the guest's exit status when the reader of its report goes away", async () => {
  await withLarge(async (path) => {
    const command = `{ "$@" 2>&1 >/dev/null; echo "status $?" >&2; } | head -n 1`;
    const { stdout, stderr } = await run(["sh", "-c", command, "sh", ...CERATOPS, "run", "--plugin", path, FIB]);
    assert.deepEqual([stdout, stderr], ["line 0\n", "status 0\n"]);
  });
});
