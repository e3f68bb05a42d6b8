/** The blocks in which most instructions were executed. Nothing is attached: entries of blocks are counted anyway. */

import { definePlugin, symbolLabel, textTable } from "../mod.ts";

export default definePlugin({
  name: "hotblocks",
  description: "The blocks in which most instructions were executed",
  formats: ["text", "json"],
  params: {
    limit: { type: "number", default: 20, description: "Number of blocks" },
  },
  setup({ coverage, params, disassemble, symbolAt, images, onReport }) {
    onReport((report) => {
      const { total } = coverage;
      const blocks = coverage.blockCounts().map(({ address, size, count }) => {
        const instructions = disassemble(address, size).length;
        return { address, size, instructions, entries: count, executed: count * instructions, where: where(address) };
      });
      const hottest = blocks.sort((a, b) => b.executed - a.executed || Number(a.address - b.address))
        .slice(0, params.limit);
      if (report.format === "json") return report.writeJson(hottest);
      report.write(textTable(
        ["ADDRESS", "SIZE", "INSNS", "ENTRIES", "EXECUTED", "%", "WHERE"],
        hottest.map(({ address, size, instructions, entries, executed, where }) => [
          ...[`0x${address.toString(16)}`, size, instructions, entries, executed],
          ...[(100 * executed / total).toFixed(2).padStart(6), where],
        ]),
      ));
    });

    function where(address: bigint): string {
      const image = images.find(({ start, end }) => start <= address && address < end);
      return symbolLabel(symbolAt(address), image, address);
    }
  },
});
