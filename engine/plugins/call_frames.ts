/**
 * Frames of a shadow call stack, and the edges between the blocks that calls go along. See calls.ts.
 */

import type { PluginInstruction } from "../plugin.ts";
import type { SymbolAt } from "../symbols/mod.ts";

/** A function and where it is called from: one object for all its calls from there. */
export interface CallEdge {
  /** The function. */
  readonly symbol: SymbolAt | undefined;
  /** Where it is entered. */
  readonly address: bigint;
  /** The instruction that calls or jumps to it; undefined if that is none of the code at hand. */
  readonly site: bigint | undefined;
}

/** A function that was called and has not returned. */
export interface CallFrame<T = undefined> extends CallEdge {
  /** Number of the call, from 0. */
  readonly id: number;
  /** 0 for what was called first; -1 for the code that the program started in. */
  readonly depth: number;
  /** The function that called it; undefined for the code that the program started in. */
  readonly parent: CallFrame<T> | undefined;
  /** Function and caller. */
  readonly edge: CallEdge;
  /** Instructions that its thread had executed when it was entered. */
  readonly before: number;
  /** Instructions that all threads had executed then. */
  readonly began: number;
  /** Where the return address is. */
  readonly sp: bigint;
  /** Where it returns to; 0 for a signal handler and for the code that the program started in. */
  readonly returnAddress: bigint;
  /** Whether it was jumped to, and returns to its caller's caller. */
  readonly isTail: boolean;
  /** The plugin's own. */
  data: T;
}

/** A block as the tracker knows it. */
export interface TrackedBlock {
  /** Where it starts. */
  readonly address: bigint;
  /** The address past its last byte. */
  readonly end: bigint;
  /** Its instructions, those within the plugin's part of the code. */
  readonly instructions: readonly PluginInstruction[];
  /** The symbol it starts in. */
  readonly symbol: SymbolAt | undefined;
}

/** A block, and what the flow is followed by. */
export interface Known extends TrackedBlock {
  readonly count: number;
  readonly isCall: boolean;
  /** Whether what comes after it may be in another frame, even if no function starts there. */
  readonly leads: boolean;
  /** Whether it is where a function starts. */
  readonly isStart: boolean;
  readonly last: bigint | undefined;
  /** Edges from here by what they lead to, and the one that was taken last. */
  readonly edges: Map<Known, Edge>;
  lastEdge: Edge | undefined;
}

/** A function and where it is called from. */
export class Edge implements CallEdge {
  readonly #block: Known;
  readonly #caller: Known | undefined;

  constructor(block: Known, caller: Known | undefined) {
    this.#block = block;
    this.#caller = caller;
  }

  get block(): Known {
    return this.#block;
  }

  get symbol(): SymbolAt | undefined {
    return this.#block.symbol;
  }

  get address(): bigint {
    return this.#block.address;
  }

  get site(): bigint | undefined {
    return this.#caller?.last;
  }

  get returnAddress(): bigint {
    return this.#caller?.end ?? 0n;
  }
}

/** There are millions of these: what can be worked out is. */
export class Frame<T> implements CallFrame<T> {
  readonly id: number;
  readonly depth: number;
  readonly parent: Frame<T> | undefined;
  readonly edge: Edge;
  readonly isTail: boolean;
  readonly before: number;
  readonly began: number;
  readonly stackPointer: number;
  data!: T;

  constructor(
    id: number,
    parent: Frame<T> | undefined,
    edge: Edge,
    isTail: boolean,
    counts: { readonly own: number; readonly all: number },
    sp: number,
  ) {
    this.id = id;
    this.depth = parent === undefined ? -1 : parent.depth + 1;
    this.parent = parent;
    this.edge = edge;
    this.isTail = isTail;
    this.before = counts.own;
    this.began = counts.all;
    this.stackPointer = sp;
  }

  get symbol(): SymbolAt | undefined {
    return this.edge.symbol;
  }

  get address(): bigint {
    return this.edge.address;
  }

  get site(): bigint | undefined {
    return this.edge.site;
  }

  get sp(): bigint {
    return BigInt(this.stackPointer);
  }

  get returnAddress(): bigint {
    return this.isTail ? this.parent?.returnAddress ?? 0n : this.edge.returnAddress;
  }
}

/** The edge from a block that calls or jumps to another one. */
export function edgeOf(from: Known, to: Known): Edge {
  if (from.lastEdge?.block === to) return from.lastEdge;
  let edge = from.edges.get(to);
  if (edge === undefined) from.edges.set(to, edge = new Edge(to, from));
  return from.lastEdge = edge;
}
