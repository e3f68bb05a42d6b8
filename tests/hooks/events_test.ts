/** Closures that are told of signals, images and the end; what must happen is what signal(7) says and gdb shows. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const RAISING = await compile(
  `
#include <signal.h>
#include <stdlib.h>
static volatile int seen;
static void note(int signal) { seen++; }
int main(void) {
  signal(SIGUSR1, note);
  raise(SIGUSR1);
  raise(SIGUSR1);
  raise(SIGUSR1);
  if (seen == 7) *(volatile int *)16 = 1;
  exit(seen);
}`,
  ["-O1"],
);
const FAULTING = await compile(`volatile int *where = (int *)16; int main(void) { *where = 1; return 5; }`, ["-O1"]);

Deno.test("on() tells of each signal before it is delivered", async () => {
  using emulator = Emulator.open({ program: RAISING });
  const names: string[] = [];
  const listener = emulator.on("signal", ({ name }) => void names.push(name));
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 3 });
  assert.deepEqual(names, ["SIGUSR1", "SIGUSR1", "SIGUSR1"]);
  assert.equal(listener.hits, 3);
});

Deno.test("on() lets a closure discard a signal", async () => {
  using emulator = Emulator.open({ program: RAISING });
  const listener = emulator.on("signal", (signal) => listener.hits === 2 && signal.discard());
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 2 });
});

Deno.test("on() lets a closure stop the guest at a fault, before the signal ends it", async () => {
  using emulator = Emulator.open({ program: FAULTING });
  emulator.on("signal", ({ name, address }) => emulator.stop(`${name} at ${address}`));
  const reason = await emulator.run();
  assert.equal(reason.kind === "stopped" && reason.why, "SIGSEGV at 16");
  assert.equal(emulator.cpu.symbol?.name, "main");
  assert.match(`${emulator.cpu.instruction?.operands}`, /^dword ptr \[rax\], /);
  assert.equal(emulator.cpu.rax, 16n);
  const end = await emulator.run();
  assert.equal(end.kind === "signalled" && end.name, "SIGSEGV");
});

Deno.test("on() lets a guest go on after a fault whose cause was mended and whose signal was discarded", async () => {
  using emulator = Emulator.open({ program: FAULTING });
  emulator.on("signal", (signal, cpu) => {
    signal.discard();
    cpu.rax = cpu.sp - 256n;
  });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 5 });
});

Deno.test("on() tells a stopped guest's closure of a signal once, and steps go on into its handler", async () => {
  using emulator = Emulator.open({ program: RAISING });
  const listener = emulator.on("signal", () => emulator.stop("signal"));
  for (let stops = 1; stops <= 3; stops++) {
    assert.equal((await emulator.run()).kind, "stopped");
    assert.equal(listener.hits, stops);
    const { pc } = emulator.cpu;
    assert.equal((await emulator.step()).kind, "stepped");
    assert.equal(emulator.cpu.symbol?.name, "note");
    assert.notEqual(emulator.cpu.pc, pc);
  }
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 3 });
});

Deno.test("on() tells of each image when its symbols are known and nothing of it has run", async () => {
  using emulator = Emulator.open({ program: RAISING });
  const seen: [string, boolean, number][] = [];
  emulator.on("image", (image) => {
    const ran = emulator.coverage.blockCounts()
      .filter(({ address }) => address >= image.start && address < image.end).length;
    seen.push([image.name, emulator.symbols.find("libc.so.6:raise").address > image.start, ran]);
  });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 3 });
  assert.deepEqual(seen, [["libc.so.6", true, 0]]);
});

Deno.test("on() tells of the end, and shows what its closure throws", async () => {
  using emulator = Emulator.open({ program: RAISING });
  const ends: unknown[] = [];
  emulator.on("exit", (reason) => {
    ends.push(reason);
    throw new Error("mine");
  });
  const reason = await emulator.run();
  assert.equal(reason.kind === "failed" && (reason.error as Error).message, "mine");
  assert.deepEqual(ends, [{ kind: "exited", status: 3 }]);
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 3 });
  assert.equal(ends.length, 1);
});

Deno.test("on() does not call a closure that was detached", async () => {
  using emulator = Emulator.open({ program: RAISING });
  const listener = emulator.on("signal", () => listener.hits === 2 && listener.detach());
  await emulator.run();
  assert.equal(listener.hits, 2);
});

Deno.test("on() tells of threads and processes that begin and end, and of programs that are run", async () => {
  const program = await compile(
    `
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
static void *work(void *argument) { return argument; }
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, work, 0);
  pthread_join(thread, 0);
  if (fork() == 0) _exit(3);
  wait(0);
  if (fork() == 0) execl("/bin/false", "false", (char *)0);
  wait(0);
  return 0;
}`,
    ["-O1", "-pthread"],
  );
  using emulator = Emulator.open({ program, permissions: { run: true } });
  const told: string[] = [];
  const ids = new Map([[emulator.pid, 0]]);
  const name = (id: number) => ids.get(id) ?? ids.set(id, ids.size).get(id);
  emulator.on("thread", ({ what, number, process }) => void told.push(`thread ${number} of ${name(process)} ${what}`));
  emulator.on("process", ({ what, id, parent, path, status, sharesMemory }) => {
    assert.equal(parent, emulator.pid);
    assert.equal(sharesMemory, false);
    told.push(`process ${name(id)} ${what} ${what === "executes" ? path : status ?? ""}`.trimEnd());
  });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  assert.deepEqual(told, [
    ...["thread 2 of 0 begins", "thread 2 of 0 ends"],
    ...["process 1 begins", "thread 1 of 1 begins", "thread 1 of 1 ends", "process 1 ends 3"],
    ...["process 2 begins", "thread 1 of 2 begins", "thread 1 of 2 ends", "thread 1 of 2 begins"],
    ...["process 2 executes /bin/false", "thread 1 of 2 ends", "process 2 ends 1"],
  ]);
});

Deno.test("on() lets a closure stop the guest where a process begins", async () => {
  const program = await compile(
    "#include <unistd.h>\nint main(void) { if (fork() == 0) _exit(0); return 0; }",
    ["-O1"],
  );
  using emulator = Emulator.open({ program });
  emulator.on("process", ({ what }) => what === "begins" && emulator.stop("fork"));
  const reason = await emulator.run();
  assert.equal(reason.kind === "stopped" && reason.why, "fork");
  assert.equal(emulator.processes.length, 2);
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
});
