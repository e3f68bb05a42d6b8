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
      report.write(
        "vma              samples   %       linenr_info                    image_name                     symbol_name\n",
      );
      for (const list of groups.values()) {
        const samples = list.reduce((sum, { count }) => sum + count, 0);
        const { address } = list[0];
        const symbol = symbolAt(address);
        const image = imageAt(address) ?? "(no file)";
        const start = symbol?.address ?? address;
        const name = symbol?.name ?? "(no symbols)";
        report.write(
          `${hex(start)} ${columns(samples, total)} ${line(start).padEnd(30)} ${image.padEnd(30)} ${name}\n`,
        );
        for (const { address, count } of list) {
          report.write(`  ${hex(address)} ${columns(count, samples)} ${line(address)}\n`);
        }
      }
    });

    function line(address: bigint): string {
      const source = symbolAt(address)?.source;
      return source === undefined ? UNKNOWN : `${source.file.split("/").at(-1)}:${source.line}`;
    }
  },
});

function hex(address: bigint): string {
  return address.toString(16).padStart(16, "0");
}

function columns(samples: number, of: number): string {
  return `${String(samples).padEnd(9)} ${(100 * samples / of).toFixed(4).padEnd(7)}`;
}
