/**
 * How often each instruction of the program ran, by symbol: the plugin that the QEMU plugins tutorial builds in C.
 *
 * Where the original has `before_gen_tb`, this has `onTranslate`; where it generates a call to `hit(&count)`, this asks
 * for a native counter; where it prints in `cpus_stopped`, this has `onReport`. Symbols come in address order, and code
 * that no symbol names is listed under its image.
 */

import { type Counter, definePlugin, type PluginInstruction } from "../mod.ts";

export default definePlugin({
  name: "coverage-tiny",
  description: "How often each instruction ran, by symbol",
  setup(api) {
    const rows = new Map<bigint, { readonly instruction: PluginInstruction; readonly counter: Counter }>();

    api.onTranslate((block) => {
      for (const instruction of block.instructions) {
        if (rows.has(instruction.address)) continue;
        const counter = api.counter();
        instruction.count(counter);
        rows.set(instruction.address, { instruction, counter });
      }
    });

    api.onReport((output) => {
      function write({ address, mnemonic, operands }: PluginInstruction) {
        const count = String(rows.get(address)?.counter.value ?? 0).padStart(8);
        output.write(`${count} | 0x${address.toString(16)}:\t ${mnemonic}\t ${operands}\n`);
      }

      let listed: bigint | string | undefined;
      for (
        const { instruction } of [...rows.values()].sort((a, b) =>
          a.instruction.address < b.instruction.address ? -1 : 1
        )
      ) {
        const { symbol, address } = instruction;
        const place = symbol?.address ?? api.imageAt(address) ?? "memory";
        const hasSize = symbol !== undefined && symbol.size > 0;
        if (place !== listed) {
          output.write(symbol === undefined ? `// code without a symbol in ${place}\n` : `// symbol ${symbol.name}\n`);
          if (hasSize) api.disassemble(symbol.address, symbol.size).forEach(write);
        }
        if (!hasSize) write(instruction);
        listed = place;
      }
    });
  },
});
