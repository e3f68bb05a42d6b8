/**
 * A line for each executed instruction; on request with the registers that it changed.
 *
 * What an instruction changed is known when the next one is about to run, so a line then comes one instruction later.
 */

import { definePlugin, type GuestContext, type Instruction } from "../mod.ts";

export default definePlugin({
  name: "dyntrace",
  description: "A line for each executed instruction",
  params: {
    registers: { type: "boolean", default: false, description: "The changed registers too; from the start only" },
  },
  setup({ params, output, disassemble, onEvents, onTranslate, onReport, onReset }) {
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
      const registers = cpu.all();
      finish(registers);
      pending = { line, before: registers };
    }

    function lineOf({ address, mnemonic, operands, bytes }: Instruction): string {
      const code = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
      return `0x${address.toString(16)}:\t ${mnemonic}\t ${operands}\t // ${code}`;
    }

    if (params.registers) {
      onTranslate((block) => {
        for (const instruction of block.instructions) {
          const line = lineOf(instruction);
          instruction.onExecute((cpu) => trace(line, cpu));
        }
      });
    } else {
      const lines: string[] = [];
      const sites = onEvents(["instructions"], (batch) => {
        const text: string[] = [];
        for (let at = 0; at < batch.length; at++) {
          const site = batch.sites[at];
          text.push(lines[site] ??= `${lineOf(disassemble(BigInt(sites.pcs[site]), sites.sizes[site])[0])}\n`);
        }
        output.write(text.join(""));
      });
    }
    onReport(() => finish(undefined));
    onReset(() => pending = undefined);
  },
});
