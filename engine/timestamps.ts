/**
 * The time-stamp counter of a deterministic guest: RDTSC and RDTSCP give the guest's own time, in nanoseconds.
 *
 * Unicorn has no event for them, so each is found when its block runs for the first time, and watched like any other
 * place. See the Intel manual, volume 2B. Leaves out guests that are not counted: theirs is the host's.
 */

import { REGISTER_INDEX } from "./arch/x86_64.ts";
import type { Action } from "./hooks/sites.ts";
import type { Machine } from "./machine.ts";

const { rax, rcx, rdx } = REGISTER_INDEX;
const [RDTSC, RDTSCP] = ["0f31", "0f01f9"];

/** Answers for one guest. */
export class Timestamps {
  readonly #machine: Machine;
  readonly #now: () => number;
  readonly #watched = new Map<number, Action>();

  /** @param now The counter's value. */
  constructor(machine: Machine, now: () => number) {
    this.#machine = machine;
    this.#now = now;
  }

  /** Looks for the instructions in a block that is about to run for the first time. */
  inspect(start: number, size: number): void {
    const { memory, sites } = this.#machine;
    const bytes = memory.uncheckedView(start, size);
    for (let at = bytes.indexOf(0x0f); at >= 0; at = bytes.indexOf(0x0f, at + 1)) {
      const address = start + at;
      if (this.#sizeAt(address) === undefined || this.#watched.has(address)) continue;
      // Bytes inside of an instruction may look like this; then nothing is ever executed there.
      const action = () => this.#answer(address);
      this.#watched.set(address, action);
      sites.attach(address, action);
    }
  }

  /** Forgets all, after another program was put into the machine. */
  clear(): void {
    for (const [address, action] of this.#watched) this.#machine.sites.detach(address, action);
    this.#watched.clear();
  }

  #sizeAt(address: number): number | undefined {
    const reach = this.#machine.memory.accessible(address, 3, 1);
    const hex = this.#machine.memory.view(address, reach).toHex();
    return hex.startsWith(RDTSC) ? 2 : hex === RDTSCP ? 3 : undefined;
  }

  #answer(address: number): void {
    const size = this.#sizeAt(address);
    if (size === undefined) return;
    const { registers } = this.#machine.cpu;
    const time = BigInt(this.#now());
    registers.setGeneral(rax, BigInt.asUintN(32, time));
    registers.setGeneral(rdx, BigInt.asUintN(32, time >> 32n));
    if (size === RDTSCP.length / 2) registers.setGeneral(rcx, 0n);
    this.#machine.execute(address, size);
  }
}
