/**
 * Which unit the code at an address is of: ranges in ascending order, searched by halves.
 *
 * Ranges of different units hardly ever overlap; where they do, the one that starts last is taken.
 */

import type { AddressRange } from "./ranges.ts";

/** Addresses above are how linkers mark what they removed. */
const ADDRESS_SPACE_END = 2 ** 48;
/** Ranges that are looked at before the one that starts last, where ranges overlap. */
const MAXIMUM_OVERLAP = 64;

/** Ranges of units, for look-ups. */
export class UnitIndex {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #units: Uint32Array;
  /** The largest end up to each range. */
  readonly #reach: Float64Array;

  /**
   * Sorts the ranges. What linkers removed, at address 0 or past the address space, is left out.
   *
   * @param ranges The ranges of each unit.
   */
  constructor(ranges: ReadonlyMap<number, readonly AddressRange[]>) {
    const all = [...ranges].flatMap(([unit, list]) => list.map(({ start, end }) => ({ start, end, unit })))
      .filter(({ start, end }) => start > 0 && end <= ADDRESS_SPACE_END)
      .sort((a, b) => a.start - b.start);
    this.#starts = Float64Array.from(all, ({ start }) => start);
    this.#ends = Float64Array.from(all, ({ end }) => end);
    this.#units = Uint32Array.from(all, ({ unit }) => unit);
    this.#reach = new Float64Array(all.length);
    let reach = 0;
    for (const [index, { end }] of all.entries()) this.#reach[index] = reach = Math.max(reach, end);
  }

  /** The unit of an address, or -1 if it has none. */
  unitAt(address: number): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= address) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= Math.max(0, low - MAXIMUM_OVERLAP) && this.#reach[index] > address; index--) {
      if (address < this.#ends[index]) return this.#units[index];
    }
    return -1;
  }
}
