/** Instruction counts against the same program stepped natively: equal for every address, however it is run. */

import { deepEqual, equal } from "node:assert/strict";
import { type BareEnd, BareGuest, seeded } from "../programs/bare.ts";
import { traceNatively } from "../programs/native.ts";
import { guest, randomGuest, TRACEABLE } from "./guests.ts";

/** Signals of the ends, from signal(7) and the CPU's exceptions. */
const SIGNALS: Readonly<Record<string, number>> = { access: 11, invalid: 4, "interrupt 0": 8, "interrupt 13": 11 };

function signalOf(end: BareEnd): number | undefined {
  return end.kind === "exited" ? undefined : SIGNALS[end.kind === "interrupt" ? `interrupt ${end.vector}` : end.kind];
}

/** Ways of running a guest to its end. */
const WAYS: Readonly<Record<string, (guest: BareGuest, seed: number) => BareEnd>> = {
  "in one go": (guest) => guest.run(),
  "in slices of few blocks": (guest, seed) => {
    const random = seeded(seed);
    return guest.run(() => 1 + random(4));
  },
  "in slices of some blocks": (guest, seed) => {
    const random = seeded(seed);
    return guest.run(() => 1 + random(300));
  },
  "in single steps": (guest) => guest.stepAll(100_000),
  "in slices and steps": (guest, seed) => {
    const random = seeded(seed);
    for (let turns = 0; turns < 200_000; turns++) {
      const end = random(2) === 0 ? guest.step() : guest.slice(1 + random(12));
      if (end !== undefined) return end;
    }
    throw new Error("Cannot run the guest to its end: it takes too many turns");
  },
};

async function compare(path: string, seed: number): Promise<void> {
  const native = await traceNatively(path);
  for (const [way, run] of Object.entries(WAYS)) {
    using guest = new BareGuest(path);
    const end = run(guest, seed);
    deepEqual(guest.counts(), native.counts, `counts of each instruction, ${way}`);
    equal(guest.machine.ledger.total(), native.total, `total, ${way}`);
    equal(guest.output, native.output, `output, ${way}`);
    equal(signalOf(end), native.signal?.number, `signal, ${way}`);
    if (native.signal !== undefined) equal(guest.pc, native.signal.pc, `faulting instruction, ${way}`);
    if (end.kind === "exited") equal(end.status, native.status, `status, ${way}`);
  }
}

for (const name of TRACEABLE) {
  Deno.test(`BlockLedger counts ${name} as the CPU does when it is stepped`, async () => {
    await compare(await guest(name), name.length);
  });
}

for (let seed = 1; seed <= 4; seed++) {
  Deno.test(`BlockLedger counts random program ${seed} as the CPU does when it is stepped`, async () => {
    await compare(await randomGuest(seed), seed);
  });
}
