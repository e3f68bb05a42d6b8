/** Single steps: the same program, one instruction at a time, ends in the same state; the trap flag is never seen. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { BareGuest } from "../programs/bare.ts";
import { guest, GUEST_NAMES, randomGuest } from "../counters/guests.ts";
import { compile } from "../programs/compile.ts";

function compare(path: string): void {
  using whole = new BareGuest(path);
  using stepped = new BareGuest(path);
  const [end, steppedEnd] = [whole.run(), stepped.stepAll(100_000)];
  deepEqual(steppedEnd, end);
  deepEqual(stepped.registers(), whole.registers());
  equal(stepped.output, whole.output);
  deepEqual(stepped.counts(), whole.counts());
  const { memory } = whole.machine;
  for (const { start, end, protection } of memory.regions.list()) {
    if (protection & 2) deepEqual(stepped.machine.memory.bytes(start, end - start), memory.bytes(start, end - start));
  }
}

for (const name of GUEST_NAMES) {
  Deno.test(`Machine.step() to the end of ${name} leaves what Machine.run() leaves`, async () => {
    compare(await guest(name));
  });
}

Deno.test("Machine.step() to the end of a random program leaves what Machine.run() leaves", async () => {
  compare(await randomGuest(5));
});

Deno.test("Machine.step() hides the trap flag from pushf, popf, SYSCALL and the registers", async () => {
  const path = await guest("flags");
  const native = await new Deno.Command(path).output();
  equal(new TextDecoder().decode(native.stdout), "0\n", "natively no flag is seen");
  using stepped = new BareGuest(path);
  for (let steps = 0; steps < 10_000; steps++) {
    const end = stepped.step();
    equal(stepped.machine.cpu.registers.flags & 0x100, 0);
    if (end !== undefined) break;
  }
  equal(stepped.output, "0\n");
});

Deno.test("Machine.step() takes one iteration of a REP instruction at a time", async () => {
  const path = await compile(
    `void _start(void) {
      static char to[8];
      long n = 3; void *d = to;
      __asm__ volatile("rep stosb" : "+c"(n), "+D"(d) : "a"(1) : "memory");
      __asm__ volatile("syscall" :: "a"(60), "D"(to[2]));
    }`,
    ["-O1", "-static", "-nostdlib", "-no-pie", "-fno-pie"],
  );
  using stepped = new BareGuest(path);
  const { registers } = stepped.machine.cpu;
  const seen: [boolean, number][] = [];
  while (stepped.machine.memory.u8(stepped.pc) !== 0xf3) ok(stepped.step() === undefined);
  const address = stepped.pc;
  while (stepped.pc === address) {
    stepped.step();
    seen.push([stepped.pc === address, Number(registers.general(1))]);
  }
  // As gdb shows it: after the third iteration the program counter is behind the instruction.
  deepEqual(seen, [[true, 2], [true, 1], [false, 0]]);
  deepEqual(stepped.run(), { kind: "exited", status: 1 });
});

Deno.test("Machine.step() at a fault does not move, and does not count", async () => {
  using stepped = new BareGuest(await guest("faultStore"));
  const end = stepped.stepAll();
  const [pc, total] = [stepped.pc, stepped.machine.ledger.total()];
  deepEqual(stepped.step(), end);
  deepEqual([stepped.pc, stepped.machine.ledger.total()], [pc, total]);
});

Deno.test("Machine.run() shows the program counter of each block to what is attached there", async () => {
  using run = new BareGuest(await guest("compute"));
  const starts: number[] = [];
  {
    using whole = new BareGuest(await guest("compute"));
    whole.run();
    starts.push(...whole.translated);
  }
  let calls = 0;
  for (const start of starts) {
    run.machine.sites.attach(start, (address) => {
      calls++;
      equal(run.pc, address);
    });
  }
  run.run();
  ok(calls > 500, `${calls} calls`);
});
