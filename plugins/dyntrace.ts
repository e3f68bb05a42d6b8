/**
 * A line for each executed instruction; on request with the registers that it changed.
 *
 * What an instruction changed is known when the next one is about to run, so a line then comes one instruction later.
 */

import { definePlugin, type GuestContext } from "../mod.ts";

export default definePlugin({
  name: "dyntrace",
  description: "A line for each executed instruction",
  params: {
    registers: { type: "boolean", default: false, description: "The registers that each instruction changed, too" },
  },
  setup({ params, output, onTranslate, onReport, onReset }) {
    /** The line of the instruction executed last, and the registers before it. */
    let pending: { readonly line: string; readonly before: Readonly<Record<string, bigint>> } | undefined;

    function finish(after: Readonly<Record<string, bigint>> | undefined) {
      if (pending === undefined) return;
      const { line, before } = pending;
      const changed = after === undefined ? [] : Object.keys(after)
        .filter((name) => name !== "rip" && after[name] !== before[name])
        .map((name) => ` ${name}=0x${after[name].toString(16)}`);
      output.write(`${line}${changed.length === 0 ? "" : `\t //${changed.join("")}`}\n`);
      pending = undefined;
    }

    function trace(line: string, cpu: GuestContext) {
      if (!params.registers) return output.write(`${line}\n`);
      const registers = cpu.all();
      finish(registers);
      pending = { line, before: registers };
    }

    onTranslate((block) => {
      for (const instruction of block.instructions) {
        const { address, mnemonic, operands, bytes } = instruction;
        const code = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
        const line = `0x${address.toString(16)}:\t ${mnemonic}\t ${operands}\t // ${code}`;
        instruction.onExecute((cpu) => trace(line, cpu));
      }
    });
    onReport(() => finish(undefined));
    onReset(() => pending = undefined);
  },
});
