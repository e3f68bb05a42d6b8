/**
 * A line for each executed block, before it runs: its address, size, number of instructions, and symbol; in JSON lines a
 * record. A block's line is made once. In binary, see docs/plugins.md.
 */

import { definePlugin, EVENT, EventFileWriter, LineCopier, type PluginBlock } from "../mod.ts";

/** Blocks by number, as an event file has them. */
class Blocks {
  length = 0;
  kinds = new Uint8Array(1024).fill(EVENT.BLOCK);
  pcs = new Float64Array(1024);
  sizes = new Uint32Array(1024);

  add(address: bigint, size: number): number {
    if (this.length === this.kinds.length) {
      const [pcs, sizes] = [this.pcs, this.sizes];
      this.kinds = new Uint8Array(2 * this.length).fill(EVENT.BLOCK);
      this.pcs = new Float64Array(2 * this.length);
      this.pcs.set(pcs);
      this.sizes = new Uint32Array(2 * this.length);
      this.sizes.set(sizes);
    }
    this.pcs[this.length] = Number(address);
    this.sizes[this.length] = size;
    return this.length++;
  }
}

export default definePlugin({
  name: "trace",
  description: "A line for each executed block",
  formats: ["text", "jsonl", "binary"],
  setup(api) {
    const { guest: { program, pid }, output } = api;
    const file = new EventFileWriter((bytes) => output.writeBytes(bytes));
    const newCopier = () => new LineCopier((bytes) => output.writeEncoded(bytes));
    let copier = newCopier();
    const blocks = new Blocks();
    const told: ReturnType<typeof fields>[] = [];
    /** Numbers of blocks by id, from 1; 0 for those that are of other code. */
    let numbers = new Uint32Array(1024);
    let entered = new Uint32Array(1024);

    /** What a line says of a block; its code may be another when the line is written. */
    function fields({ address, size, symbol }: PluginBlock) {
      const file = symbol?.image.role === "program" ? program : symbol?.image.path ?? api.imageAt(address) ?? "";
      const instructions = api.disassemble(address, size).length;
      return { address, size, instructions, file, symbol: symbol?.name, offset: symbol?.offset };
    }

    function line({ address, ...block }: ReturnType<typeof fields>): string {
      const hex = address.toString(16);
      if (api.params.format === "jsonl") {
        return `${JSON.stringify({ address: `0x${hex}`, ...block })}\n`;
      }
      const { size, instructions, file, symbol } = block;
      return `${program} ${pid} ${pid}: CPU #0 - 0x${hex.padStart(16, "0")} [${size}]: ` +
        `${instructions} instruction(s) in '${file}:${symbol ?? ""}'\n`;
    }

    api.onTranslate((block) => {
      if (!api.covers(block.address)) return;
      if (block.id >= numbers.length) {
        const before = numbers;
        numbers = new Uint32Array(2 ** Math.ceil(Math.log2(block.id + 1)));
        numbers.set(before);
      }
      const number = blocks.add(block.address, block.size);
      numbers[block.id] = number + 1;
      told[number] = fields(block);
    });

    api.onFlow((batch) => {
      const { length } = batch;
      if (entered.length < length) entered = new Uint32Array(length);
      let count = 0;
      for (let at = 0; at < length; at++) {
        const id = batch.block(at);
        const number = id < numbers.length ? numbers[id] : 0;
        if (number !== 0) entered[count++] = number - 1;
      }
      if (count === 0) return;
      if (api.params.format === "binary") {
        return file.addNumbers(entered.subarray(0, count), blocks, (at) => line(told[at]));
      }
      for (let at = 0; at < count; at++) {
        const number = entered[at];
        if (!copier.has(number)) copier.set(number, line(told[number]));
        copier.put(number);
      }
      copier.flush();
    });
    api.onParamsChange((name) => {
      if (name === "format") copier = newCopier();
    });
    api.onReset(() => file.restart());
  },
});
