/**
 * How often each line ran: how often control came to it from another line, and how often it went round within it.
 *
 * That is gcov's count. The blocks of a line are those that have code of it. A step into one of them from a block that
 * has none counts; so does each cycle of blocks that all have code of it, as in `while (*p++) ;`. gcov(1), and gcc's
 * gcov.cc, which follows Hawick and James, "Enumerating Circuits and Loops in Graphs with Self-Arcs and Multiple-Arcs".
 */

import type { Flow, FlowEdge } from "./flow.ts";

/** Code of a line. */
export interface LineRange {
  /** Its first address. */
  readonly start: number;
  /** The address past it. */
  readonly end: number;
  /** Which line it is, as a number of the caller's. */
  readonly line: number;
}

/**
 * Counts the executions of lines.
 *
 * @param flow What ran.
 * @param ranges Which code is whose, by ascending address, without overlaps.
 * @returns Executions by line; lines that did not run are left out.
 */
export function countLines({ blocks, edges }: Flow, ranges: readonly LineRange[]): Map<number, number> {
  const lines = linesOfBlocks(blocks, ranges);
  const counts = new Map<number, number>();
  const inner = new Map<number, FlowEdge[]>();
  const add = (line: number, count: number) => {
    if (count > 0) counts.set(line, (counts.get(line) ?? 0) + count);
  };
  blocks.forEach(({ external }, index) => lines[index].forEach((line) => add(line, external)));
  for (const edge of edges) {
    for (const line of lines[edge.to]) {
      if (!lines[edge.from].includes(line)) add(line, edge.count);
      else {
        const list = inner.get(line);
        if (list === undefined) inner.set(line, [edge]);
        else list.push(edge);
      }
    }
  }
  for (const [line, list] of inner) {
    if (list.some(({ from, to }) => to <= from)) add(line, countCycles(list));
  }
  return counts;
}

/** The lines that each block has code of. */
function linesOfBlocks(blocks: Flow["blocks"], ranges: readonly LineRange[]): number[][] {
  let first = 0;
  return blocks.map(({ start, end }) => {
    while (first < ranges.length && ranges[first].end <= start) first++;
    const found: number[] = [];
    for (let at = first; at < ranges.length && ranges[at].start < end; at++) {
      if (!found.includes(ranges[at].line)) found.push(ranges[at].line);
    }
    return found;
  });
}

/**
 * How often control went round: takes cycles off the flow, each as often as its rarest step was taken, until none is left.
 */
export function countCycles(edges: readonly FlowEdge[]): number {
  const left = new Map<number, Map<number, number>>();
  for (const { from, to, count } of edges) {
    const steps = left.get(from) ?? new Map<number, number>();
    left.set(from, steps.set(to, (steps.get(to) ?? 0) + count));
  }
  let total = 0;
  for (const start of [...left.keys()].sort((a, b) => a - b)) {
    for (let cycle = cycleThrough(left, start); cycle !== undefined; cycle = cycleThrough(left, start)) {
      const least = Math.min(...cycle.map(([from, to]) => left.get(from)?.get(to) ?? 0));
      total += least;
      for (const [from, to] of cycle) {
        const steps = left.get(from);
        const rest = (steps?.get(to) ?? 0) - least;
        if (rest > 0) steps?.set(to, rest);
        else steps?.delete(to);
      }
    }
  }
  return total;
}

/** A shortest cycle through a block, as steps. */
function cycleThrough(left: ReadonlyMap<number, ReadonlyMap<number, number>>, start: number) {
  const came = new Map<number, number>();
  const queue = [start];
  for (const from of queue) {
    for (const to of left.get(from)?.keys() ?? []) {
      if (to === start) {
        const cycle: [from: number, to: number][] = [[from, to]];
        for (let at = from; at !== start;) {
          const before = came.get(at) ?? start;
          cycle.push([before, at]);
          at = before;
        }
        return cycle;
      }
      if (came.has(to)) continue;
      came.set(to, from);
      queue.push(to);
    }
  }
  return undefined;
}
