/**
 * Accesses and fetches that are left out because they change nothing in a cache, against all of them: a cache that is
 * written down as plainly as can be and that each instruction and each access goes through has the same misses.
 */

import { deepEqual, ok } from "node:assert/strict";
import { EVENT, type EventReceiver } from "../../engine/counters/event_sites.ts";
import type { CacheGeometry, ReplacementPolicy } from "../../engine/report/cache_model.ts";
import { CacheSimulation } from "../../engine/report/cache_simulation.ts";
import { BareGuest, seeded } from "../programs/bare.ts";
import { guest, GUEST_NAMES, randomGuest } from "./guests.ts";

const I1 = { size: 256, ways: 2, line: 32 };
const D1 = { size: 512, ways: 2, line: 16 };
const LL = { size: 2048, ways: 4, line: 64 };

/** A cache: the lines of each set, the one that is put out next in front. */
class PlainCache {
  readonly #sets: number[][];
  readonly #geometry: CacheGeometry;
  readonly #policy: ReplacementPolicy;

  constructor(geometry: CacheGeometry, policy: ReplacementPolicy) {
    this.#geometry = geometry;
    this.#policy = policy;
    this.#sets = Array.from({ length: geometry.size / geometry.ways / geometry.line }, () => []);
  }

  /** Whether all bytes were there. */
  use(address: number, size: number): boolean {
    const { line, ways } = this.#geometry;
    let hits = true;
    for (let number = Math.floor(address / line); number <= Math.floor((address + size - 1) / line); number++) {
      const set = this.#sets[number % this.#sets.length];
      const place = set.indexOf(number);
      if (place >= 0 && this.#policy === "fifo") continue;
      if (place >= 0) set.splice(place, 1);
      else {
        hits = false;
        if (set.length === ways) set.shift();
      }
      set.push(number);
    }
    return hits;
  }
}

/** Misses by kind of event and address of the instruction. */
type Rows = Map<string, { refs: number; first: number; last: number }>;

function row(rows: Rows, kind: number, pc: number): { refs: number; first: number; last: number } {
  const key = `${kind} ${pc.toString(16)}`;
  const found = rows.get(key) ?? { refs: 0, first: 0, last: 0 };
  rows.set(key, found);
  return found;
}

/** Has a guest run in slices of random budgets, with single steps between. */
function run(guest: BareGuest, seed: number, receiver: EventReceiver): void {
  guest.machine.events.add(receiver);
  const random = seeded(seed);
  for (let turns = 0; turns < 100_000; turns++) {
    if ((random(5) === 0 ? guest.step() : guest.slice(1 + random(40))) !== undefined) break;
  }
  guest.machine.events.deliver();
}

/** Of all accesses and all instructions. */
function plain(path: string, seed: number, policy: ReplacementPolicy): Rows {
  using guest = new BareGuest(path);
  const { sites } = guest.machine.events;
  const [i1, d1, ll] = [I1, D1, LL].map((geometry) => new PlainCache(geometry, policy));
  const rows: Rows = new Map();
  run(guest, seed, {
    kinds: new Set(["accesses", "instructions"]),
    covers: () => true,
    receive({ length, sites: numbers, addresses }) {
      for (let at = 0; at < length; at++) {
        const site = numbers[at];
        const [address, size] = [addresses[at], sites.sizes[site]];
        const isFetch = sites.kinds[site] === EVENT.INSTRUCTION;
        const counts = row(rows, isFetch ? EVENT.FETCH : sites.kinds[site], sites.pcs[site]);
        counts.refs++;
        if ((isFetch ? i1 : d1).use(address, size)) continue;
        counts.first++;
        if (!ll.use(address, size)) counts.last++;
      }
    },
  });
  return rows;
}

/** Of those that are not left out, and how many events came. */
function filtered(path: string, seed: number, policy: ReplacementPolicy): { rows: Rows; came: number } {
  using guest = new BareGuest(path);
  const { sites } = guest.machine.events;
  const simulation = new CacheSimulation({ i1: I1, d1: D1, ll: LL }, policy);
  const rows: Rows = new Map();
  let came = 0;
  run(guest, seed, {
    kinds: new Set(["accesses", "fetches"]),
    covers: () => true,
    receive(batch) {
      came += batch.length;
      simulation.take(batch, sites);
    },
    lines: () => simulation.lines,
  });
  for (let site = 0; site < sites.length; site++) {
    const { refs, first, last } = simulation.misses(site, sites);
    if (refs === 0) continue;
    const counts = row(rows, sites.kinds[site], sites.pcs[site]);
    counts.refs += refs;
    counts.first += first;
    counts.last += last;
  }
  return { rows, came };
}

/** Rows that have something to say: of accesses all, of fetches those that missed. */
function sorted(rows: Rows): string[] {
  return [...rows].flatMap(([key, { refs, first, last }]) => {
    const isFetch = key.startsWith(`${EVENT.FETCH} `);
    return isFetch && first === 0 ? [] : [`${key}: ${isFetch ? "" : `${refs}, `}${first}, ${last}`];
  }).sort();
}

function check(path: string, seed: number, policy: ReplacementPolicy): void {
  const expected = plain(path, seed, policy);
  const { rows, came } = filtered(path, seed, policy);
  deepEqual(sorted(rows), sorted(expected));
  const all = [...expected.values()].reduce((sum, { refs }) => sum + refs, 0);
  ok(all < 200 || came < all / 2, `${came} of ${all} events came`);
}

for (const name of GUEST_NAMES) {
  for (const policy of ["lru", "fifo"] as const) {
    Deno.test(`What is left out changes no ${policy} cache: ${name}`, async () => {
      check(await guest(name), name.length, policy);
    });
  }
}

for (const seed of [41, 42, 43, 44]) {
  Deno.test(`What is left out changes no cache: random program ${seed}`, async () => {
    check(await randomGuest(seed), seed, "lru");
  });
}
