/**
 * The counters of blocks: how often the block that starts at an address was entered, and what the stub does there.
 *
 * The three highest bits of a counter are no count: they say what the stub does.
 */

import { COUNTER_FLAG } from "../ffi/stubs.ts";
import { AddressTable } from "../memory/address_table.ts";

const [SPECIAL, REPEAT, ATTACHED] = [COUNTER_FLAG.SPECIAL, COUNTER_FLAG.REPEAT, COUNTER_FLAG.ATTACHED]
  .map((flag) => BigInt(flag) << 56n);
const COUNT = ATTACHED - 1n;

/** Counters by guest address. */
export class ShadowTable {
  /** Where they are, with what else is kept by address. */
  readonly table: AddressTable;

  /** @param span Addresses that have a counter, from 0 on: none for a guest that is not counted. */
  constructor(span?: number) {
    this.table = new AddressTable(span);
  }

  /** The count at an address. */
  count(address: number): number {
    return Number(this.table.get("COUNT", address) & COUNT);
  }

  /** Sets the count at an address; what the stub does there stays. */
  setCount(address: number, count: number): void {
    this.table.set("COUNT", address, this.table.get("COUNT", address) & ~COUNT | BigInt(count));
  }

  /** Takes one execution back. */
  takeBack(address: number): void {
    this.table.set("COUNT", address, this.table.get("COUNT", address) - 1n);
  }

  /** How often a block began at an address that the one before it ended at, if that is counted. */
  followed(address: number): number {
    return Number(this.table.get("FOLLOWED", address));
  }

  /** Forgets how often that was. */
  clearFollowed(address: number): void {
    if (this.followed(address) > 0) this.table.set("FOLLOWED", address, 0n);
  }

  /** Whether the dispatcher is called at every execution of the block that starts at an address. */
  isAttached(address: number): boolean {
    return (this.table.get("COUNT", address) & ATTACHED) !== 0n;
  }

  /** Has the dispatcher called, or not, at every execution of the block that starts at an address, the next included. */
  attach(address: number, attached: boolean): void {
    this.#setFlags(address, attached, this.isRepeat(address));
  }

  /** Whether the block that starts at an address is known to be a single REP instruction. */
  isRepeat(address: number): boolean {
    return (this.table.get("COUNT", address) & REPEAT) !== 0n;
  }

  /** Has the stub treat the block that starts at an address as a REP instruction, or not. */
  setRepeat(address: number, repeats: boolean): void {
    if (repeats !== this.isRepeat(address)) this.#setFlags(address, this.isAttached(address), repeats);
  }

  #setFlags(address: number, attached: boolean, repeats: boolean): void {
    const flags = (attached ? ATTACHED : 0n) | (repeats ? REPEAT : 0n);
    const count = this.table.get("COUNT", address) & COUNT;
    this.table.set("COUNT", address, count | flags | (flags === 0n ? 0n : SPECIAL));
  }

  /** Frees the table. */
  free(): void {
    this.table.free();
  }
}
