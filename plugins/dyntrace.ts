/**
 * A line for each executed instruction; on request with the registers that it changed.
 *
 * What an instruction changed is known when the next one is about to run, so a line then comes one instruction later.
 * In binary, see docs/plugins.md; registers are text only.
 */

import { definePlugin, EventFileWriter, type GuestContext, type Instruction, LineCopier } from "../mod.ts";

export default definePlugin({
  name: "dyntrace",
  description: "A line for each executed instruction",
  formats: ["text", "binary"],
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
      const file = new EventFileWriter((bytes) => output.writeBytes(bytes));
      const copier = new LineCopier((bytes) => output.writeEncoded(bytes));
      const siteLine = (site: number) => {
        const [instruction] = disassemble(BigInt(sites.pcs[site]), sites.sizes[site]);
        return instruction === undefined ? `0x${sites.pcs[site].toString(16)}:\n` : `${lineOf(instruction)}\n`;
      };
      const sites = onEvents(["instructions"], ({ length, sites: numbers }) => {
        if (params.format === "binary") return file.addNumbers(numbers.subarray(0, length), sites, siteLine);
        for (let at = 0; at < length; at++) {
          const site = numbers[at];
          if (!copier.has(site)) copier.set(site, siteLine(site));
          copier.put(site);
        }
        copier.flush();
      });
      onReset(() => file.restart());
    }
    onReport(() => finish(undefined));
    onReset(() => pending = undefined);
  },
});
