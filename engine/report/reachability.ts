/**
 * Which blocks of a heap can still be reached through pointers, as valgrind's memcheck tells leaks apart: any aligned
 * word that could be a pointer is taken for one. See the memcheck manual, 4.2.10.
 */

/** How a block can be reached. */
export type Reachability = "reachable" | "possibly" | "indirectly" | "definitely";

/** A block of the heap. */
export interface HeapRange {
  /** Its first address. */
  readonly start: number;
  /** In bytes. */
  readonly size: number;
}

/** Memory that may hold pointers, copied: 32-bit halves of aligned 64-bit words. */
export type Words = Uint32Array;

const HIGH = 2 ** 32;

/**
 * Tells blocks apart: `reachable` through pointers to their first bytes; `possibly` lost, if only pointers to their
 * middles lead there; `definitely` lost; and `indirectly` lost, if only lost blocks lead there.
 *
 * @param blocks In address order.
 * @param roots Memory outside of the heap.
 * @param contents Reads a block.
 */
export function reachability<B extends HeapRange>(
  blocks: readonly B[],
  roots: Iterable<Words>,
  contents: (block: B) => Words,
): Map<B, Reachability> {
  const found = new Map<B, Reachability>();
  const work: B[] = [];

  function scan(words: Words, isStrong: boolean): void {
    for (let at = 0; at + 1 < words.length; at += 2) {
      const high = words[at + 1];
      if (high > 0xffff) continue; // no address of a program
      const address = words[at] + high * HIGH;
      const block = blockAt(blocks, address);
      if (block === undefined) continue;
      const how = isStrong && address === block.start ? "reachable" : "possibly";
      const before = found.get(block);
      if (before === "reachable" || before === how) continue;
      found.set(block, how);
      work.push(block);
    }
  }

  function drain(): void {
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      scan(contents(block), found.get(block) === "reachable");
    }
  }

  for (const words of roots) scan(words, true);
  drain();
  for (const block of blocks) {
    if (found.has(block)) continue;
    found.set(block, "definitely");
    loseBelow(block);
  }
  return found;

  /** What a lost block leads to is lost with it, even if it was taken for the first of its kind before. */
  function loseBelow(leader: B): void {
    const below = [leader];
    for (let block = below.pop(); block !== undefined; block = below.pop()) {
      for (const target of targets(contents(block))) {
        if (target === leader || found.get(target) === "indirectly") continue;
        const isLost = !found.has(target) || found.get(target) === "definitely";
        if (!isLost) continue;
        found.set(target, "indirectly");
        below.push(target);
      }
    }
  }

  function* targets(words: Words): Generator<B> {
    for (let at = 0; at + 1 < words.length; at += 2) {
      const block = words[at + 1] > 0xffff ? undefined : blockAt(blocks, words[at] + words[at + 1] * HIGH);
      if (block !== undefined) yield block;
    }
  }
}

function blockAt<B extends HeapRange>(blocks: readonly B[], address: number): B | undefined {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = low + high >> 1;
    if (blocks[middle].start <= address) low = middle + 1;
    else high = middle;
  }
  const block = blocks[low - 1];
  return block !== undefined && address < block.start + Math.max(1, block.size) ? block : undefined;
}
