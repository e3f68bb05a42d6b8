/**
 * What a program's fetches and accesses do to caches: a first level for instructions and one for data, over a last level
 * for both. Takes events of fetches and accesses; see plugins/cache.ts for what is counted how.
 *
 * Most accesses use the line of their set that was used last, which changes nothing in the cache: those need not come.
 */

import { type CacheLines, EVENT, type EventBatch, type EventSites } from "../counters/event_sites.ts";
import { type CacheGeometry, CacheModel, type ReplacementPolicy } from "./cache_model.ts";
import { grown } from "./grown.ts";

/** The caches. */
export interface CacheGeometries {
  /** Of instructions. */
  readonly i1: CacheGeometry;
  /** Of data. */
  readonly d1: CacheGeometry;
  /** The last level. */
  readonly ll: CacheGeometry;
}

/** What the accesses or fetches of a site came to. */
export interface SiteMisses {
  /** How many there were; of fetches, those that came. */
  readonly refs: number;
  /** Misses in the first level. */
  readonly first: number;
  /** Misses in the last level. */
  readonly last: number;
}

/** Caches, and what missed them. */
export class CacheSimulation {
  readonly #i1: CacheModel;
  readonly #d1: CacheModel;
  readonly #ll: CacheModel;
  readonly #geometries: CacheGeometries;
  /** By site: events that came, and those that missed. */
  #came = new Float64Array(1024);
  #missed = new Float64Array(1024);
  #missedLast = new Float64Array(1024);
  /** What each site had left out when counting began. */
  #before = new Float64Array(0);

  /** Makes empty caches. */
  constructor(geometries: CacheGeometries, policy: ReplacementPolicy) {
    this.#geometries = geometries;
    this.#i1 = new CacheModel(geometries.i1, policy);
    this.#d1 = new CacheModel(geometries.d1, policy);
    this.#ll = new CacheModel(geometries.ll, policy);
  }

  /** The lines of the first level, by which events may be left out. */
  get lines(): CacheLines {
    const sets = ({ size, ways, line }: CacheGeometry) => ({ line, sets: size / ways / line });
    return { data: sets(this.#geometries.d1), code: sets(this.#geometries.i1) };
  }

  /** Takes events. */
  take({ length, sites: numbers, addresses }: EventBatch, { kinds, sizes, length: siteCount }: EventSites): void {
    this.#came = grown(this.#came, siteCount);
    this.#missed = grown(this.#missed, siteCount);
    this.#missedLast = grown(this.#missedLast, siteCount);
    const came = this.#came;
    const [i1, d1, ll] = [this.#i1, this.#d1, this.#ll];
    for (let at = 0; at < length; at++) {
      const site = numbers[at];
      came[site]++;
      const address = addresses[at];
      if ((kinds[site] === EVENT.FETCH ? i1 : d1).useBytes(address, sizes[site])) continue;
      this.#missed[site]++;
      if (!ll.useBytes(address, sizes[site])) this.#missedLast[site]++;
    }
  }

  /** What the events of a site came to, with those that it left out. */
  misses(site: number, sites: EventSites): SiteMisses {
    const refs = (this.#came[site] ?? 0) + sites.omitted(site) - (this.#before[site] ?? 0);
    return { refs, first: this.#missed[site] ?? 0, last: this.#missedLast[site] ?? 0 };
  }

  /** Counts anew; what is in the caches stays. */
  reset(sites: EventSites): void {
    for (const counts of [this.#came, this.#missed, this.#missedLast]) counts.fill(0);
    this.#before = Float64Array.from({ length: sites.length }, (_, site) => sites.omitted(site));
  }
}
