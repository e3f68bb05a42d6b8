import assert from "node:assert/strict";
import { Output } from "../../../repl/cli/output.ts";
import { compile } from "../../programs/compile.ts";
import { CERATOPS, FIB, run } from "./command.ts";

/** Makes its standard output, which it shares with whoever started it, non-blocking. */
const NONBLOCKING = `#include <fcntl.h>
int main(void) { return fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK) == 0 ? 0 : 1; }`;

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

const LINES = Array.from({ length: 200_000 }, (_, i) => `line ${i}\n`).join("");

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

Deno.test("run writes a large report in full to a pipe that its guest made non-blocking", async () => {
  const guest = await compile(NONBLOCKING);
  await withLarge(async (path) => {
    const command = `"$@" 2>&1 | { sleep 0.3; cat; }`;
    const { stdout } = await run(["sh", "-c", command, "sh", ...CERATOPS, "run", "--plugin", path, guest]);
    assert.equal(stdout, LINES);
  });
});

Deno.test("standard output that is non-blocking gets each line once", async () => {
  const guest = await compile(NONBLOCKING);
  const code = `
    import { standardOutput } from "${new URL("../../../repl/cli/output.ts", import.meta.url)}";
    for (let i = 0; i < 200_000; i++) standardOutput.write("line " + i + "\\n");
    standardOutput.flush();
    Deno.exit(0);`;
  const command = `{ "$1"; "$2" eval "$3"; } | { sleep 0.3; cat; }`;
  const { stdout } = await run(["sh", "-c", command, "sh", guest, Deno.execPath(), code]);
  assert.equal(stdout, LINES);
});

Deno.test("run keeps the guest's exit status when the reader of its report goes away", async () => {
  await withLarge(async (path) => {
    const command = `{ "$@" 2>&1 >/dev/null; echo "status $?" >&2; } | head -n 1`;
    const { stdout, stderr } = await run(["sh", "-c", command, "sh", ...CERATOPS, "run", "--plugin", path, FIB]);
    assert.deepEqual([stdout, stderr], ["line 0\n", "status 0\n"]);
  });
});
