/**
 * The pages of memory that were read and written most.
 *
 * An access counts for the page that its first byte is on. Leaves out what the kernel reads and writes.
 */

import { definePlugin, EVENT, textTable } from "../mod.ts";

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
    const pages = new Map<number, { reads: number; writes: number }>();

    const sites = api.onEvents(["accesses"], ({ length, sites: numbers, addresses }) => {
      const { kinds } = sites;
      const { bytes } = api.params;
      let [start, page] = [-1, { reads: 0, writes: 0 }];
      for (let at = 0; at < length; at++) {
        const address = addresses[at];
        if (!(address >= start && address < start + bytes) || start < 0) {
          start = address - address % bytes;
          page = pages.get(start) ?? { reads: 0, writes: 0 };
          pages.set(start, page);
        }
        const kind = kinds[numbers[at]];
        page.reads += kind & EVENT.READ;
        page.writes += (kind & EVENT.WRITE) >> 1;
      }
    });

    api.onReport((report) => {
      const rows = [...pages].map(([start, { reads, writes }]) => ({ address: BigInt(start), reads, writes }))
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
