import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { flatten, type Interval, IntervalIndex, overlay } from "../../engine/symbols/intervals.ts";
import { seededRandom } from "../binary/elf/mutate.ts";

const SPAN = 60;

function randomIntervals(random: () => number, count: number): Interval[] {
  return Array.from({ length: count }, (_, owner) => {
    const start = Math.floor(random() * SPAN);
    return { start, end: start + 1 + Math.floor(random() * 12), owner };
  }).sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The rule itself, address by address: of the intervals there, the one that starts last; of those, the last listed. */
function ownerByRule(intervals: readonly Interval[], address: number): number {
  const covering = intervals.filter(({ start, end }) => start <= address && address < end);
  return covering.reduce((best, interval) => interval.start >= best.start ? interval : best, { start: -1, owner: -1 })
    .owner;
}

Deno.test("flatten() gives each address to the interval that starts last when they overlap at random", () => {
  const random = seededRandom(1);
  for (let round = 0; round < 500; round++) {
    const intervals = randomIntervals(random, Math.floor(random() * 15));
    const index = new IntervalIndex(flatten(intervals));
    for (let address = 0; address < SPAN + 15; address++) {
      strictEqual(index.ownerAt(address), ownerByRule(intervals, address), JSON.stringify({ intervals, address }));
    }
  }
});

Deno.test("overlay() shows the lower pieces only where there is no upper one", () => {
  const random = seededRandom(2);
  for (let round = 0; round < 500; round++) {
    const upper = flatten(randomIntervals(random, Math.floor(random() * 8)));
    const lower = flatten(randomIntervals(random, Math.floor(random() * 8))).map((piece) => ({
      ...piece,
      owner: piece.owner + 100,
    }));
    const pieces = overlay(upper, lower);
    const [index, above, below] = [pieces, upper, lower].map((list) => new IntervalIndex(list));
    for (let address = 0; address < SPAN + 15; address++) {
      const expected = above.ownerAt(address) >= 0 ? above.ownerAt(address) : below.ownerAt(address);
      strictEqual(index.ownerAt(address), expected, JSON.stringify({ upper, lower, address }));
    }
    for (let next = 1; next < pieces.length; next++) {
      strictEqual(pieces[next - 1].end <= pieces[next].start, true);
    }
  }
});

Deno.test("flatten() is empty when there is nothing", () => {
  deepStrictEqual(flatten([]), []);
  strictEqual(new IntervalIndex([]).ownerAt(5), -1);
});
