/** Jobs of an interactive shell in a real terminal, natively and on Ceratops. */

import assert from "node:assert/strict";
import { Screen } from "../repl/screen.ts";
import { CERATOPS } from "../repl/cli/command.ts";

const BASH = "env PS1=bash: /bin/bash --norc --noprofile -i";

/** What a shell says of jobs that read from behind, are stopped by keys, and brought to the front. */
async function jobs(command: string): Promise<string[]> {
  await using screen = await Screen.open(command);
  const say = async (line: string, answer: RegExp) => {
    await screen.wait(/bash:$/);
    await screen.type(line);
    await screen.wait(answer);
  };
  await say("cat &", /\[1\] \d+/);
  await say("until jobs | grep -q Stopped; do sleep 0.1; done; jobs", /\[1\]\+ +Stopped +cat/);
  await say("fg", /fg\ncat/);
  await screen.type("typed for cat");
  await screen.wait(/typed for cat\ntyped for cat/);
  await screen.press("C-d");
  await say("sh -c 'echo up; exec sleep 100'", /\nup/);
  await screen.press("C-z");
  await screen.wait(/\[1\]\+ +Stopped +sh /);
  await say("bg; jobs", /\[1\]\+ +Running +sh /);
  await say("kill %1; wait; echo ended $?", /ended 0/);
  const text = await screen.text();
  await screen.type("exit");
  // When a shell tells of a job's end depends on when it looks.
  return text.split("\n").filter((line) => /^\[1\]|^typed|^ended/.test(line) && !line.includes("Terminated"))
    .map((line) => line.replace(/\d{3,}/, "ID"));
}

Deno.test("jobs that read from behind stop, and go on in front, as natively", async () => {
  const natively = await jobs(BASH);
  assert.deepEqual(await jobs(`${CERATOPS.join(" ")} run --allow-all ${BASH}`), natively);
});
