/** How often conditional jumps were not taken, against single steps of the same program, taken by the engine. */

import { deepEqual, ok } from "node:assert/strict";
import { Disassembler } from "../../engine/disasm/disassembler.ts";
import { findLibrary } from "../../engine/ffi/find_library.ts";
import { BareGuest, seeded } from "../programs/bare.ts";
import { compile } from "../programs/compile.ts";
import { coveredSources, Emulator } from "../../mod.ts";
import { guest, PLAIN, randomGuest } from "./guests.ts";

const isConditional = (bytes: Uint8Array) =>
  (bytes[0] & 0xf0) === 0x70 || (bytes[0] === 0x0f && (bytes[1] & 0xf0) === 0x80) || (bytes[0] & 0xfc) === 0xe0;

/** Conditional jumps by address and bytes: how often each ran, and how often the instruction behind it came next. */
function stepped(path: string): Map<string, readonly [ran: number, notTaken: number]> {
  const found = new Map<string, readonly [number, number]>();
  using guest = new BareGuest(path);
  const disassembler = new Disassembler(findLibrary("capstone").path);
  using _ = { [Symbol.dispose]: () => disassembler.close() };
  for (let steps = 0; steps < 400_000; steps++) {
    const pc = guest.pc;
    const reach = guest.machine.memory.accessible(pc, 15, 1);
    const [instruction] = reach === 0 ? [] : disassembler.decode(guest.machine.memory.bytes(pc, reach), pc, 1);
    const end = guest.step();
    if (instruction !== undefined && isConditional(instruction.bytes) && (end === undefined || guest.pc !== pc)) {
      const key = `${pc} ${instruction.bytes.join()}`;
      const [ran, notTaken] = found.get(key) ?? [0, 0];
      found.set(key, [ran + 1, notTaken + (guest.pc === pc + instruction.size ? 1 : 0)]);
    }
    if (end !== undefined) break;
  }
  return found;
}

function counted(guest: BareGuest): Map<string, readonly [number, number]> {
  return new Map(
    guest.machine.ledger.instructions().filter(({ bytes, count }) => isConditional(bytes) && count > 0)
      .map(({ address, bytes, count, followed }) => [`${address} ${bytes.join()}`, [count, followed]]),
  );
}

const sorted = (map: Map<string, readonly [number, number]>) => [...map].sort(([a], [b]) => a < b ? -1 : 1);

function compare(path: string, seed: number): void {
  const expected = stepped(path);
  {
    using whole = new BareGuest(path);
    whole.machine.countBranches();
    whole.run();
    deepEqual(sorted(counted(whole)), sorted(expected));
  }
  const random = seeded(seed);
  using pieces = new BareGuest(path);
  pieces.machine.countBranches();
  for (let turns = 0; turns < 100_000; turns++) {
    if ((random(4) === 0 ? pieces.step() : pieces.slice(1 + random(30))) !== undefined) break;
  }
  deepEqual(sorted(counted(pieces)), sorted(expected));
}

for (const name of PLAIN) {
  Deno.test(`Machine.countBranches() counts the jumps of ${name} as single steps take them`, async () => {
    compare(await guest(name), name.length);
  });
}

Deno.test("Machine.countBranches() counts the jumps of random programs as single steps take them", async () => {
  for (let seed = 1; seed <= 3; seed++) compare(await randomGuest(seed), seed);
});

Deno.test("Emulator.countBranches() counts the jumps of threads that take turns in one loop, as the source has them", async () => {
  const source = `
    #include <pthread.h>
    #include <sched.h>
    static volatile int odd[3];
    static void *work(void *at) {
      for (volatile long i = 0; i < 20001; i++) {
        if (i & 1) odd[(long)at]++;
        if (i % 64 == 0) sched_yield();
      }
      return 0;
    }
    int main(void) {
      pthread_t threads[3];
      for (long i = 0; i < 3; i++) pthread_create(&threads[i], 0, work, (void *)i);
      for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
      return 0;
    }`;
  using emulator = Emulator.open({ program: await compile(source, ["-O0", "-g", "-pthread"]), env: {} });
  emulator.countBranches();
  await emulator.run();
  const sources = coveredSources(emulator.coverage.snapshot(), { images: emulator.symbols.images });
  const ways = Map.groupBy(sources[0].branches, ({ line }) => line);
  const text = source.split("\n");
  const at = (part: string) =>
    ways.get(text.findIndex((line) => line.includes(part)) + 1)
      ?.map(({ taken, notTaken }) => [taken, notTaken].sort((a, b) => a - b));
  deepEqual(at("i < 20001"), [[3, 60003]]);
  deepEqual(at("if (i & 1)"), [[30000, 30003]]);
  deepEqual(at("if (i % 64"), [[939, 59064]]);
});

Deno.test("Machine.countBranches() counts nothing before it is called", async () => {
  using bare = new BareGuest(await guest("compute"));
  bare.run();
  const instructions = bare.machine.ledger.instructions();
  ok(instructions.length > 0 && instructions.every(({ followed }) => followed === 0));
});
