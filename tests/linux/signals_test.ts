/** Signals: the same guests run natively and on Ceratops print the same. */

import assert from "node:assert/strict";
import { assertSame, runGuest } from "../programs/comparison.ts";
import { compile } from "../programs/compile.ts";

const program = (name: string, flags: readonly string[] = []) =>
  compile(new URL(`../conformance/${name}.c`, import.meta.url), ["-O1", "-w", "-D_GNU_SOURCE", ...flags]);

/** Status of a process that a signal ended, as a shell tells it. */
const endedBy = (signal: number) => 128 + signal;

Deno.test("raiseFault() makes the signal, code, address and pc that the CPU's faults have natively", async () => {
  const { stdout } = await assertSame([await program("signal_faults")]);
  assert.match(stdout, /division by zero: signal 8 code 1 at the pc/);
});

Deno.test("pushFrame() and popFrame() give handlers what Linux gives, and restore all that they changed", async () => {
  const { status } = await assertSame([await program("signal_frames")]);
  assert.equal(status, endedBy(10));
});

Deno.test("signals interrupt or restart waiting calls as SA_RESTART says, and timers send them", async () => {
  await assertSame([await program("signal_interrupts")]);
});

Deno.test("signalfd() tells of signals and gives them to who reads, polls or inherits it", async () => {
  const { stdout } = await assertSame([await program("signal_files")]);
  assert.match(stdout, /^three: 384 /m);
});

Deno.test("unwinders pass signal frames: backtrace, and cleanup at the thread's end", async () => {
  const flags = ["-rdynamic", "-fexceptions", "-fnon-call-exceptions"];
  const { stdout } = await assertSame([await program("unwinding", flags)]);
  assert.match(stdout, /in fault\n[^]*in main\n/);
});

Deno.test("a signal's default action ends the guest with the status that the shell shows", async () => {
  for (const name of ["TERM", "HUP", "ABRT", "SEGV", "KILL", "USR2"]) {
    await assertSame(["/bin/sh", "-c", `kill -${name} $$; echo survived`]);
  }
  for (const name of ["CHLD", "URG", "WINCH", "CONT"]) {
    await assertSame(["/bin/sh", "-c", `kill -${name} $$; echo survived`]);
  }
});

Deno.test("a shell's trap runs at its signal, and ignored signals do nothing", async () => {
  await assertSame(["/bin/sh", "-c", "trap 'echo trapped' USR1; trap '' TERM; kill -USR1 $$; kill $$; echo end"]);
});

Deno.test("kill() reaches no process of the host", async () => {
  const host = new Deno.Command("sleep", { args: ["30"] }).spawn();
  try {
    const script = `kill -TERM ${host.pid} 2>&1; echo status $?; kill -0 ${Deno.pid} 2>&1; echo status $?`;
    const { stdout } = await runGuest(["/bin/sh", "-c", script]);
    assert.deepEqual(stdout.match(/status \d+/g), ["status 1", "status 1"]);
    assert.match(stdout, /Operation not permitted/);
    assert.equal(await Promise.race([host.status, Promise.resolve("alive")]), "alive");
  } finally {
    host.kill("SIGKILL");
    await host.status;
  }
});
