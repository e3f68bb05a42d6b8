/** The program itself stopped by a signal: Ceratops then stops as the program does natively, and both go on. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../mod.ts", import.meta.url));
const SCRIPT = `echo begin; kill -STOP $$; echo resumed
trap 'echo continued' CONT; sleep 0.5; kill -STOP $$; echo again
(sleep 0.2; kill -CONT $$) & kill -STOP $$; echo third; wait`;

/** Whether a process is stopped. */
function isStopped(pid: number): boolean {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).startsWith("T");
}

/** Runs a command that stops some times, and has it go on each time. @returns What it printed. */
async function runStopping(command: readonly string[], times: number): Promise<string> {
  const child = new Deno.Command(command[0], { args: command.slice(1), stdin: "null", stdout: "piped" }).spawn();
  const output = child.output();
  for (let time = 0; time < times; time++) {
    const patience = performance.now() + 20_000;
    while (!isStopped(child.pid)) {
      assert.ok(performance.now() < patience, `it did not stop for the ${time + 1}. time`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGCONT");
    await new Promise((resolve) => setTimeout(resolve, 100)); // it stops for the next time later than that
  }
  return new TextDecoder().decode((await output).stdout);
}

Deno.test("a program that stops itself stops Ceratops; one that a child has go on does not", async () => {
  const native = await runStopping(["/bin/bash", "-c", SCRIPT], 2);
  assert.match(native, /^begin\nresumed\ncontinued\nagain\n/);
  const guest = [Deno.execPath(), "run", "-A", "--no-check", MAIN, "run", "-A", "--", "/bin/bash", "-c", SCRIPT];
  assert.equal(await runStopping(guest, 2), native);
});
