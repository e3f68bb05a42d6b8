/**
 * How often each instruction of the program ran, by symbol: the plugin that the QEMU plugins tutorial builds in C.
 *
 * Where the original has `before_gen_tb`, this has `onTranslate`; where it generates a call to `hit(&count)`, this asks
 * for a native counter; where it prints in `cpus_stopped`, this has `onReport`. Symbols come in address order, and code
 * that no symbol names is listed under its image.
 */

import { type Counter, definePlugin, type PluginInstruction } from "../mod.ts";

interface Row {
  readonly heading: string;
  readonly instruction: PluginInstruction;
  readonly counter: Counter;
}

export default definePlugin({
  name: "coverage-tiny",
  description: "How often each instruction ran, by symbol",
  setup(api) {
    const rows = new Map<bigint, Row>();

    function cover(instruction: PluginInstruction, heading: string) {
      if (rows.has(instruction.address)) return;
      const counter = api.counter();
      instruction.count(counter);
      rows.set(instruction.address, { heading, instruction, counter });
    }

    api.onTranslate((block) => {
      for (const instruction of block.instructions) {
        const { symbol, address } = instruction;
        if (symbol === undefined) cover(instruction, `code without a symbol in ${api.imageAt(address) ?? "memory"}`);
        else if (rows.has(address)) continue;
        else if (symbol.size === 0) cover(instruction, `symbol ${symbol.name}`);
        else api.disassemble(symbol.address, symbol.size).forEach((each) => cover(each, `symbol ${symbol.name}`));
      }
    });

    api.onReport((output) => {
      let heading = "";
      for (const row of [...rows.values()].sort((a, b) => a.instruction.address < b.instruction.address ? -1 : 1)) {
        if (row.heading !== heading) output.write(`// ${heading = row.heading}\n`);
        const { address, mnemonic, operands } = row.instruction;
        output.write(
          `${String(row.counter.value).padStart(8)} | 0x${address.toString(16)}:\t ${mnemonic}\t ${operands}\n`,
        );
      }
    });
  },
});
