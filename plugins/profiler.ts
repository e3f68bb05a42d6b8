/**
 * A profile as a page of its own: functions in a table, their code with counts and loops, who calls whom, and a flame
 * graph. The page needs neither a server nor the network; its parts are in the folder profiler/.
 *
 *     ceratops run --plugin profiler --output profile.html ./program
 */

import {
  type CallEdge,
  controlFlow,
  definePlugin,
  naturalLoops,
  type PluginInstruction,
  symbolLabel,
  trackCalls,
  trackEdges,
} from "../mod.ts";
import html from "./profiler/page.html" with { type: "text" };
import css from "./profiler/page.css" with { type: "text" };
import main from "./profiler/main.js" with { type: "text" };
import table from "./profiler/table.js" with { type: "text" };
import code from "./profiler/code.js" with { type: "text" };
import flame from "./profiler/flame.js" with { type: "text" };
import graph from "./profiler/graph.js" with { type: "text" };

/** A function, as the page has it. */
interface ProfiledFunction {
  readonly name: string;
  readonly image: string;
  readonly address: bigint;
  readonly size: number;
  self: number;
  /** With all that it called, each instruction once. */
  inclusive: number;
  calls: number;
}

/** Calls of a function by one stack of functions. */
interface Node {
  readonly index: number;
  readonly depth: number;
  self: number;
  calls: number;
  readonly callees: Map<number, Node>;
  readonly edges: Map<CallEdge, Node>;
}

/** A stack of functions, as the page has it: function, instructions with those of its callees, callees. */
type Flame = readonly [index: number, inclusive: number, callees: readonly Flame[]];

/** Calls that are deeper count for this depth. */
const DEEPEST = 100;
/** Stacks of a smaller part of all instructions are left out of the page. */
const LEAST = 0.0005;

export default definePlugin({
  name: "profiler",
  description: "A profile as a page: functions, code, loops, calls, flame graph",
  formats: ["html", "json"],
  params: {
    limit: { type: "number", default: 60, description: "Number of functions whose code is shown" },
  },
  setup(api) {
    const functions: ProfiledFunction[] = [];
    const indexes = new Map<bigint, number>();
    const top = newNode(-1, -1);
    const edges = trackEdges(api);

    trackCalls<Node>(api, {
      data({ edge, parent }) {
        const above = parent?.data ?? top;
        let node = above.edges.get(edge);
        if (node === undefined) above.edges.set(edge, node = calleeOf(above, indexOf(edge)));
        node.calls++;
        return node;
      },
      onBlock: ({ data }, _, count) => data.self += count,
    });

    /** The number of the function that is called. */
    function indexOf({ symbol, address }: Pick<CallEdge, "symbol" | "address">): number {
      const image = api.images.find(({ start, end }) => start <= address && address < end);
      const key = symbol?.address ?? image?.start ?? 0n;
      let index = indexes.get(key);
      if (index === undefined) {
        const name = symbol?.name ?? (image === undefined ? "anonymous memory" : `code of ${image.name}`);
        const place = { address: key, size: symbol?.size ?? 0, image: image?.path ?? "" };
        index = functions.push({ name, ...place, self: 0, inclusive: 0, calls: 0 }) - 1;
        indexes.set(key, index);
      }
      return index;
    }

    /** Sums stacks up, by function and by pairs of caller and callee. */
    function summed() {
      const rows = functions.map((each) => ({ ...each }));
      const calls = new Map<string, { from: number; to: number; calls: number; inclusive: number }>();
      const active = new Set<number>();
      function visit(node: Node): number {
        const isOutermost = node.index >= 0 && !active.has(node.index);
        if (isOutermost) active.add(node.index);
        let inclusive = node.self;
        for (const callee of node.callees.values()) {
          const below = visit(callee);
          inclusive += below;
          if (node.index < 0) continue;
          const key = `${node.index} ${callee.index}`;
          const call = calls.get(key) ?? { from: node.index, to: callee.index, calls: 0, inclusive: 0 };
          calls.set(key, { ...call, calls: call.calls + callee.calls, inclusive: call.inclusive + below });
        }
        if (node.index < 0) return inclusive;
        const row = rows[node.index];
        row.calls += node.calls;
        row.self += node.self;
        if (isOutermost) {
          row.inclusive += inclusive;
          active.delete(node.index);
        }
        return inclusive;
      }
      visit(top);
      return { rows, calls: [...calls.values()] };
    }

    function flames(node: Node, least: number): Flame {
      const callees = [...node.callees.values()].map((callee) => flames(callee, least));
      const inclusive = callees.reduce((sum, [, below]) => sum + below, node.self);
      return [node.index, inclusive, callees.filter(([, below]) => below >= least).sort((a, b) => b[1] - a[1])];
    }

    function profile() {
      const { rows, calls } = summed();
      const counts = api.coverage.counts();
      const ran = api.coverage.blockCounts();
      const steps = edges.edges();
      const hottest = new Set(
        rows.toSorted((a, b) => b.self - a.self).filter(({ size }) => size > 0).slice(0, api.params.limit),
      );
      const list = rows.map((row) => {
        if (!hottest.has(row)) return { ...row, code: [], starts: [], loops: [] };
        const instructions = api.disassemble(row.address, row.size);
        const callEnds = new Set(
          instructions.filter((each) => api.flow(each) === "call").map(({ address, size }) => address + BigInt(size)),
        );
        const end = row.address + BigInt(row.size);
        const flow = controlFlow(row.address, end, ran, steps, (address) => callEnds.has(address));
        return {
          ...row,
          code: instructions.map((each) => [
            ...[each.address, counts.get(Number(each.address)) ?? 0, textOf(each)],
            ...[api.symbolAt(each.address)?.source?.line ?? 0],
          ]),
          starts: flow.blocks.map(({ start }) => start),
          loops: naturalLoops(flow.blocks, flow.steps, row.address),
        };
      });
      const total = api.coverage.total;
      return {
        ...{ program: [api.guest.program, ...api.guest.args].join(" "), total, functions: list, calls },
        flame: flames(top, total * LEAST),
      };
    }

    function textOf({ mnemonic, operands }: PluginInstruction): string {
      const target = /^0x[0-9a-f]+$/.test(operands) ? api.symbolAt(BigInt(operands)) : undefined;
      const name = target === undefined ? "" : `  <${symbolLabel(target, undefined, 0n)}>`;
      return `${mnemonic} ${operands}${name}`.trimEnd();
    }

    api.onReport((report) => {
      if (report.format === "json") return report.writeJson(profile());
      const parts: string[] = [];
      const data = JSON.stringify(
        profile(),
        (_, value) => typeof value === "bigint" ? `0x${value.toString(16)}` : value,
      );
      parts.push(
        `const page = { views: {}, profile: ${data.replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028")} };`,
      );
      parts.push(table, code, flame, graph, main);
      report.write(
        html.replace("/* style */", () => css).replace("/* script */", () => parts.join("\n")),
      );
    });
    api.onReset(() => reset(top));
  },
});

function newNode(index: number, depth: number): Node {
  return { index, depth, self: 0, calls: 0, callees: new Map(), edges: new Map() };
}

function calleeOf(above: Node, index: number): Node {
  const known = above.callees.get(index);
  if (known !== undefined) return known;
  // What is deeper counts for the last function that is shown.
  const node = above.depth < DEEPEST ? newNode(index, above.depth + 1) : above;
  if (node !== above) above.callees.set(index, node);
  return node;
}

function reset(node: Node): void {
  node.self = node.calls = 0;
  node.callees.forEach(reset);
}
