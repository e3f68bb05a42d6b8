/**
 * Which block was followed by which, and how often: for plugins about branches and control flow.
 *
 * It is made from the flow of blocks. What follows a block that was left before its end is no edge, and neither is the
 * way into a signal's handler. Each thread goes its own way.
 */

import type { PluginApi } from "../plugin.ts";

/** A step from one block to the next. */
export interface Edge {
  /** Address of the first block. */
  readonly from: bigint;
  /** Address of its last instruction. */
  readonly site: bigint;
  /** Address past its end. */
  readonly end: bigint;
  /** Address of the block that followed. */
  readonly to: bigint;
  /** How often. */
  readonly count: number;
}

interface Source {
  readonly from: bigint;
  readonly site: bigint;
  readonly end: bigint;
  readonly to: Map<Source, { count: number }>;
  /** Where it went last, which is where it goes next as a rule. */
  last: Source | undefined;
  lastCount: { count: number };
}

/**
 * Follows the guest from block to block.
 *
 * @returns What gives the edges so far, by ascending address.
 */
export function trackEdges(
  api: Pick<PluginApi, "onTranslate" | "onFlow" | "onLeave" | "onActiveChange" | "onReset">,
): { edges(): readonly Edge[] } {
  const sources: (Source | undefined)[] = [];
  /** The block that each thread entered last. */
  const last = new Map<number, Source | undefined>();
  let running = 0;
  const forget = () => last.clear();

  api.onTranslate((block) => {
    const { id, address, size, instructions } = block;
    while (sources.length < id) sources.push(undefined); // no holes, which make it slow
    sources[id] = {
      ...{ from: address, site: instructions.at(-1)?.address ?? address, end: address + BigInt(size) },
      ...{ to: new Map(), last: undefined, lastCount: { count: 0 } },
    };
  });
  api.onFlow((batch) => {
    running = batch.thread;
    let previous = last.get(running);
    for (let index = 0; index < batch.length; index++) {
      const number = batch.block(index);
      const block = sources[number];
      if (block === undefined) { // other code is left out; a signal's handler follows from nothing
        if (number === 0) previous = undefined;
        continue;
      }
      if (previous !== undefined) {
        if (previous.last !== block) choose(previous, block);
        previous.lastCount.count++;
      }
      previous = block;
    }
    last.set(running, previous);
  });
  api.onLeave(() => void last.delete(running));
  api.onActiveChange(forget);
  api.onReset(() => {
    forget();
    for (const source of sources) source?.to.forEach((edge) => edge.count = 0);
  });

  return { edges: () => edges(sources.filter((source) => source !== undefined)) };
}

function choose(from: Source, to: Source): void {
  from.last = to;
  const known = from.to.get(to);
  from.lastCount = known ?? { count: 0 };
  if (known === undefined) from.to.set(to, from.lastCount);
}

/** Blocks of one place and size that were announced more than once are one. */
function edges(sources: readonly Source[]): Edge[] {
  const all = new Map<string, Edge>();
  for (const { from, site, end, to } of sources) {
    for (const [target, { count }] of to) {
      const key = `${from} ${end} ${target.from}`;
      const before = all.get(key)?.count ?? 0;
      if (count > 0) all.set(key, { from, site, end, to: target.from, count: before + count });
    }
  }
  return [...all.values()].sort((a, b) => Number(a.from - b.from || a.end - b.end || a.to - b.to));
}
