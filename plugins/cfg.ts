/**
 * The control flow that was taken, as a graph for Graphviz: blocks with their code, edges with their counts.
 *
 * Use it with `within`: `--plugin cfg,within=main`. An edge that leaves that code is left out.
 */

import { definePlugin, symbolLabel, trackEdges } from "../mod.ts";

export default definePlugin({
  name: "cfg",
  description: "The control flow that was taken, as a graph for Graphviz",
  formats: ["dot"],
  setup(api) {
    const tracker = trackEdges(api);

    api.onReport((report) => {
      const blocks = api.coverage.blockCounts();
      const known = new Set(blocks.map(({ address }) => address));
      report.write('digraph cfg {\n  node [shape=box, fontname="monospace"];\n');
      for (const { address, size, count } of blocks) {
        const title = symbolLabel(api.symbolAt(address), undefined, address);
        const lines = api.disassemble(address, size).map(({ address, mnemonic, operands }) =>
          `0x${address.toString(16)}  ${mnemonic} ${operands}`.trimEnd()
        );
        const label = [`${title}: ${count}`, ...lines].map((line) => `${escape(line)}\\l`).join("");
        report.write(`  "0x${address.toString(16)}" [label="${label}"];\n`);
      }
      for (const { from, to, count } of tracker.edges()) {
        if (!known.has(from) || !known.has(to)) continue;
        report.write(`  "0x${from.toString(16)}" -> "0x${to.toString(16)}" [label="${count}"];\n`);
      }
      report.write("}\n");
    });
  },
});

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
