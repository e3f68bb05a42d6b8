/**
 * A shadow table: one 64-bit counter a guest byte, in host memory that is taken page by page as it is touched.
 *
 * The three highest bits of a counter are no count: they say what the stub does at the block that starts there.
 */

import { hostBytes, mapHost, PROT, unmapHost } from "../ffi/libc.ts";
import { COUNTER_FLAG } from "../ffi/stubs.ts";
import { SPAN } from "../memory/guest_memory.ts";

const [SPECIAL, REPEAT, ATTACHED] = [COUNTER_FLAG.SPECIAL, COUNTER_FLAG.REPEAT, COUNTER_FLAG.ATTACHED]
  .map((flag) => BigInt(flag) << 56n);
const COUNT = ATTACHED - 1n;

/** A table of counters, indexed by guest address. */
export class ShadowTable {
  /** Host address of the counter of guest address 0. */
  readonly host: bigint;
  readonly #words: BigUint64Array<ArrayBuffer>;
  readonly #length: number;

  /** @param span Addresses that have a counter, from 0 on: none for a guest that is not counted. */
  constructor(span: number = SPAN) {
    this.#length = span * 8;
    this.host = span === 0 ? 0n : mapHost(this.#length, PROT.READ | PROT.WRITE);
    const bytes = span === 0 ? new Uint8Array(0) : hostBytes(this.host, this.#length);
    this.#words = new BigUint64Array(bytes.buffer, bytes.byteOffset, span);
  }

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
    if (this.#length > 0) unmapHost(this.host, this.#length);
  }
}
