/**
 * Which block was followed by which, and how often: for plugins about branches and control flow.
 *
 * It is told of every block. What follows a block that was left before its end is no edge. Leaves out threads.
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
  readonly to: Map<bigint, number>;
}

/**
 * Follows the guest from block to block.
 *
 * @returns What gives the edges so far, by ascending address.
 */
export function trackEdges(
  api: Pick<PluginApi, "onTranslate" | "onLeave" | "onActiveChange" | "onReset">,
): { edges(): readonly Edge[] } {
  const sources = new Map<string, Source>();
  let previous: Source | undefined;
  const forget = () => previous = undefined;

  api.onTranslate((block) => {
    const { address, size, instructions } = block;
    const end = address + BigInt(size);
    const key = `${address} ${end}`;
    let source = sources.get(key);
    if (source === undefined) {
      source = { from: address, site: instructions.at(-1)?.address ?? address, end, to: new Map() };
      sources.set(key, source);
    }
    const known = source;
    block.onExecute(() => {
      if (previous !== undefined) previous.to.set(address, (previous.to.get(address) ?? 0) + 1);
      previous = known;
    });
  });
  api.onLeave(forget);
  api.onActiveChange(forget);
  api.onReset(() => {
    forget();
    for (const { to } of sources.values()) to.clear();
  });

  return {
    edges: () =>
      [...sources.values()]
        .flatMap(({ from, site, end, to }) => [...to].map(([to, count]) => ({ from, site, end, to, count })))
        .sort((a, b) => Number(a.from - b.from || a.end - b.end || a.to - b.to)),
  };
}
