/** Processes that a guest begins: programs that use them print the same natively and on Ceratops. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { assertSame, runGuest } from "../programs/comparison.ts";
import { compile } from "../programs/compile.ts";

const conformance = (file: string, ...flags: readonly string[]) =>
  compile(new URL(`../conformance/${file}`, import.meta.url), ["-O1", "-w", "-D_GNU_SOURCE", ...flags]);

Deno.test("processes: fork, vfork, execve, wait, groups, orphans and signals work as natively", async () => {
  const { status } = await assertSame([await conformance("processes.c")]);
  assert.equal(status, 21);
});

Deno.test("processes: the same in a static program", async () => {
  await assertSame([await conformance("processes.c", "-static")]);
});

Deno.test("Emulator.close() closes what processes have open that live on", async () => {
  const program = await compile(
    `#include <unistd.h>
     int main(void) { int p[2]; for (int i = 0; i < 20; i++) pipe(p); fork(); for (;;) pause(); }`,
    ["-O1", "-static"],
  );
  const count = () => [...Deno.readDirSync("/proc/self/fd")].length;
  Emulator.open({ program }).close(); // what is opened once
  const before = count();
  {
    using emulator = Emulator.open({ program });
    const running = emulator.run();
    while (emulator.processes.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    emulator.interrupt();
    await running;
    assert.ok(count() >= before + 40);
  }
  assert.equal(count(), before);
});

Deno.test("CPU time of threads and children, and nice values, are as natively", async () => {
  await assertSame([await conformance("usage.c", "-pthread")]);
});

Deno.test("processes that the program leaves behind end with it", async () => {
  const start = performance.now();
  const { stdout, status } = await runGuest(["/bin/bash", "-c", "sleep 30 > /dev/null & echo started; exit 4"]);
  assert.deepEqual([stdout, status], ["started\n", 4]);
  assert.ok(performance.now() - start < 25_000);
});

Deno.test("execve() has counts and hooks begin anew with the new program", async () => {
  const source = (text: string) => compile(text, ["-O1", "-static", "-fno-inline"]);
  const next = await source(
    "__attribute__((noinline)) int work(int n) { return n * 3; } int main(int c, char **v) { int s = 0; for (int i = 0; i < 7; i++) s += work(i + c); return s & 0x7f; }",
  );
  const first = await source(
    "#include <unistd.h>\n__attribute__((noinline)) int work(int n) { return n + 1; } int main(int c, char **v) { for (int i = 0; i < 3; i++) c += work(i); if (c > 0) execv(v[1], v + 1); return 1; }",
  );
  using emulator = Emulator.open({ program: first, args: [next], permissions: { run: true } });
  const images: string[] = [];
  emulator.on("image", ({ path }) => void images.push(path));
  let calls = 0;
  emulator.hook(/^work$/, () => void calls++);
  const reason = await emulator.run();
  assert.deepEqual(reason, { kind: "exited", status: 3 * (1 + 2 + 3 + 4 + 5 + 6 + 7) & 0x7f });
  assert.equal(calls, 3 + 7);
  const work = emulator.symbols.find("work").address;
  assert.equal(emulator.coverage.counts().get(Number(work)), 7);
  assert.deepEqual(images, [next]);

  using alone = Emulator.open({ program: next });
  await alone.run();
  assert.equal(emulator.coverage.total, alone.coverage.total);
});

Deno.test("forked processes are not counted, and the program's counts are the same as without them", async () => {
  const source = String.raw`
#include <unistd.h>
#include <sys/wait.h>
__attribute__((noinline)) int work(int n) { __asm__ volatile(""); return n + 1; }
int main(int argc, char **argv) {
  int pid = fork(), n = 0;
  for (int i = 0; i < (pid == 0 ? 1000 : 10); i++) n = work(n);
  if (pid == 0) _exit(1);
  waitpid(pid, 0, 0);
  return n;
}`;
  using emulator = Emulator.open({ program: await compile(source, ["-O1", "-static"]) });
  let calls = 0;
  emulator.hook("work", () => void calls++);
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 10 });
  assert.equal(calls, 10);
  assert.equal(emulator.coverage.counts().get(Number(emulator.symbols.find("work").address)), 10);
});

Deno.test("--strace shows the calls of all processes, each with its id", async () => {
  const { stderr } = await runGuest(["/bin/sh", "-c", "/bin/true; exit 0"], { options: ["--strace"] });
  assert.match(stderr, /^\[pid \d+\] execve\("\/bin\/true"/m);
  assert.match(stderr, /^\[pid \d+\] wait4\(-1, .*\) = \d+$/m);
});
