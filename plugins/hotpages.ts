/**
 * The pages of memory that were read and written most.
 *
 * Each instruction that accesses memory calls back, which costs about a microsecond: use it with `within` on more than
 * small programs. Leaves out what the kernel reads and writes.
 */

import { definePlugin, textTable } from "../mod.ts";

export default definePlugin({
  name: "hotpages",
  description: "The pages of memory that were read and written most",
  formats: ["text", "json"],
  params: {
    limit: { type: "number", default: 20, description: "Number of pages" },
    bytes: {
      type: "number",
      default: 4096,
      description: "Size of a page",
      check: (value: number) => value >= 1 && Number.isInteger(value) ? undefined : "it must be a positive integer",
    },
  },
  setup(api) {
    const pages = new Map<bigint, { reads: number; writes: number }>();

    function pageOf(address: bigint) {
      const start = address - address % BigInt(api.params.bytes);
      let page = pages.get(start);
      if (page === undefined) pages.set(start, page = { reads: 0, writes: 0 });
      return page;
    }

    api.onTranslate((block) => {
      for (const instruction of block.instructions) {
        instruction.onMemory(({ address, reads, writes }) => {
          const page = pageOf(address);
          if (reads) page.reads++;
          if (writes) page.writes++;
        });
      }
    });

    api.onReport((report) => {
      const rows = [...pages].map(([address, { reads, writes }]) => ({ address, reads, writes }))
        .sort((a, b) => b.reads + b.writes - a.reads - a.writes).slice(0, api.params.limit);
      if (report.format === "json") return report.writeJson(rows);
      report.write(textTable(
        ["PAGE", "READS", "WRITES"],
        rows.map(({ address, reads, writes }) => [`0x${address.toString(16)}`, reads, writes]),
      ));
    });
    api.onParamsChange((name) => name === "bytes" && pages.clear());
    api.onReset(() => pages.clear());
  },
});
