import assert from "node:assert/strict";
import strace from "../../plugins/strace.ts";
import { compile } from "../programs/compile.ts";
import { runPlugin } from "./run.ts";

const CALLS = `
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
int main(void) {
  signal(SIGUSR1, SIG_IGN);
  for (int i = 0; i < 3; i++) close(-1);
  open("/nowhere/at/all", O_RDONLY);
  usleep(20000);
  _exit(3);
}
`;

// The lines are those of strace 6.1 for the same programs.

Deno.test("strace writes calls as strace(1) does", async () => {
  using run = await runPlugin(strace);
  assert.equal(run.report(), 'write(1, "fib(10) = 55\\n", 13) = 13\nexit(0) = ?\n');
});

Deno.test("strace writes chosen calls only, with times", async () => {
  using run = await runPlugin(strace, { calls: "close exit_group", time: "on" }, await compile(CALLS, ["-static"]));
  const lines = run.report().trim().split("\n");
  assert.deepEqual(lines.map((line) => line.replace(/ <\d+\.\d{6}>$/, "")), [
    ..."close(-1) = -1 EBADF (Bad file descriptor)|".repeat(3).split("|").slice(0, 3),
    "exit_group(3) = ?",
  ]);
  assert.ok(lines.every((line) => / <\d+\.\d{6}>$/.test(line)));
});

Deno.test("strace sums calls, errors and times", async () => {
  using run = await runPlugin(strace, { summary: "on" }, await compile(CALLS, ["-static"]));
  const rows: { name: string; calls: number; errors: number; milliseconds: number }[] = JSON.parse(run.report("json"));
  const row = (name: string) => rows.find((each) => each.name === name);
  assert.deepEqual([row("close")?.calls, row("close")?.errors], [3, 3]);
  assert.deepEqual([row("openat")?.calls, row("openat")?.errors], [1, 1]);
  // Waiting is part of a call: the guest slept for 20 ms.
  assert.ok((row("clock_nanosleep")?.milliseconds ?? 0) >= 20);
  assert.match(run.report(), /^% time +seconds +usecs\/call +calls +errors +syscall\n/);
  assert.match(run.report(), / +3 +3 +close\n/);
});
