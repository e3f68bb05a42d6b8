/**
 * A shadow table: one 64-bit counter a guest byte, in host memory that is taken page by page as it is touched.
 *
 * The three highest bits of a counter are no count: they say what the stub does at the block that starts there.
 */

import { hostBuffer, mapHost, PROT, unmapHost } from "../ffi/libc.ts";
import { COUNTER_FLAG } from "../ffi/stubs.ts";
import { SPAN } from "../memory/guest_memory.ts";

const [SPECIAL, REPEAT, ATTACHED] = [COUNTER_FLAG.SPECIAL, COUNTER_FLAG.REPEAT, COUNTER_FLAG.ATTACHED]
  .map((flag) => BigInt(flag) << 56n);
const COUNT = ATTACHED - 1n;

/** A table of counters, indexed by guest address. */
export class ShadowTable {
  /** Host address of the counter of guest address 0. */
  readonly host: bigint = mapHost(SPAN * 8, PROT.READ | PROT.WRITE);
  readonly #words = new BigUint64Array(hostBuffer(this.host, SPAN * 8));

  #word(address: number): bigint {
    return this.#words[address] ?? 0n;
  }

  /** The count at an address. */
  count(address: number): number {
    return Number(this.#word(address) & COUNT);
  }

  /** Sets the count at an address; what the stub does there stays. */
  setCount(address: number, count: number): void {
    this.#words[address] = this.#word(address) & ~COUNT | BigInt(count);
  }

  /** Adds one at an address. */
  increment(address: number): void {
    this.#words[address]++;
  }

  /** Takes one execution back. */
  takeBack(address: number): void {
    this.#words[address]--;
  }

  /** Whether the dispatcher is called at every execution of the block that starts at an address. */
  isAttached(address: number): boolean {
    return (this.#word(address) & ATTACHED) !== 0n;
  }

  /** Has the dispatcher called, or not, at every execution of the block that starts at an address, the next included. */
  attach(address: number, attached: boolean): void {
    this.#setFlags(address, attached, this.isRepeat(address));
  }

  /** Whether the block that starts at an address is known to be a single REP instruction. */
  isRepeat(address: number): boolean {
    return (this.#word(address) & REPEAT) !== 0n;
  }

  /** Has the stub treat the block that starts at an address as a REP instruction, or not. */
  setRepeat(address: number, repeats: boolean): void {
    this.#setFlags(address, this.isAttached(address), repeats);
  }

  #setFlags(address: number, attached: boolean, repeats: boolean): void {
    const flags = (attached ? ATTACHED : 0n) | (repeats ? REPEAT : 0n);
    this.#words[address] = this.#word(address) & COUNT | flags | (flags === 0n ? 0n : SPECIAL);
  }

  /** Frees the table. */
  free(): void {
    unmapHost(this.host, SPAN * 8);
  }
}
