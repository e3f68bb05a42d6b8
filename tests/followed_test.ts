/** Processes that are followed: what runs of each is counted and hooked by itself. The programs say how much that is. */

import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Emulator, type EmulatorOptions, type InstrumentedProcess } from "../mod.ts";
import icount from "../plugins/icount.ts";
import { compile } from "./programs/compile.ts";

const FIB = fileURLToPath(new URL("guests/fib", import.meta.url));

/** Child N calls work() 10 * N times; the parent, which waits for each, once. */
const FORKS = `
  #include <stdlib.h>
  #include <sys/wait.h>
  #include <unistd.h>
  int sum;
  __attribute__((noinline)) void work(int n) { sum += n; }
  int main(int argc, char **argv) {
    work(0);
    for (int child = 1; child <= atoi(argv[1]); child++) {
      if (fork() == 0) {
        for (int i = 0; i < 10 * child; i++) work(i);
        _exit(child);
      }
      int status;
      wait(&status);
    }
    return sum;
  }`;

function open(options: EmulatorOptions): Emulator {
  return Emulator.open({ follow: true, permissions: { run: true }, env: { PATH: "/usr/bin:/bin" }, ...options });
}

Deno.test("a followed process has hits and counts of its own after fork", async () => {
  using emulator = open({ program: await compile(FORKS, ["-O1"]), args: ["3"] });
  const hook = emulator.hook("work", () => {});
  const children: { hits: number; count: number; pid: number }[] = [];
  const hooks = new Map<InstrumentedProcess, ReturnType<Emulator["hook"]>>();
  emulator.on("process", ({ what, instruments, id }) => {
    if (instruments === undefined) return;
    if (what === "begins") hooks.set(instruments, instruments.hook("work", () => {}));
    if (what !== "ends") return;
    const count = instruments.coverage.count(instruments.symbols.find("work").address);
    children.push({ hits: hooks.get(instruments)?.hits ?? 0, count, pid: instruments.pid });
    equal(instruments.pid, id);
  });
  deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  deepEqual(children.map(({ hits, count }) => [hits, count]), [[10, 10], [20, 20], [30, 30]]);
  equal(new Set(children.map(({ pid }) => pid)).size, 3);
  equal(hook.hits, 1);
  equal(emulator.coverage.count(emulator.symbols.find("work").address), 1);
});

Deno.test("a followed process is counted from its program's start after execve and posix_spawn", async () => {
  for (const shell of ["bash", "dash"]) {
    using emulator = open({ program: `/usr/bin/${shell}`, args: ["-c", `${FIB} >/dev/null; ${FIB} >/dev/null; true`] });
    const totals: number[] = [];
    emulator.on("process", ({ what, path, instruments }) => {
      if (what === "ends" && path === FIB) totals.push(instruments?.coverage.total ?? -1);
    });
    await emulator.run();
    // What QEMU's own plugin counts: tests/guests/fib.coverage-tiny.txt.
    deepEqual(totals, [2627, 2627], shell);
  }
});

Deno.test("hooks by name in a followed process attach as images are mapped, and a closure that stops says where", async () => {
  using emulator = open({ program: "/usr/bin/bash", args: ["-c", "/usr/bin/true; exit 4"] });
  let other: InstrumentedProcess | undefined;
  emulator.on("process", ({ what, instruments }) => {
    if (what !== "executes") return;
    other = instruments;
    instruments?.hook("libc.so.6:exit", () => instruments.stop("in the child"), { pending: true });
  });
  const reason = await emulator.run();
  equal(reason.kind, "stopped");
  ok(reason.kind === "stopped" && other !== undefined);
  equal(reason.process, other.pid);
  equal(reason.why, "in the child");
  equal(other.symbols.at(reason.pc)?.name, "exit");
  deepEqual(emulator.followed.map(({ pid }) => pid), [emulator.pid, other.pid]);
  deepEqual(await emulator.run(), { kind: "exited", status: 4 });
});

Deno.test("a closure of a followed process may end it, and one that throws is the stop reason", async () => {
  using emulator = open({ program: "/usr/bin/bash", args: ["-c", "/usr/bin/true; exit $?"] });
  emulator.on("process", ({ what, instruments }) => {
    if (what !== "executes") return;
    instruments?.hook("libc.so.6:exit", () => instruments.end(9), { pending: true });
  });
  const statuses: unknown[] = [];
  emulator.on("process", ({ what, status }) => what === "ends" && statuses.push(status));
  await emulator.run();
  deepEqual(statuses, [9]);

  using failing = open({ program: "/usr/bin/bash", args: ["-c", "/usr/bin/true; true"] });
  failing.on("process", ({ what, instruments }) => {
    if (what !== "executes") return;
    instruments?.hook("libc.so.6:exit", () => {
      throw new Error("so it is");
    }, { pending: true });
  });
  const reason = await failing.run();
  ok(reason.kind === "failed" && reason.error instanceof Error);
  match(reason.error.message, /^so it is$/);
});

Deno.test("what a closure kept of a followed process that has ended is empty, and harmless", async () => {
  using emulator = open({ program: await compile(FORKS, ["-O1"]), args: ["1"] });
  const kept: InstrumentedProcess[] = [];
  emulator.on("process", ({ instruments }) => instruments && kept.push(instruments));
  await emulator.run();
  const [child] = kept;
  equal(child.cpu.rax, 0n);
  equal(child.coverage.total, 0);
  const { address } = child.symbols.find("work");
  throws(() => child.memory.u8(address), /is not mapped/);
  throws(() => child.patch("work", [0xc3]), /is not mapped/);
  throws(() => child.cpu.flags, /process has ended/);
  child.hook("work", () => {});
  child.hookEvery("call", () => {});
  child.use(icount);
  child.watch("sum", 4, () => {});
  child.countBranches();
  child.stop();
  deepEqual(child.coverage.symbols(), []);
  deepEqual(child.cpu.backtrace().length <= 1, true);
});

Deno.test("sixty followed processes one after the other, and twenty at once, leave the host as it was", async () => {
  const parallel = `
    #include <sys/wait.h>
    #include <unistd.h>
    int main(void) {
      int gate[2];
      pipe(gate);
      for (int i = 0; i < 20; i++) if (fork() == 0) { char c; close(gate[1]); read(gate[0], &c, 1); _exit(0); }
      close(gate[1]);
      for (int i = 0; i < 20; i++) wait(0);
      return 0;
    }`;
  using one = open({ program: await compile(FORKS, ["-O1"]), args: ["60"] });
  deepEqual(await one.run(), { kind: "exited", status: 0 });
  using many = open({ program: await compile(parallel) });
  let most = 0;
  many.on("process", () => most = Math.max(most, many.followed.length));
  deepEqual(await many.run(), { kind: "exited", status: 0 });
  equal(most, 21);
});
