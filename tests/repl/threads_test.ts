/** Threads and processes at the prompt. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { scriptOver } from "./script.ts";

const THREADS = String.raw`
#include <pthread.h>
#include <stdio.h>
__attribute__((noinline)) int leaf(int a) { return a * 2; }
static void *work(void *a) {
  pthread_setname_np(pthread_self(), "worker");
  int sum = 0;
  for (int i = 0; i < 3; i++) sum += leaf(i + (int)(long)a);
  return (void *)(long)sum;
}
int main(void) {
  pthread_t threads[2];
  long sum = 0;
  for (long i = 0; i < 2; i++) pthread_create(&threads[i], 0, work, (void *)i);
  for (int i = 0; i < 2; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("%ld\n", sum);
}
`;

Deno.test("threads, thread and backtrace show the threads of a stopped guest", async () => {
  const program = await compile(THREADS, ["-O1", "-w", "-D_GNU_SOURCE", "-static", "-pthread", "-fno-inline"]);
  const script = ["break leaf", "run", "threads", "thread 1", "backtrace", "thread 9", "delete 1"];
  const { lines } = await scriptOver(program, script.slice(0, 5));
  const has = (pattern: RegExp) => assert(lines.some((line) => pattern.test(line)), `${pattern}\n${lines.join("\n")}`);
  has(/^Thread 2 "worker" hit Breakpoint 1, 0x[0-9a-f]+ <leaf>/);
  has(/^ {2}1 {2}\d+ ".*" {2}0x[0-9a-f]+ .*, waits in futex\(\)$/);
  has(/^\* 2 {2}\d+ "worker" {2}0x[0-9a-f]+ <leaf>/);
  has(/^\* 1 {2}\d+ /);
  has(/^#\d+ .* in main/);
  const failed = await scriptOver(program, ["break leaf", "run", "thread 9"]);
  assert.match(failed.text, /There is no thread `9`; there are 1, 2/);
  const ended = await scriptOver(program, ["run"]);
  assert(ended.lines.includes("18"));
});

Deno.test("finish stops in the thread that was told to finish", async () => {
  const program = await compile(THREADS, ["-O1", "-w", "-D_GNU_SOURCE", "-static", "-pthread", "-fno-inline"]);
  const { lines } = await scriptOver(program, ["break leaf", "run", "delete 1", "finish", "threads"]);
  assert(lines.some((line) => /^\* 2 {2}\d+ "worker" {2}0x[0-9a-f]+ <work\+\d+>/.test(line)), lines.join("\n"));
});

const PROCESSES = String.raw`
#include <unistd.h>
#include <sys/wait.h>
__attribute__((noinline)) void here(void) { __asm__ volatile(""); }
int main(void) {
  int ends[2];
  char byte;
  pipe(ends);
  if (fork() == 0) { read(ends[0], &byte, 1); _exit(0); }
  if (fork() == 0) _exit(0);
  usleep(20000);
  here();
  write(ends[1], "x", 1);
  while (wait(0) > 0);
}`;

Deno.test("processes shows the program and what it began", async () => {
  const program = await compile(PROCESSES, ["-O1", "-w", "-static"]);
  const { lines } = await scriptOver(program, ["break here", "run", "processes", "delete 1", "continue"]);
  const own = lines.map((line) => /^ *(\d+) {2}of +(\d+) {2}program(.*)$/.exec(line)).filter((found) => found !== null);
  const [first] = own;
  assert.deepEqual(own.map(([, , parent, state]) => [parent === first[1], state]), [
    [false, ""],
    [true, ""],
    [true, ", ended"],
  ]);
});

Deno.test("processes that are followed are counted: processes, cov --process, and a stop in one of them", async () => {
  const program = await compile(PROCESSES, ["-O1", "-w", "-static"]);
  const follow = [
    'on("process", ({ what, instruments }) => what === "begins" && instruments?.hook("_exit", () => instruments.stop("left")))',
  ];
  const { lines, text } = await scriptOver(
    program,
    [...follow, "break here", "run", "processes", "continue", "processes", "cov --process 4194305", "cov --process 1"],
    [],
    ["--follow"],
  );
  const has = (pattern: RegExp) => assert(lines.some((line) => pattern.test(line)), `${pattern}\n${text}`);
  has(/^Stopped: left, at 0x[0-9a-f]+ <_exit>, in process 4194306$/);
  has(/^The program itself is at 0x[0-9a-f]+ </);
  has(/^4194305 {2}of +\d+ {2}program, \d+ instructions$/);
  has(/^4194306 {2}of +\d+ {2}program, ended$/);
  has(/^ +\d+ .*\bread\b/);
  has(/^No process 1 is followed now; `processes` lists them$/);
});
