import assert from "node:assert/strict";
import strace from "../../plugins/strace.ts";
import syscalls from "../../plugins/syscalls.ts";
import { compile } from "../programs/compile.ts";
import { runPlugin } from "./run.ts";

const CALLS = `
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
  for (int i = 0; i < 7; i++) getppid();
  for (int i = 0; i < 3; i++) close(-1);
  struct stat s;
  stat("/nowhere/at/all", &s);
  stat("/", &s);
  usleep(30000);
  _exit(3);
}
`;

interface Row {
  name: string;
  calls: number;
  errors: number;
  milliseconds: number;
  longest: number;
  errnos: Record<string, number>;
}

Deno.test("syscalls counts calls and errors as strace -c does", async () => {
  using run = await runPlugin(syscalls, {}, await compile(CALLS, ["-static"]));
  const rows: Row[] = JSON.parse(run.report("json"));
  const counts = new Map(rows.map(({ name, calls, errors }) => [name, [calls, errors]]));
  // strace 6.1 -c of the same program: 7 getppid, 3 close with 3 errors, 2 newfstatat with 1, 1 clock_nanosleep.
  assert.deepEqual(
    ["getppid", "close", "newfstatat", "clock_nanosleep", "exit_group"].map((name) => counts.get(name)),
    [
      [7, 0],
      [3, 3],
      [2, 1],
      [1, 0],
      [1, 0],
    ],
  );
  const errnos = (name: string) => rows.find((row) => row.name === name)?.errnos;
  assert.deepEqual([errnos("close"), errnos("newfstatat")], [{ EBADF: 3 }, { ENOENT: 1 }]);
  const sleep = rows.find(({ name }) => name === "clock_nanosleep");
  assert.ok((sleep?.milliseconds ?? 0) >= 30 && sleep?.longest === sleep?.milliseconds);
  // By time, most first.
  assert.deepEqual(rows, rows.toSorted((a, b) => b.milliseconds - a.milliseconds));
});

Deno.test("syscalls prints strace -c's table, in the order that was asked for", async () => {
  using run = await runPlugin(syscalls, { sort: "calls", errors: "on" }, await compile(CALLS, ["-static"]));
  const lines = run.report().trimEnd().split("\n");
  assert.deepEqual(lines.slice(0, 2), [
    "% time     seconds  usecs/call     calls    errors syscall",
    "------ ----------- ----------- --------- --------- ----------------",
  ]);
  assert.match(lines[2], /^ {0,2}[\d.]+ {4}[\d.]+ +\d+ {9}7 {11}getppid$/);
  assert.ok(lines.some((line) => / {9}3 {9}3 close$/.test(line)));
  const total = lines.findIndex((line) => / total$/.test(line));
  assert.match(lines[total], /^100\.00 /);
  assert.deepEqual(lines.slice(total + 1).filter((line) => /close|newfstatat/.test(line)), [
    "close EBADF 3",
    "newfstatat ENOENT 1",
  ]);
  assert.match(run.report("csv"), /^name,calls,errors,milliseconds,longest\ngetppid,7,0,[\d.]+,[\d.]+\n/);
});

Deno.test("strace's relative times add up to when a call began, as with strace -r", async () => {
  using run = await runPlugin(strace, { relative: "on", time: "on" }, await compile(CALLS, ["-static"]));
  const lines = run.report().trimEnd().split("\n");
  for (const line of lines) assert.match(line, /^ {5}\d\.\d{6} \w+\(.* <\d+\.\d{6}>$/);
  assert.match(lines[0], /^ {5}0\.000000 /);
  // What follows the sleep began after it.
  const after = lines[lines.findIndex((line) => line.includes("clock_nanosleep")) + 1];
  assert.ok(Number.parseFloat(after) >= 0.03);
});
