/**
 * A line for each executed block, before it runs: its address, size, number of instructions, and symbol. A block's line
 * is made once. In binary, see docs/plugins.md.
 */

import { definePlugin, EventFileWriter } from "../mod.ts";

export default definePlugin({
  name: "trace",
  description: "A line for each executed block",
  formats: ["text", "binary"],
  setup(api) {
    const { guest: { program, pid }, output } = api;
    const file = new EventFileWriter((bytes) => output.writeBytes(bytes));
    const lines: string[] = [];

    function line(address: bigint, size: number): string {
      const symbol = api.symbolAt(address);
      const path = symbol?.image.role === "program" ? program : symbol?.image.path ?? api.imageAt(address) ?? "";
      return `${program} ${pid} ${pid}: CPU #0 - 0x${address.toString(16).padStart(16, "0")} [${size}]: ` +
        `${api.disassemble(address, size).length} instruction(s) in '${path}:${symbol?.name ?? ""}'\n`;
    }

    const sites = api.onEvents(["blocks"], (batch) => {
      if (api.params.format === "binary") return file.add(batch, sites);
      const text: string[] = [];
      for (let at = 0; at < batch.length; at++) {
        const site = batch.sites[at];
        text.push(lines[site] ??= line(BigInt(sites.pcs[site]), sites.sizes[site]));
      }
      output.write(text.join(""));
    });
    api.onReset(() => file.restart());
  },
});
