/**
 * Executed instructions in the layout of `opreport --symbols --details`: a line a symbol, then a line an instruction.
 *
 * A sample is an executed instruction. The percentage of an instruction is of its symbol, as OProfile has it.
 */

import { type CountedInstruction, definePlugin } from "../mod.ts";

const UNKNOWN = "(no localization information)";

export default definePlugin({
  name: "oprofile",
  description: "Executed instructions by symbol and address, in OProfile's layout",
  formats: ["text", "json"],
  setup({ coverage, imageAt, symbolAt, onReport }) {
    onReport((report) => {
      const { total } = coverage;
      const groups = new Map<bigint | string, CountedInstruction[]>();
      for (const instruction of coverage.instructions()) {
        if (instruction.count === 0) continue;
        const key = symbolAt(instruction.address)?.address ?? imageAt(instruction.address) ?? "";
        const list = groups.get(key);
        if (list === undefined) groups.set(key, [instruction]);
        else list.push(instruction);
      }
      const symbols = [...groups.values()].map((list) => {
        const [{ address }] = list;
        const symbol = symbolAt(address);
        const start = symbol?.address ?? address;
        const samples = list.reduce((sum, { count }) => sum + count, 0);
        const place = { source: line(start), image: imageAt(address), symbol: symbol?.name };
        return { address: start, samples, percent: share(samples, total), ...place, list };
      });
      if (report.format === "json") {
        return report.writeJson(symbols.map(({ list, ...symbol }) => ({
          ...symbol,
          instructions: list.map(({ address, count }) => ({
            ...{ address, samples: count, percent: share(count, symbol.samples), source: line(address) },
          })),
        })));
      }
      report.write(
        "vma              samples   %       linenr_info                    image_name                     symbol_name\n",
      );
      for (
        const { address, samples, source = UNKNOWN, image = "(no file)", symbol = "(no symbols)", list } of symbols
      ) {
        report.write(
          `${hex(address)} ${columns(samples, total)} ${source.padEnd(30)} ${image.padEnd(30)} ${symbol}\n`,
        );
        for (const { address, count } of list) {
          report.write(`  ${hex(address)} ${columns(count, samples)} ${line(address) ?? UNKNOWN}\n`);
        }
      }
    });

    function line(address: bigint): string | undefined {
      const source = symbolAt(address)?.source;
      return source === undefined ? undefined : `${source.file.split("/").at(-1)}:${source.line}`;
    }
  },
});

function hex(address: bigint): string {
  return address.toString(16).padStart(16, "0");
}

function share(samples: number, of: number): number {
  return 100 * samples / of;
}

function columns(samples: number, of: number): string {
  return `${String(samples).padEnd(9)} ${share(samples, of).toFixed(4).padEnd(7)}`;
}
