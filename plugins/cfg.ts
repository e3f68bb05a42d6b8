/**
 * The control flow that was taken, as a graph: blocks with their code, edges with their counts.
 *
 * For Graphviz (`dot`), drawn by it (`svg`), or as data. Use it with `within`: `--plugin cfg,within=main`. An edge that
 * leaves that code is left out.
 */

import { definePlugin, PluginError, symbolLabel, trackEdges } from "../mod.ts";
import { drawGraph } from "./cfg/draw_graph.ts";

/** More blocks than this take Graphviz minutes, and are no picture for people. */
const MOST_DRAWN = 1000;

interface Block {
  readonly address: bigint;
  readonly size: number;
  readonly count: number;
  readonly where: string;
  readonly instructions: readonly { readonly address: bigint; readonly text: string }[];
}

interface Edge {
  readonly from: bigint;
  readonly to: bigint;
  readonly count: number;
}

export default definePlugin({
  name: "cfg",
  description: "The control flow that was taken, as a graph for Graphviz",
  formats: ["dot", "svg", "json"],
  setup(api) {
    const tracker = trackEdges(api);

    function blocks(): Block[] {
      return api.coverage.blockCounts().map(({ address, size, count }) => {
        const image = api.images.find(({ start, end }) => start <= address && address < end);
        const instructions = api.disassemble(address, size).map(({ address, mnemonic, operands }) => ({
          ...{ address, text: `${mnemonic} ${operands}`.trimEnd() },
        }));
        return { address, size, count, where: symbolLabel(api.symbolAt(address), image, address), instructions };
      });
    }

    api.onReport((report) => {
      const known = blocks();
      const addresses = new Set(known.map(({ address }) => address));
      const edges = tracker.edges().filter(({ from, to }) => addresses.has(from) && addresses.has(to))
        .map(({ from, to, count }) => ({ from, to, count }));
      if (report.format === "json") return report.writeJson({ blocks: known, edges });
      if (report.format === "dot") return report.write(graph(known, edges));
      if (known.length > MOST_DRAWN) {
        throw new PluginError(
          "cfg",
          `${known.length} blocks are too many to draw; name a part of the code with within=`,
        );
      }
      report.write(drawGraph(graph(known, edges)));
    });
  },
});

/** The graph in Graphviz's language. */
function graph(blocks: readonly Block[], edges: readonly Edge[]): string {
  const id = (address: bigint) => `"0x${address.toString(16)}"`;
  const nodes = blocks.map(({ address, where, count, instructions }) => {
    const lines = instructions.map(({ address, text }) => `0x${address.toString(16)}  ${text}`);
    const label = [`${where}: ${count}`, ...lines].map((line) => `${escape(line)}\\l`).join("");
    return `  ${id(address)} [label="${label}"];\n`;
  });
  const arrows = edges.map(({ from, to, count }) => `  ${id(from)} -> ${id(to)} [label="${count}"];\n`);
  return `digraph cfg {\n  node [shape=box, fontname="Courier"];\n  edge [fontname="Courier"];\n${nodes.join("")}${
    arrows.join("")
  }}\n`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
