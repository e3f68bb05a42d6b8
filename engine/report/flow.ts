/**
 * The flow of control through code that ran: its basic blocks, and how often it went from one to another.
 *
 * All follows from counts of instructions and of jumps not taken. What is left of a block's count came from elsewhere:
 * a call, an indirect jump, a handler. Leaves out code that did not run, and where indirect jumps go.
 */

import { type Transfer, transferOf } from "../disasm/transfers.ts";
import type { CodeCount } from "./coverage_data.ts";

/** A run of instructions that ran equally often, entered at its start and left at its end. */
export interface FlowBlock {
  /** Address of its first instruction. */
  readonly start: number;
  /** Address past its last instruction. */
  readonly end: number;
  /** How often it ran. */
  readonly count: number;
  /** How often it was entered from no block: by a call, an indirect jump, a handler, a return past its callers. */
  external: number;
}

/** A step from a block to the next. */
export interface FlowEdge {
  /** Index of the first block. */
  readonly from: number;
  /** Index of the second. */
  readonly to: number;
  /** How often. */
  readonly count: number;
}

/** Code that ran, as a graph. */
export interface Flow {
  /** By ascending address. */
  readonly blocks: readonly FlowBlock[];
  /** Steps that were taken, in no order. */
  readonly edges: readonly FlowEdge[];
}

interface Executed extends CodeCount {
  readonly offset: number;
  readonly transfer: Transfer;
}

/**
 * Finds the blocks of code and the steps between them.
 *
 * @param code Instructions that ran, by ascending address.
 * @param read Gives the bytes of an instruction.
 */
export function flowOf(
  code: ReadonlyMap<number, CodeCount>,
  read: (offset: number, size: number) => Uint8Array,
): Flow {
  const executed: Executed[] = [];
  for (const [offset, counted] of code) {
    executed.push({ ...counted, offset, transfer: transferOf(read(offset, counted.size), offset) });
  }
  const leaders = leadersOf(executed);
  const blocks: FlowBlock[] = [];
  const byStart = new Map<number, number>();
  const lasts: Executed[] = [];
  for (let at = 0; at < executed.length;) {
    const first = executed[at];
    let last = first;
    for (at++; at < executed.length && !leaders.has(executed[at].offset); at++) last = executed[at];
    byStart.set(first.offset, blocks.length);
    blocks.push({ start: first.offset, end: last.offset + last.size, count: first.count, external: first.count });
    lasts.push(last);
  }
  const edges: FlowEdge[] = [];
  const add = (from: number, to: number | undefined, count: number) => {
    if (to === undefined || count <= 0) return;
    edges.push({ from, to, count });
    blocks[to].external = Math.max(0, blocks[to].external - count);
  };
  lasts.forEach(({ transfer, count, notTaken = 0 }, from) => {
    if (transfer.target !== undefined) {
      add(from, byStart.get(transfer.target), transfer.kind === "jump" ? count : count - notTaken);
    }
    if (transfer.kind === "conditional") add(from, byStart.get(blocks[from].end), notTaken);
  });
  // A call may not return, and a block may be left before its end: no more than the rest comes from there.
  lasts.forEach(({ transfer, count }, from) => {
    const to = byStart.get(blocks[from].end);
    if (to === undefined || (transfer.kind !== "next" && transfer.kind !== "call")) return;
    add(from, to, Math.min(count, blocks[to].external));
  });
  return { blocks, edges };
}

/** Where blocks begin: at targets, behind transfers, and where the count changes. */
function leadersOf(executed: readonly Executed[]): Set<number> {
  const leaders = new Set<number>();
  let previous: Executed | undefined;
  for (const instruction of executed) {
    const { offset, count, transfer } = instruction;
    const isNext = previous !== undefined && previous.transfer.kind === "next" &&
      previous.offset + previous.size === offset && previous.count === count;
    if (!isNext) leaders.add(offset);
    if (transfer.target !== undefined) leaders.add(transfer.target);
    previous = instruction;
  }
  return leaders;
}
