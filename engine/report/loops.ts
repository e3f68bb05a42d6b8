/**
 * Loops of a function, from the control flow that was taken: natural loops, that is a block that dominates another which
 * jumps back to it, with all blocks in between. Dominators as by Cooper, Harvey and Kennedy, "A Simple, Fast Dominance
 * Algorithm". Leaves out loops that are entered in two places: they have no such block.
 */

import type { CountedSpan, FlowStep } from "./control_flow.ts";

/** A loop. */
export interface NaturalLoop {
  /** Where its first block starts. */
  readonly head: bigint;
  /** Where its blocks start, in address order. */
  readonly blocks: readonly bigint[];
  /** How often it was entered from outside. */
  readonly entries: number;
  /** How often it went back to its head. */
  readonly iterations: number;
  /** Number of loops that it is in. */
  readonly depth: number;
}

/**
 * Finds the loops of a graph.
 *
 * @param blocks The blocks of one function.
 * @param steps The steps between them.
 * @param entry Where the function is entered.
 * @returns The loops in address order of their heads; those outside come before those they contain.
 */
export function naturalLoops(
  blocks: readonly CountedSpan[],
  steps: readonly FlowStep[],
  entry: bigint,
): NaturalLoop[] {
  const after = Map.groupBy(steps, ({ from }) => from);
  const before = Map.groupBy(steps, ({ to }) => to);
  const order = reversePostorder(entry, (block) => (after.get(block) ?? []).map(({ to }) => to));
  const dominators = immediateDominators(order, (block) => (before.get(block) ?? []).map(({ from }) => from));
  const dominates = (a: bigint, b: bigint) => {
    for (let block: bigint | undefined = b; block !== undefined; block = dominators.get(block)) {
      if (block === a) return true;
      if (block === entry) return false;
    }
    return false;
  };
  const backward = steps.filter(({ from, to }) => dominators.has(from) && dominates(to, from));
  const bodies = [...Map.groupBy(backward, ({ to }) => to)].map(([head, back]) => {
    const body = new Set([head]);
    const work = back.map(({ from }) => from);
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      if (body.has(block)) continue;
      body.add(block);
      for (const { from } of before.get(block) ?? []) if (dominators.has(from)) work.push(from);
    }
    return { head, body, iterations: back.reduce((sum, { count }) => sum + count, 0) };
  });
  const counts = new Map(blocks.map(({ start, count }) => [start, count]));
  return bodies.map(({ head, body, iterations }) => ({
    head,
    blocks: [...body].sort((a, b) => a < b ? -1 : 1),
    iterations,
    entries: (counts.get(head) ?? 0) - iterations,
    depth: bodies.filter((other) => other.head !== head && other.body.has(head)).length,
  })).sort((a, b) => a.head < b.head ? -1 : 1);
}

function reversePostorder(entry: bigint, next: (block: bigint) => readonly bigint[]): bigint[] {
  const order: bigint[] = [];
  const seen = new Set([entry]);
  const stack = [{ block: entry, left: [...next(entry)] }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const block = top.left.pop();
    if (block === undefined) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(block)) {
      seen.add(block);
      stack.push({ block, left: [...next(block)] });
    }
  }
  return order.reverse();
}

/** @param order All blocks that can be reached, the entry first. */
function immediateDominators(
  order: readonly bigint[],
  previous: (block: bigint) => readonly bigint[],
): ReadonlyMap<bigint, bigint> {
  const rank = new Map(order.map((block, index) => [block, index]));
  const dominators = new Map<bigint, bigint>(order.slice(0, 1).map((entry) => [entry, entry]));
  const meet = (a: bigint, b: bigint): bigint => {
    let [left, right] = [a, b];
    while (left !== right) {
      if ((rank.get(left) ?? 0) > (rank.get(right) ?? 0)) left = dominators.get(left) ?? left;
      else right = dominators.get(right) ?? right;
    }
    return left;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order.slice(1)) {
      const known = previous(block).filter((each) => dominators.has(each));
      const dominator = known.reduce(meet);
      if (dominators.get(block) === dominator) continue;
      dominators.set(block, dominator);
      changed = true;
    }
  }
  return dominators;
}
