/** Calls that wait: the guest waits, gets all that comes, and writes all of what it was given. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { runNative } from "../programs/comparison.ts";
import { fileURLToPath } from "node:url";

const MODULE = fileURLToPath(new URL("../../mod.ts", import.meta.url));
const program = () => compile(new URL("../conformance/waiting.c", import.meta.url), ["-O1", "-w"]);

/**
 * Runs a shell script in which `$RUN` runs the guest, once as it is and once with `$RUN` empty.
 *
 * @returns What both printed.
 */
async function both(script: string, file = ""): Promise<{ native: string; guest: string }> {
  const guest = `${Deno.execPath()} run -A --no-check ${MODULE} run -A --`;
  const path = await program();
  const run = async (prefix: string) => {
    const { stdout } = await runNative(["/bin/bash", "-c", script], {
      env: { RUN: prefix, PROGRAM: path, FILE: file },
    });
    return stdout;
  };
  return { native: await run(""), guest: await run(guest) };
}

const SCRIPTS: readonly (readonly [what: string, script: string])[] = [
  ["read() takes what comes, when it comes", "(echo one; sleep 0.2; echo two) | $RUN $PROGRAM copy 2>&1"],
  ["poll() waits for what comes late", "(sleep 0.8; echo late) | $RUN $PROGRAM poll"],
  ["write() to a full pipe waits until all is written", "$RUN $PROGRAM write 2>&1 | (sleep 0.8; sha256sum)"],
  ["sendfile() to a full pipe sends all", "$RUN $PROGRAM sendfile /bin/bash 2>&1 | (sleep 0.8; sha256sum)"],
  ["write() to a pipe that nobody reads ends with SIGPIPE", "$RUN $PROGRAM closed | true; echo ${PIPESTATUS[0]}"],
  ["write() with SIGPIPE ignored fails with EPIPE", "{ $RUN $PROGRAM closed-ignored 2>&3 | true; } 3>&1"],
];

for (const [what, script] of SCRIPTS) {
  Deno.test(`waiting: ${what}`, async () => {
    const { native, guest } = await both(script);
    assert.equal(guest, native);
  });
}

const FIFO_SCRIPTS: readonly (readonly [what: string, script: string])[] = [
  [
    "a reader of a FIFO gets what a later writer writes",
    "(sleep 0.8; echo late > $FILE) & $RUN $PROGRAM fifo-read $FILE",
  ],
  ["a writer to a FIFO waits for a reader", "(sleep 0.8; wc -c < $FILE) & $RUN $PROGRAM fifo-write $FILE 2>&1; wait"],
  ["O_NONBLOCK on a FIFO never waits", "$RUN $PROGRAM fifo-none $FILE"],
];

for (const [what, script] of FIFO_SCRIPTS) {
  Deno.test(`waiting: ${what}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "ceratops-fifo-" });
    try {
      await runNative(["/usr/bin/mkfifo", `${folder}/fifo`]);
      const { native, guest } = await both(script, `${folder}/fifo`);
      assert.equal(guest, native);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
