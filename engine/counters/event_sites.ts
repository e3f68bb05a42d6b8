/**
 * Events as they are handed over: batches of them, the sites that they are from, and who gets which.
 */

import type { CacheLines } from "../ffi/event_stubs.ts";

export type { CacheLines, CacheSets } from "../ffi/event_stubs.ts";

/** Kinds of events that can be asked for. */
export type EventKind = "accesses" | "blocks" | "instructions" | "fetches";

/** What the event of a site is; an access may be both a read and a write. */
export const EVENT = { READ: 1, WRITE: 2, BLOCK: 4, INSTRUCTION: 8, FETCH: 16 } as const;

/** Events in the order they happened. The arrays are used again: keep nothing of them. */
export interface EventBatch {
  /** Id of the thread that all of them are of. */
  readonly thread: number;
  /** Number of events. */
  readonly length: number;
  /** The site of each. */
  readonly sites: Uint32Array;
  /** The address accessed; of an instruction, a fetch or a block, its own. */
  readonly addresses: Float64Array;
}

/** What is the same for all events of a site, by the site's number. */
export interface SiteColumns {
  /** Sites so far. */
  readonly length: number;
  /** Bits of {@linkcode EVENT}. */
  readonly kinds: Uint8Array;
  /** Address of the instruction, or of the block. */
  readonly pcs: Float64Array;
  /** Bytes accessed; of an instruction, a fetch or a block, its own size. */
  readonly sizes: Uint32Array;
}

/** Where events come from. */
export interface EventSites extends SiteColumns {
  /** How many accesses of a site were left out so far, because they change nothing in the caches asked for. */
  omitted(site: number): number;
}

/** Who gets events. */
export interface EventReceiver {
  readonly kinds: ReadonlySet<EventKind>;
  /** Whether the code at an address is of interest. */
  covers(address: number): boolean;
  receive(batch: EventBatch): void;
  /** Caches in whose terms it thinks: what changes nothing in them may be left out. Needed for fetches. */
  lines?(): CacheLines;
}

/** The sites of a guest. */
export class SiteList implements EventSites {
  readonly omitted: (site: number) => number;
  length = 0;
  kinds = new Uint8Array(1024);
  pcs = new Float64Array(1024);
  sizes = new Uint32Array(1024);

  /** @param omitted Tells the accesses that a site left out. */
  constructor(omitted: (site: number) => number) {
    this.omitted = omitted;
  }

  add(kind: number, pc: number, size: number): number {
    if (this.length === this.kinds.length) {
      const [kinds, pcs, sizes] = [this.kinds, this.pcs, this.sizes];
      this.kinds = new Uint8Array(2 * kinds.length);
      this.kinds.set(kinds);
      this.pcs = new Float64Array(2 * pcs.length);
      this.pcs.set(pcs);
      this.sizes = new Uint32Array(2 * sizes.length);
      this.sizes.set(sizes);
    }
    this.kinds[this.length] = kind;
    this.pcs[this.length] = pc;
    this.sizes[this.length] = size;
    return this.length++;
  }
}

/** Sites that a receiver wants, when it does not want all that are recorded. */
export class EventFilter {
  readonly receiver: EventReceiver;
  #mask = new Uint8Array(1024);
  #refuses = false;
  #addresses = new Float64Array(0);
  #sites = new Uint32Array(0);

  constructor(receiver: EventReceiver) {
    this.receiver = receiver;
  }

  /** Notes a new site. */
  note(site: number, isWanted: boolean): void {
    while (site >= this.#mask.length) {
      const mask = this.#mask;
      this.#mask = new Uint8Array(2 * mask.length);
      this.#mask.set(mask);
    }
    this.#mask[site] = isWanted ? 1 : 0;
    this.#refuses ||= !isWanted;
  }

  deliver(batch: EventBatch): void {
    if (!this.#refuses) return this.receiver.receive(batch);
    if (this.#sites.length < batch.length) {
      this.#sites = new Uint32Array(batch.sites.length);
      this.#addresses = new Float64Array(batch.sites.length);
    }
    let length = 0;
    for (let at = 0; at < batch.length; at++) {
      const site = batch.sites[at];
      if (this.#mask[site] === 0) continue;
      this.#sites[length] = site;
      this.#addresses[length++] = batch.addresses[at];
    }
    const { thread } = batch;
    if (length > 0) this.receiver.receive({ thread, length, sites: this.#sites, addresses: this.#addresses });
  }
}
