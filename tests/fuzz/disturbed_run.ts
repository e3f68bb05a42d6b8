/**
 * Runs of a guest that are disturbed at random points: hooks come and go, the guest is stopped, stepped, interrupted.
 * A program of its own, so that the guest's output can be captured.
 *
 *     deno run -A tests/fuzz/disturbed_run.ts RESULT SEED,SEED,... PROGRAM ARGUMENTS
 *
 * Writes JSON to RESULT, a {@linkcode DisturbedRun} for each seed. Seed 0 disturbs nothing. Leaves out what the guest prints, which
 * the caller has.
 */

import { Emulator, type Hook, type StopReason, type Watchpoint } from "../../mod.ts";
import coverage from "../../plugins/coverage.ts";

/** What a run was like. */
export interface DisturbedRun {
  readonly reason: StopReason;
  /** Instructions executed. */
  readonly total: number;
  /** Times the guest was stopped. */
  readonly stops: number;
  /** Things attached. */
  readonly attached: number;
  /** Calls of counting hooks. */
  readonly hits: number;
  /** Hooks that were called once too often or too seldom, and other surprises. */
  readonly problems: readonly string[];
}

/** Stops, and hits of one hook, at most: a run ends some time. */
const [MOST_STOPS, MOST_HITS, MOST_ACCESSES] = [120, 3000, 50];

/** A hook that knows how often it should have been called. */
interface Counted {
  readonly hook: Hook;
  readonly address: bigint;
  /** Executions of its instruction when it was enabled, and its hits then. */
  from: number;
  hitsBefore: number;
  /** Executions before the one that it was called for last. */
  called: number;
}

class Disturbance {
  readonly #emulator: Emulator;
  #state: number;
  readonly #counted = new Map<bigint, Counted>();
  readonly #others: { detach(): void }[] = [];
  readonly #watched: { readonly watchpoint: Watchpoint; readonly until: number }[] = [];
  #inHandler = false;
  readonly problems: string[] = [];
  stops = 0;
  attached = 0;
  hits = 0;

  constructor(emulator: Emulator, seed: number) {
    this.#emulator = emulator;
    this.#state = seed;
  }

  /** A whole number below `limit`. Mulberry32. */
  #below(limit: number): number {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) % limit;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)];
  }

  /** An instruction that has run, or the next one. */
  #place(): bigint {
    const blocks = this.#emulator.coverage.blockCounts();
    if (blocks.length === 0) return this.#emulator.cpu.pc;
    const block = this.#pick(blocks);
    if (this.#below(2) === 0) return block.address;
    const instructions = this.#emulator.disassemble(block.address, 12)
      .filter(({ address }) => address < block.address + BigInt(block.size));
    return instructions.length === 0 ? block.address : this.#pick(instructions).address;
  }

  #within(work: () => void): void {
    const before = this.#inHandler;
    this.#inHandler = true;
    try {
      work();
    } finally {
      this.#inHandler = before;
    }
  }

  #count(): void {
    const address = this.#place();
    if (this.#counted.has(address)) return;
    const hook = this.#emulator.hook(address, () => this.#within(() => this.#onCount(counted)));
    const counted: Counted = { hook, address, from: 0, hitsBefore: 0, called: -1 };
    this.#counted.set(address, counted);
    this.#begin(counted);
  }

  #onCount(counted: Counted): void {
    counted.called = this.#emulator.coverage.count(counted.address);
    this.hits++;
    if (counted.hook.hits >= MOST_HITS) return this.#drop(counted);
    const choice = this.#below(400);
    if (choice === 0) this.disturb();
    else if (choice === 1) this.#emulator.stop();
  }

  #begin(counted: Counted): void {
    // A closure is called for the instruction at hand: what it attaches there is for the next execution. So is what was
    // called for it already, and was disabled meanwhile.
    const now = this.#emulator.coverage.count(counted.address);
    const isUnderWay = this.#emulator.cpu.pc === counted.address && (this.#inHandler || counted.called === now);
    counted.from = now + Number(isUnderWay);
    counted.hitsBefore = counted.hook.hits;
    counted.called = -1;
  }

  /** Compares the hits of a hook that is enabled with the executions since. */
  #check(counted: Counted): void {
    const { hook, address, from, hitsBefore, called } = counted;
    const now = this.#emulator.coverage.count(address);
    const isAhead = called === now && this.#emulator.cpu.pc === address;
    const expected = Math.max(0, now - from + Number(isAhead));
    if (hook.hits - hitsBefore === expected) return;
    this.problems.push(
      `hook at ${this.#emulator.symbols.describe(address)}: ${hook.hits - hitsBefore} calls, ${expected} executions`,
    );
  }

  #drop(counted: Counted): void {
    if (counted.hook.isEnabled) this.#check(counted);
    counted.hook.detach();
    this.#counted.delete(counted.address);
  }

  #toggle(counted: Counted): void {
    if (counted.hook.isEnabled) {
      this.#check(counted);
      counted.hook.disable();
    } else {
      counted.hook.enable();
      this.#begin(counted);
    }
  }

  /** Every access to the stack is slow while it is watched: until the guest stops twice. */
  #watchStack(): Watchpoint {
    const { sp } = this.#emulator.cpu;
    const watchpoint = this.#emulator.watch(
      sp - BigInt(this.#below(256)),
      8,
      () => void (watchpoint.hits >= MOST_ACCESSES && watchpoint.detach()),
      this.#pick(["read", "write", "access"]),
    );
    this.#watched.push({ watchpoint, until: this.stops + 2 });
    return watchpoint;
  }

  /** Attaches something that only looks. */
  #look(): void {
    const emulator = this.#emulator;
    const hook: { detach(): void; readonly hits: number } = this.#pick([
      () => emulator.hookEvery(this.#pick(["call", "ret", "block", "push", /^cmov/]), limited),
      () => emulator.hook(this.#pick(["*alloc*", "str*", "mem*", /print/]), limited, { pending: true, once: true }),
      () => {
        let depth = 0;
        return emulator.intercept(this.#pick(["malloc", "free", "fib", "*cmp*", "mem*"]), {
          onEnter: () => void depth++,
          onLeave: () => {
            if (--depth < 0) this.problems.push("a function returned that was not entered");
          },
        }, { pending: true });
      },
      () => emulator.hookSyscall(/./, { onEnter: () => {}, onLeave: () => {} }),
      () => this.#watchStack(),
      () => {
        const plugin = emulator.use(coverage);
        return { hits: 0, detach: () => plugin.disable() };
      },
    ])();
    this.#others.push(hook);
    function limited() {
      if (hook.hits >= MOST_ACCESSES) hook.detach();
    }
  }

  /** Does something at random that must not matter to the guest. */
  disturb(): void {
    const counted = [...this.#counted.values()];
    this.attached++;
    const choice = this.#below(10);
    if (choice < 4 || counted.length === 0) this.#count();
    else if (choice < 6) this.#toggle(this.#pick(counted));
    else if (choice < 7) this.#drop(this.#pick(counted));
    else if (choice < 9 || this.#others.length === 0) this.#look();
    else this.#others.splice(this.#below(this.#others.length), 1)[0].detach();
  }

  async #go(): Promise<StopReason> {
    const emulator = this.#emulator;
    if (this.#below(3) === 0) return await emulator.step(1 + this.#below(60));
    const after = 1 + this.#below(1 << this.#below(9));
    const stop = emulator.hook(this.#place(), () => stop.hits >= after && emulator.stop());
    const timer = setTimeout(() => emulator.interrupt(), this.#below(10));
    const reason = await emulator.run();
    clearTimeout(timer);
    stop.detach();
    return reason;
  }

  async run(): Promise<StopReason> {
    while (this.stops++ < MOST_STOPS) {
      for (const { watchpoint, until } of this.#watched) if (until <= this.stops) watchpoint.detach();
      for (let count = this.#below(4); count > 0; count--) this.disturb();
      const reason = await this.#go();
      if (reason.kind === "failed") this.problems.push(`${(reason.error as Error).stack}`);
      if (this.#emulator.ended !== undefined) return this.#emulator.ended;
    }
    for (const other of this.#others) other.detach();
    let reason = await this.#emulator.run();
    while (this.#emulator.ended === undefined) {
      if (reason.kind === "failed") this.problems.push(`${(reason.error as Error).stack}`);
      reason = await this.#emulator.run();
    }
    return this.#emulator.ended;
  }

  /** Compares what is attached still. */
  end(): void {
    for (const counted of this.#counted.values()) if (counted.hook.isEnabled) this.#check(counted);
  }
}

async function runWith(seed: number, program: string, args: string[]): Promise<DisturbedRun> {
  using emulator = Emulator.open({ program, args, env: { PATH: "/usr/bin:/bin", PYTHONHASHSEED: "0", LC_ALL: "C" } });
  const disturbance = new Disturbance(emulator, seed);
  const reason = seed === 0 ? await emulator.run() : await disturbance.run();
  disturbance.end();
  const { stops, attached, hits, problems } = disturbance;
  return { reason, total: emulator.coverage.total, stops, attached, hits, problems };
}

if (import.meta.main) {
  const [result, seeds, program, ...args] = Deno.args;
  const runs: DisturbedRun[] = [];
  for (const seed of seeds.split(",")) runs.push(await runWith(Number(seed), program, args));
  await Deno.writeTextFile(
    result,
    JSON.stringify(runs, (_, value) => typeof value === "bigint" ? Number(value) : value),
  );
}
