/**
 * A shadow table: one 64-bit counter a guest byte, in host memory that is taken page by page as it is touched.
 *
 * Bit 63 of a counter is no count: it says that something is attached to the block that starts there.
 */

import { hostBuffer, mapHost, PROT, unmapHost } from "../ffi/libc.ts";
import { SPAN } from "../memory/guest_memory.ts";

const ATTACHED = 1n << 63n;
const COUNT = ATTACHED - 1n;

/** A table of counters, indexed by guest address. */
export class ShadowTable {
  /** Host address of the counter of guest address 0. */
  readonly host: bigint = mapHost(SPAN * 8, PROT.READ | PROT.WRITE);
  readonly #words = new BigUint64Array(hostBuffer(this.host, SPAN * 8));

  /** The count at an address. */
  count(address: number): number {
    return Number(this.#words[address] & COUNT);
  }

  /** Sets the count at an address; what is attached stays. */
  setCount(address: number, count: number): void {
    this.#words[address] = this.#words[address] & ATTACHED | BigInt(count);
  }

  /** Takes one execution back. */
  takeBack(address: number): void {
    this.#words[address]--;
  }

  /** Whether the dispatcher is called at every execution of the block that starts at an address. */
  isAttached(address: number): boolean {
    return (this.#words[address] & ATTACHED) !== 0n;
  }

  /** Has the dispatcher called, or not, at every execution of the block that starts at an address, the next included. */
  attach(address: number, attached: boolean): void {
    this.#words[address] = attached ? this.#words[address] | ATTACHED : this.#words[address] & COUNT;
  }

  /** Frees the table. */
  free(): void {
    unmapHost(this.host, SPAN * 8);
  }
}
