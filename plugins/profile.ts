/**
 * Bytes and instructions executed, by symbol; where most was executed comes first.
 *
 * Two functions of one name are two rows, and code that no symbol names has a row for each image.
 */

import { type CoveredSymbol, definePlugin } from "../mod.ts";

const ORDERS: Readonly<Record<string, (a: CoveredSymbol, b: CoveredSymbol) => number>> = {
  instructions: (a, b) => b.executed - a.executed,
  address: (a, b) => a.address < b.address ? -1 : 1,
  name: (a, b) => a.name < b.name ? -1 : 1,
};

export default definePlugin({
  name: "profile",
  description: "Bytes and instructions executed, by symbol",
  formats: ["text", "json"],
  params: {
    sort: {
      type: "string",
      default: "instructions",
      description: "Order of the rows: instructions, address or name",
      check: (value: string) =>
        Object.hasOwn(ORDERS, value) ? undefined : `it is one of ${Object.keys(ORDERS).join(", ")}`,
    },
  },
  setup({ guest, coverage, params, onReport }) {
    onReport((report) => {
      const symbols = coverage.symbols().sort(ORDERS[params.sort]);
      const rows = symbols.map(({ name, isNamed, image, address, bytes, executed }) => ({
        ...{ symbol: isNamed ? name : "(no symbol)", file: image?.path ?? "(no file)", address, bytes, executed },
      }));
      if (report.format === "json") return report.writeJson(rows);
      const cells = rows.map(({ symbol, file, bytes, executed }) => [symbol, file, `${bytes}`, `${executed}`]);
      const header = ["SYMBOL", "FILENAME", "#BYTES", "#INSTR"];
      const widths = header.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at].length)));
      const line = (row: string[]) =>
        row.map((cell, at) => at < 2 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])).join(" | ") + "\n";
      const title = line(header);
      report.write(
        title + "-".repeat(title.length) + `\n${guest.program} (${guest.pid}):\n` + cells.map(line).join(""),
      );
    });
  },
});
