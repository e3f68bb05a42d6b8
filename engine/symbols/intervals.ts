/**
 * Which of many overlapping intervals an address belongs to.
 *
 * Overlaps are resolved once, into disjoint pieces in ascending order, so that a look-up is a single binary search.
 * Intervals exclude their end; addresses are numbers below 2^53.
 */

/** An interval and its owner, an index of the caller's. */
export interface Interval {
  readonly start: number;
  readonly end: number;
  readonly owner: number;
}

/**
 * Cuts nested and overlapping intervals into disjoint pieces, each belonging to the interval that starts last there.
 *
 * @param intervals By ascending start; of those that start together, the last one wins where it reaches.
 * @returns The pieces in ascending order.
 */
export function flatten(intervals: readonly Interval[]): readonly Interval[] {
  const pieces: Interval[] = [];
  const open: Interval[] = [];
  let position = 0;
  const advance = (to: number, owner: number) => {
    if (to > position) pieces.push({ start: position, end: to, owner });
    position = Math.max(position, to);
  };
  const closeUntil = (limit: number) => {
    for (let top = open.at(-1); top !== undefined && top.end <= limit; top = open.at(-1)) {
      advance(top.end, top.owner);
      open.pop();
    }
  };
  for (const interval of intervals) {
    closeUntil(interval.start);
    const top = open.at(-1);
    if (top !== undefined) advance(interval.start, top.owner);
    position = interval.start;
    open.push(interval);
  }
  closeUntil(Infinity);
  return pieces;
}

/**
 * Fills the gaps between disjoint pieces with parts of others.
 *
 * @param upper Disjoint pieces in ascending order; they keep their place.
 * @param lower Disjoint pieces in ascending order; they show where no upper one is.
 * @returns Disjoint pieces in ascending order.
 */
export function overlay(upper: readonly Interval[], lower: readonly Interval[]): readonly Interval[] {
  const pieces: Interval[] = [];
  let next = 0;
  for (const { start, end, owner } of lower) {
    let position = start;
    while (next < upper.length && upper[next].end <= position) pieces.push(upper[next++]);
    while (next < upper.length && upper[next].start < end) {
      const above = upper[next];
      if (above.start > position) pieces.push({ start: position, end: above.start, owner });
      position = above.end;
      if (above.end > end) break; // it reaches into the next lower piece, too
      pieces.push(above);
      next++;
    }
    if (position < end) pieces.push({ start: position, end, owner });
  }
  for (; next < upper.length; next++) pieces.push(upper[next]);
  return pieces;
}

/** Disjoint pieces, for look-ups. */
export class IntervalIndex {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #owners: Uint32Array;

  /**
   * Copies the pieces into a form for look-ups.
   *
   * @param pieces Disjoint pieces in ascending order.
   */
  constructor(pieces: readonly Interval[]) {
    this.#starts = Float64Array.from(pieces, ({ start }) => start);
    this.#ends = Float64Array.from(pieces, ({ end }) => end);
    this.#owners = Uint32Array.from(pieces, ({ owner }) => owner);
  }

  /** The owner of an address, or -1 if it has none. */
  ownerAt(address: number): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && address < this.#ends[low - 1] ? this.#owners[low - 1] : -1;
  }
}
