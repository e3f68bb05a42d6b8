/**
 * A line for each executed instruction, in JSON lines a record; on request with the registers that it changed.
 *
 * What an instruction changed is known when the next one is about to run, so a line then comes one instruction later.
 * In binary, which has no registers, see docs/plugins.md.
 */

import { definePlugin, EventFileWriter, type GuestContext, type Instruction, LineCopier, PluginError } from "../mod.ts";

type Registers = Readonly<Record<string, bigint>>;

export default definePlugin({
  name: "dyntrace",
  description: "A line for each executed instruction",
  formats: ["text", "jsonl", "binary"],
  params: {
    registers: { type: "boolean", default: false, description: "The changed registers too; from the start only" },
  },
  setup({ params, output, disassemble, onEvents, onTranslate, onReport, onParamsChange, onReset }) {
    /** The instruction executed last, and the registers before it. */
    let pending: { readonly instruction: Instruction; readonly before: Registers } | undefined;

    function finish(after: Registers | undefined) {
      if (pending === undefined) return;
      const { instruction, before } = pending;
      const changed = after === undefined
        ? []
        : Object.keys(after).filter((name) => name !== "rip" && after[name] !== before[name])
          .map((name): [string, string] => [name, `0x${after[name].toString(16)}`]);
      output.write(lineOf(instruction, changed));
      pending = undefined;
    }

    function trace(instruction: Instruction, cpu: GuestContext) {
      const registers = cpu.all();
      finish(registers);
      pending = { instruction, before: registers };
    }

    /** The line of an instruction. @param changed Names and values of registers, if they are wanted. */
    function lineOf(
      { address, mnemonic, operands, bytes }: Instruction,
      changed?: readonly (readonly [name: string, value: string])[],
    ): string {
      const code = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
      const hex = `0x${address.toString(16)}`;
      if (params.format === "jsonl") {
        const registers = changed === undefined ? {} : { registers: Object.fromEntries(changed) };
        return `${JSON.stringify({ address: hex, mnemonic, operands, bytes: code.join(""), ...registers })}\n`;
      }
      const values = (changed ?? []).map(([name, value]) => ` ${name}=${value}`).join("");
      return `${hex}:\t ${mnemonic}\t ${operands}\t // ${code.join(" ")}${values === "" ? "" : `\t //${values}`}\n`;
    }

    if (params.registers) {
      if (params.format === "binary") {
        throw new PluginError("dyntrace", "its binary format has no registers; use jsonl");
      }
      onTranslate((block) => {
        for (const instruction of block.instructions) {
          instruction.onExecute((cpu) => trace(instruction, cpu));
        }
      });
    } else {
      const file = new EventFileWriter((bytes) => output.writeBytes(bytes));
      const newCopier = () => new LineCopier((bytes) => output.writeEncoded(bytes));
      let copier = newCopier();
      const siteLine = (site: number) => {
        const [instruction] = disassemble(BigInt(sites.pcs[site]), sites.sizes[site]);
        return instruction === undefined ? `0x${sites.pcs[site].toString(16)}:\n` : lineOf(instruction);
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
      onParamsChange((name) => {
        if (name === "format") copier = newCopier();
      });
      onReset(() => file.restart());
    }
    onReport(() => finish(undefined));
    onReset(() => pending = undefined);
  },
});
