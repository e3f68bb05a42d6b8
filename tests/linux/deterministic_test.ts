/** Deterministic guests: what a program asks of the outside is the same in every run, however it is run. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { ceratops } from "../repl/cli/command.ts";
import { compile } from "../programs/compile.ts";

/** Output of a program under `--deterministic`. */
async function output(args: readonly string[], flags: readonly string[] = ["--deterministic"]): Promise<string> {
  const { status, stdout, stderr } = await ceratops(["run", ...flags, ...args]);
  assert.equal(status, 0, stderr);
  return stdout;
}

const PYTHON = "import random, os, uuid, secrets, time\n" +
  "print(random.random(), os.getpid(), os.getppid(), uuid.uuid4(), secrets.token_hex(), os.urandom(8), hash('a'))\n" +
  "print(open('/dev/urandom', 'rb').read(9), os.pread(os.open('/dev/random', 0), 9, 0), os.uname(), time.time_ns())";

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  python3: ["/usr/bin/python3", "-c", PYTHON],
  bash: ["bash", "-c", "echo $RANDOM $$ $PPID $EPOCHREALTIME $SECONDS $HOSTNAME"],
  date: ["date", "--iso-8601=ns"],
  mktemp: ["mktemp", "-u"],
};

for (const [name, args] of Object.entries(PROGRAMS)) {
  Deno.test(`a deterministic ${name} prints the same in each run, and something else with another seed`, async () => {
    const [first, second, other] = await Promise.all([output(args), output(args), output(args, ["--seed", "2"])]);
    assert.notEqual(first, "");
    assert.equal(first, second);
    // bash makes its numbers of the time and the process id.
    assert.equal(first === other, name === "date" || name === "bash");
  });
}

Deno.test("a deterministic guest starts at the instant that date(1) gives for it", async () => {
  const native = await new Deno.Command("date", { args: ["-u", "-d", "@946684800"], env: { LC_ALL: "C" } }).output();
  assert.equal(
    await output(["date", "-u"], ["--deterministic", "--env", "LC_ALL=C"]),
    new TextDecoder().decode(native.stdout),
  );
});

const CLOCKS = String.raw`
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>
char report[200];
static volatile int alarms;
static void on_alarm(int signal) { (void)signal; alarms++; }
__attribute__((noinline)) static double since(struct timespec then) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec - then.tv_sec + (now.tv_nsec - then.tv_nsec) / 1e9;
}
int main(int argc, char **argv) {
  (void)argv;
  struct timespec start, cpu;
  clock_gettime(CLOCK_MONOTONIC, &start);
  unsigned long before = __rdtsc();
  unsigned auxiliary;
  for (volatile int i = 0; i < 100000; i++) {}
  unsigned long after = __rdtscp(&auxiliary);
  int end = sprintf(report, "%lu %lu %d\n", before, after, before < after);
  signal(SIGALRM, on_alarm);
  struct itimerval every = {{0, 10000}, {0, 10000}};
  setitimer(ITIMER_REAL, &every, 0);
  long turns = 0;
  while (alarms < 30) turns++;
  setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, 0);
  end += sprintf(report + end, "%ld turns, %.9f s\n", turns, since(start));
  sleep(100000);
  poll(0, 0, 2000);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  sprintf(report + end, "%.9f s, %ld.%09ld of the CPU\n", since(start), cpu.tv_sec, cpu.tv_nsec);
  if (argc == 1) fputs(report, stdout);
}
`;

const program = () => compile(CLOCKS, ["-O1", "-static"]);

/** What the guest of the clocks tells, run in this process. @param disturb Attaches or starts what disturbs it. */
async function report(disturb: (emulator: Emulator) => void): Promise<string> {
  using emulator = Emulator.open({ program: await program(), args: ["quiet"], deterministic: true });
  disturb(emulator);
  for (;;) {
    const reason = await emulator.run();
    if (reason.kind === "exited") return emulator.memory.cstring(emulator.symbols.find("report").address);
    assert(reason.kind === "interrupted" || reason.kind === "stopped");
  }
}

Deno.test("a deterministic clock does not depend on when the guest was interrupted, nor on hooks and stops", async () => {
  const undisturbed = await report(() => {});
  let interrupts = 0;
  const interrupted = await report((emulator) => {
    emulator.hook("on_alarm", () => {
      interrupts++;
      emulator.interrupt();
    });
  });
  assert.equal(interrupts, 30);
  assert.equal(interrupted, undisturbed);
  let calls = 0;
  const hooked = await report((emulator) => {
    emulator.hook("since", () => calls++);
    emulator.hook("on_alarm", () => emulator.stop());
  });
  assert.equal(calls, 2);
  assert.equal(hooked, undisturbed);
});

Deno.test("deterministic clocks, timers and rdtsc pass with the code, and a sleep takes no time of the host's", async () => {
  const first = await output([await program()]);
  assert.equal(first, await output([await program()]));
  const [, before, after, turns, ran, slept, used] =
    /^(\d+) (\d+) 1\n(\d+) turns, ([\d.]+) s\n([\d.]+) s, ([\d.]+) of the CPU\n$/.exec(first) ?? assert.fail(first);
  assert(Number(before) < Number(after) && Number(turns) > 0);
  assert(Number(ran) > 0.3 && Number(ran) < 0.31, `thirty alarms after ${ran} s`);
  assert(Number(slept) >= 100_002 && Number(slept) < 100_003, `slept ${slept} s`);
  assert(Number(used) >= 0.3 && Number(used) < 1, `used ${used} s`);
});
