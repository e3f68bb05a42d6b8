/** Hooks that attach, detach and stop at random, against a model of what they should do. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { PlaceHook } from "../../engine/hooks/hook.ts";
import { BareGuest, seeded } from "../programs/bare.ts";
import { guest, type GuestName, randomGuest } from "../counters/guests.ts";
import { HookModel, type ModelHook } from "./model.ts";

/** What a hook does at one of its calls. */
type Deed =
  | { readonly kind: "nothing" | "stop" }
  | { readonly kind: "toggle" | "detach"; readonly hook: number };

const HOOKS = 14;
const MOST_TURNS = 100_000;

/** What a program does undisturbed, one instruction at a time. */
interface Undisturbed {
  readonly trace: readonly number[];
  readonly output: string;
  readonly counts: ReadonlyMap<number, number>;
  readonly registers: readonly bigint[];
}

function undisturbed(path: string): Undisturbed {
  using traced = new BareGuest(path);
  const trace: number[] = [];
  for (;;) {
    trace.push(traced.pc);
    if (traced.step() !== undefined) break;
    ok(trace.length < MOST_TURNS);
  }
  return { trace, output: traced.output, counts: traced.counts(), registers: traced.registers() };
}

/** One run with random hooks; throws where it is not as the model says. */
function check(path: string, expected: Undisturbed, seed: number): number {
  const random = seeded(seed);
  using disturbed = new BareGuest(path);
  const { machine } = disturbed;
  const addresses = [...new Set(expected.trace)];
  const first = random(Math.max(1, addresses.length - 12));
  const modelHooks: ModelHook[] = Array.from({ length: HOOKS }, (_, name) => ({
    name,
    // Neighbours, so that several are in one block, and one address has several.
    address: random(3) === 0
      ? expected.trace[random(expected.trace.length)]
      : addresses[first + random(12)] ?? addresses[0],
  }));
  // Both sides look the deeds up by hook and call, so that they do the same.
  const deeds: Deed[][] = modelHooks.map(() =>
    Array.from({ length: 40 }, (): Deed => {
      const kind = (["nothing", "nothing", "nothing", "stop", "toggle", "toggle", "toggle"] as const)[random(7)];
      return kind === "toggle" ? { kind, hook: random(HOOKS) } : { kind };
    })
  );
  const deedOf = (name: number, call: number): Deed => deeds[name][call] ?? { kind: "nothing" };

  const attached = new Set<number>();
  const calls = new Array<number>(HOOKS).fill(0);
  const toggleModel = (name: number) => {
    if (attached.delete(name)) model.detach(modelHooks[name]);
    else {
      attached.add(name);
      model.attach(modelHooks[name]);
    }
  };
  const model = new HookModel(expected.trace, ({ name }) => {
    const deed = deedOf(name, calls[name]++);
    if (deed.kind === "stop") model.stopping = true;
    if (deed.kind === "toggle") toggleModel(deed.hook);
  });

  const log: string[] = [];
  const position = () => machine.ledger.total();
  const toggle = (name: number) => hooks[name].isEnabled ? hooks[name].disable() : hooks[name].enable();
  const hooks: PlaceHook[] = modelHooks.map(({ name, address }) => {
    const hook = new PlaceHook(`${name}`, machine.sites, (self, at) => {
      log.push(`${name} at ${at.toString(16)}`);
      const deed = deedOf(name, self.hits - 1);
      if (deed.kind === "stop") machine.requestStop();
      if (deed.kind === "toggle") toggle(deed.hook);
    }, () => {});
    hook.disable();
    hook.cover(address);
    return hook;
  });

  let end;
  for (let turns = 0; end === undefined || end.kind === "stopped"; turns++) {
    ok(turns < MOST_TURNS, "the guest ends");
    if (random(3) === 0) {
      const name = random(HOOKS);
      toggle(name);
      toggleModel(name);
    }
    const isStep = random(4) === 0;
    end = isStep ? disturbed.step() : disturbed.slice(1 + random(30));
    model.runTo(position());
    if (!model.stopping && log.length > model.log.length) model.visit();
    const said = model.log.map((line) => line.replace(/,.*/, ""));
    deepEqual(log.slice(-30), said.slice(-30), `seed ${seed}, turn ${turns}, instruction ${position()}`);
    equal(log.length, said.length);
    equal(model.position, position(), `seed ${seed}, turn ${turns}: a hook stops the guest where it is`);
    if (model.stopping) equal(end?.kind, "stopped");
  }
  equal(end?.kind, "exited");
  equal(disturbed.output, expected.output);
  deepEqual(disturbed.counts(), expected.counts);
  deepEqual(disturbed.registers(), expected.registers);
  return log.length;
}

const GUESTS: readonly (GuestName | number)[] = [
  "compute",
  "rep",
  "compiler",
  "patchOwnBlock",
  "writeXorExecute",
  1,
  2,
];
/** More are run with `HOOK_RUNS=100 deno test -A tests/hooks`. */
const RUNS = Number(Deno.env.get("HOOK_RUNS") ?? 3);

for (const [index, name] of GUESTS.entries()) {
  Deno.test(`Sites call random hooks in ${typeof name === "number" ? `random program ${name}` : name} as the model does`, async () => {
    const path = typeof name === "number" ? await randomGuest(name) : await guest(name);
    const expected = undisturbed(path);
    let calls = 0;
    for (let run = 0; run < RUNS; run++) calls += check(path, expected, index * 100 + run);
    ok(calls > 50, "hooks were called");
  });
}
