/**
 * The blocks that ran, as DynamoRIO's drcov writes them (version 2): Lighthouse, Cartographer and bncov read that.
 *
 * A text head with the table of modules is followed by 8 bytes a block: offset in the module (u32), size (u16) and the
 * module's number (u16), little endian. Leaves out code in no image, which the format has no place for. Format:
 * https://www.ayrx.me/drcov-file-format
 */

import { definePlugin } from "../mod.ts";

export default definePlugin({
  name: "drcov",
  description: "The blocks that ran, as a drcov file for Lighthouse",
  formats: ["drcov"],
  setup(api) {
    api.onReport((report) => {
      const modules = [...api.images].sort((a, b) => a.start < b.start ? -1 : 1);
      const blocks = api.coverage.blockCounts().flatMap(({ address, size }) => {
        const module = modules.findIndex(({ start, end }) => start <= address && address < end);
        return module < 0 ? [] : [{ offset: Number(address - modules[module].start), size, module }];
      });
      const hex = (value: bigint) => `0x${value.toString(16).padStart(16, "0")}`;
      const head = new TextEncoder().encode([
        "DRCOV VERSION: 2",
        "DRCOV FLAVOR: drcov",
        `Module Table: version 2, count ${modules.length}`,
        "Columns: id, base, end, entry, path",
        ...modules.map(({ start, end, path }, id) =>
          `${String(id).padStart(3)}, ${hex(start)}, ${hex(end)}, ${hex(0n)}, ${path}`
        ),
        `BB Table: ${blocks.length} bbs\n`,
      ].join("\n"));
      const file = new Uint8Array(head.length + 8 * blocks.length);
      file.set(head);
      const table = new DataView(file.buffer, head.length);
      blocks.forEach(({ offset, size, module }, index) => {
        table.setUint32(8 * index, offset, true);
        table.setUint16(8 * index + 4, size, true);
        table.setUint16(8 * index + 6, module, true);
      });
      report.writeBytes(file);
    });
  },
});
