/** A line for each executed block, before it runs: its address, size, number of instructions, and symbol. */

import { definePlugin } from "../mod.ts";

export default definePlugin({
  name: "trace",
  description: "A line for each executed block",
  setup({ guest: { program, pid }, output, imageAt, onTranslate }) {
    onTranslate((block) => {
      const { address, size, instructions, symbol } = block;
      const file = symbol?.image.role === "program" ? program : symbol?.image.path ?? imageAt(address) ?? "";
      const line = `${program} ${pid} ${pid}: CPU #0 - 0x${address.toString(16).padStart(16, "0")} [${size}]: ` +
        `${instructions.length} instruction(s) in '${file}:${symbol?.name ?? ""}'\n`;
      block.onExecute(() => output.write(line));
    });
  },
});
