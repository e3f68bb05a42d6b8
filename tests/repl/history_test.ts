/** The history that is kept over sessions. */

import assert from "node:assert/strict";
import { History, historyPath } from "../../repl/prompt/history.ts";

Deno.test("historyPath() follows the XDG Base Directory Specification", () => {
  const path = (variables: Record<string, string>) => historyPath({ get: (name) => variables[name] });
  assert.equal(path({ XDG_STATE_HOME: "/state", HOME: "/home/a" }), "/state/ceratops/history");
  assert.equal(path({ XDG_STATE_HOME: "relative", HOME: "/home/a" }), "/home/a/.local/state/ceratops/history");
  assert.equal(path({}), undefined);
});

Deno.test("History keeps lines over sessions, the newest first, without repetitions", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const first = new History(`${folder}/deep/history`);
    assert.deepEqual(first.load(), []);
    for (const line of ["one", "two", "two", " "]) first.add(line);
    assert.deepEqual(new History(`${folder}/deep/history`).load(), ["two", "one"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
