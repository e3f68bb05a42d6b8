/**
 * The calls of a guest as a tree: each function below the one that called it, for flame graphs and call graphs.
 *
 * Calls that the compiler inlined are calls, if the plugin wants them: an instruction is executed in the innermost one
 * that it is of. Such a call counts as often as the instruction that its code is entered at is executed.
 */

import type { InlinedCall } from "../debug/mod.ts";
import type { PluginApi } from "../plugin.ts";
import { symbolLabel } from "../report/table.ts";
import { demangle, type Image } from "../symbols/mod.ts";
import type { CallEdge, TrackedBlock } from "./call_frames.ts";
import { trackCalls } from "./calls.ts";

/** A function that is called: one object for all its calls. */
export interface CalledFunction {
  /** Its name, demangled; without a symbol, the image and where it is in it. */
  readonly name: string;
  /** Path of the image it is in; empty for code in none. */
  readonly image: string;
  /** Where it begins or, without a symbol, where it was entered first; if it is inlined, one of the places. */
  readonly address: bigint;
  /** In bytes; 0 if it is not known. */
  readonly size: number;
  /** Whether it is inlined where it is called, and has no code of its own. */
  readonly isInlined: boolean;
}

/** The calls of a function by one stack of functions. */
export interface CallNode {
  /** The function; undefined for what is above all others. */
  readonly called: CalledFunction | undefined;
  /** Number of functions above it; -1 for what is above all others. */
  readonly depth: number;
  /** Instructions executed in the function itself. */
  executed: number;
  /** How often it was called. */
  calls: number;
  /** What it called. */
  readonly callees: Map<CalledFunction, CallNode>;
}

/** How a tree is made. */
export interface CallTreeOptions {
  /** Whether calls that were inlined are calls. */
  readonly inlined: boolean;
  /** Depth that deeper calls count for. */
  readonly deepest?: number;
}

/** A node with what makes it fast to find. */
interface Node extends CallNode {
  readonly callees: Map<CalledFunction, Node>;
  /** Callees by what calls them. */
  readonly edges: Map<CallEdge, Node>;
  /** What of a block is executed where, if calls are inlined in it. */
  readonly parts: Map<TrackedBlock, readonly Part[]>;
}

/** Instructions of a block that follow each other and are executed in the same call. */
interface Part {
  readonly node: Node;
  /** The inlined calls that begin with the first of them. */
  readonly entered: readonly Node[];
  readonly length: number;
}

/** What a tree is made from: it may be the interface of any plugin. */
export type CallTreeSource = Pick<
  PluginApi,
  "onTranslate" | "onFlow" | "onLeave" | "onActiveChange" | "onReset" | "images" | "inlinedAt"
>;

/** Follows all calls of the guest from now on. @returns What is above the first functions; the tree grows. */
export function followCallTree(api: CallTreeSource, { inlined, deepest = Infinity }: CallTreeOptions): CallNode {
  const top = newNode(undefined, -1);
  const functions = new Map<bigint, CalledFunction>();
  const inlinedFunctions = new Map<string, CalledFunction>();
  const inlinedCalls = new Map<InlinedCall, CalledFunction>();
  /** Blocks without inlined calls: most of them. */
  const plain = new Set<TrackedBlock>();
  const inlinedByAddress = new Map<bigint, readonly InlinedCall[]>();

  trackCalls<Node>(api, {
    data({ edge, parent }) {
      const above = parent?.data ?? top;
      let node = above.edges.get(edge);
      if (node === undefined) {
        const path = edge.site === undefined ? [above] : within(above, inlinedAt(edge.site));
        above.edges.set(edge, node = below(path[path.length - 1], functionOf(edge)));
      }
      node.calls++;
      return node;
    },
    onBlock({ data }, block, count) {
      if (plain.has(block)) data.executed += count;
      else executeParts(data, block, count);
    },
  });
  api.onReset(() => reset(top));
  return top;

  function executeParts(node: Node, block: TrackedBlock, count: number): void {
    let parts = node.parts.get(block);
    if (parts === undefined) {
      parts = partsOf(node, block);
      if (parts.every((part) => part.node === node && part.entered.length === 0)) {
        plain.add(block);
        node.executed += count;
        return;
      }
      node.parts.set(block, parts);
    }
    if (count >= 0) {
      for (const { node, length, entered } of parts) {
        node.executed += length;
        for (const each of entered) each.calls++;
      }
      return;
    }
    // A block that was left early takes its last instructions back.
    let left = -count;
    for (const { node, length, entered } of parts.toReversed()) {
      const taken = Math.min(left, length);
      node.executed -= taken;
      if (taken === length) { for (const each of entered) each.calls--; }
      left -= taken;
      if (left === 0) return;
    }
  }

  function partsOf(node: Node, { instructions }: TrackedBlock): Part[] {
    const parts: { node: Node; entered: readonly Node[]; length: number }[] = [];
    for (const { address } of instructions) {
      const calls = inlinedAt(address);
      const path = within(node, calls);
      const inner = path[path.length - 1];
      const entered = path.slice(1).filter((_, index) => calls[index].start === address);
      const last = parts.at(-1);
      if (last?.node === inner && entered.length === 0) last.length++;
      else parts.push({ node: inner, entered, length: 1 });
    }
    return parts;
  }

  function inlinedAt(address: bigint): readonly InlinedCall[] {
    if (!inlined) return [];
    let calls = inlinedByAddress.get(address);
    if (calls === undefined) inlinedByAddress.set(address, calls = api.inlinedAt(address));
    return calls;
  }

  /** A node and the inlined calls in it, the innermost last. */
  function within(node: Node, calls: readonly InlinedCall[]): Node[] {
    const path = [node];
    for (const call of calls) path.push(below(path[path.length - 1], inlinedFunction(call)));
    return path;
  }

  function below(above: Node, called: CalledFunction): Node {
    let node = above.callees.get(called);
    if (node !== undefined) return node;
    if (above.depth >= deepest) return above;
    above.callees.set(called, node = newNode(called, above.depth + 1));
    return node;
  }

  function functionOf({ symbol, address }: CallEdge): CalledFunction {
    const start = symbol?.address ?? address;
    let found = functions.get(start);
    if (found === undefined) {
      const image = imageAt(start);
      const name = symbol === undefined ? symbolLabel(undefined, image, start) : demangle(symbol.name);
      const place = { image: image?.path ?? "", address: start, size: symbol?.size ?? 0 };
      functions.set(start, found = { name, ...place, isInlined: false });
    }
    return found;
  }

  /** The function that a call was inlined of: the same for all such calls in one image. */
  function inlinedFunction(call: InlinedCall): CalledFunction {
    let found = inlinedCalls.get(call);
    if (found !== undefined) return found;
    const { name, symbol, source, start } = call;
    const image = imageAt(start)?.path ?? "";
    const key = [symbol, source?.directory, source?.file, source?.line, image].join("\n");
    found = inlinedFunctions.get(key) ?? { name, image, address: start, size: 0, isInlined: true };
    inlinedFunctions.set(key, found);
    inlinedCalls.set(call, found);
    return found;
  }

  function imageAt(address: bigint): Image | undefined {
    return api.images.find(({ start, end }) => start <= address && address < end);
  }
}

function newNode(called: CalledFunction | undefined, depth: number): Node {
  return { called, depth, executed: 0, calls: 0, callees: new Map(), edges: new Map(), parts: new Map() };
}

function reset(node: CallNode): void {
  node.executed = node.calls = 0;
  node.callees.forEach(reset);
}
