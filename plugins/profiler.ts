/**
 * A profile as a page of its own: functions in a table, their code with counts and loops, who calls whom, and a flame
 * graph. The page needs neither a server nor the network; its parts are in the folder profiler/.
 *
 *     ceratops run --plugin profiler --output profile.html ./program
 */

import {
  type CalledFunction,
  type CallNode,
  controlFlow,
  definePlugin,
  followCallTree,
  naturalLoops,
  type PluginInstruction,
  symbolLabel,
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
interface ProfiledFunction extends CalledFunction {
  self: number;
  /** With all that it called, each instruction once. */
  inclusive: number;
  calls: number;
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
    inlined: {
      type: "boolean",
      default: true,
      description: "Whether calls that were inlined are calls; from the start",
    },
  },
  setup(api) {
    const edges = trackEdges(api);
    const top = followCallTree(api, { inlined: api.params.inlined, deepest: DEEPEST });

    /** Sums stacks up, by function and by pairs of caller and callee. */
    function summed(least: number) {
      const rows: ProfiledFunction[] = [];
      const indexes = new Map<CalledFunction, number>();
      const calls = new Map<string, { from: number; to: number; calls: number; inclusive: number }>();
      const active = new Set<number>();

      function indexOf(called: CalledFunction): number {
        let index = indexes.get(called);
        if (index === undefined) {
          index = rows.push({ ...called, self: 0, inclusive: 0, calls: 0 }) - 1;
          indexes.set(called, index);
        }
        return index;
      }

      /** The stacks from a node on, without those of hardly any instructions. */
      function visit(node: CallNode, index: number): Flame {
        const isOutermost = index >= 0 && !active.has(index);
        if (isOutermost) active.add(index);
        const callees = [...node.callees].map(([called, below]) => ({ below, flame: visit(below, indexOf(called)) }));
        const inclusive = callees.reduce((sum, { flame }) => sum + flame[1], node.executed);
        for (const { below, flame: [to, cost] } of index < 0 ? [] : callees) {
          const key = `${index} ${to}`;
          const call = calls.get(key) ?? { from: index, to, calls: 0, inclusive: 0 };
          calls.set(key, { ...call, calls: call.calls + below.calls, inclusive: call.inclusive + cost });
        }
        if (index >= 0) {
          const row = rows[index];
          row.calls += node.calls;
          row.self += node.executed;
          if (isOutermost) {
            row.inclusive += inclusive;
            active.delete(index);
          }
        }
        const shown = callees.map(({ flame }) => flame).filter(([, cost]) => cost >= least);
        return [index, inclusive, shown.sort((a, b) => b[1] - a[1])];
      }
      const flame = visit(top, -1);
      return { rows, calls: [...calls.values()], flame };
    }

    function profile() {
      const { total } = api.coverage;
      const { rows, calls, flame } = summed(total * LEAST);
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
      return { program: [api.guest.program, ...api.guest.args].join(" "), total, functions: list, calls, flame };
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
  },
});
