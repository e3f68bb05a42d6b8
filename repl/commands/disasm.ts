/** `disasm`: instructions with their counts, the program counter and breakpoints marked. */

import { addressOf, requireMapped } from "../session/address.ts";
import { countedInstructions, marksOf } from "../session/context.ts";
import { disassemblyLines } from "../views/disassembly.ts";
import type { Command } from "./command.ts";

const BY_DEFAULT = 10;

export const disasm: Command = {
  name: "disasm",
  aliases: ["disassemble", "disas"],
  usage: "disasm [LOCATION] [COUNT]",
  summary: "Show instructions, and how often each ran",
  details:
    "Without COUNT, a whole function, or 10 instructions from the program counter on. => is the next instruction,\n" +
    "b1 a breakpoint, h2 a hook.",
  example: "disasm main",
  async run(session, text) {
    const match = /^(.*?)\s*(?:(?:^|\s)(\d+))?$/s.exec(text);
    const [where, count] = [match?.[1] ?? "", match?.[2]];
    const { emulator, describe, out } = session;
    const address = where === "" ? emulator.cpu.pc : await addressOf(session, where.replace(/^\*/, ""));
    requireMapped(session, address);
    const symbol = emulator.symbols.at(address);
    const isWhole = count === undefined && where !== "" && symbol?.offset === 0 && symbol.size > 0;
    const instructions = countedInstructions(session, address, isWhole ? symbol.size : Number(count ?? BY_DEFAULT));
    const end = address + BigInt(isWhole ? symbol.size : 1 << 20);
    const marks = { pc: emulator.cpu.pc, attached: marksOf(session), describe, counts: true };
    out.print(disassemblyLines(instructions.filter((each) => each.address < end), marks, out.style));
  },
};
