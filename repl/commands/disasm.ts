/** `disasm`: instructions with their counts, the program counter and breakpoints marked. */

import { addressOf, requireMapped } from "../session/address.ts";
import type { SourceLine } from "../../mod.ts";
import type { Session } from "../session/session.ts";
import { sourceRows } from "../session/source_text.ts";
import { mixedLines, type MixedPart } from "../views/mixed_disassembly.ts";
import { countedInstructions, marksOf } from "../session/context.ts";
import { disassemblyLines } from "../views/disassembly.ts";
import type { Command } from "./command.ts";

const BY_DEFAULT = 10;

/** Puts instructions under their source lines. */
function mixedParts(session: Session, instructions: readonly { address: bigint }[], lines: readonly string[]) {
  const parts: (MixedPart & { instructions: string[] })[] = [];
  let before: SourceLine | undefined;
  for (const [index, { address }] of instructions.entries()) {
    const source = session.emulator.symbols.lineAt(address);
    const isSame = source?.line === before?.line && source?.file === before?.file;
    if (!isSame || parts.length === 0) {
      parts.push({
        file: source !== undefined && source.file !== before?.file ? source.file : undefined,
        rows: source === undefined ? [] : sourceRows(source, 0, 0),
        instructions: [],
      });
    }
    parts.at(-1)?.instructions.push(lines[index]);
    before = source;
  }
  return parts;
}

export const disasm: Command = {
  name: "disasm",
  aliases: ["disassemble", "disas"],
  usage: "disasm[/s] [LOCATION] [COUNT]",
  summary: "Show instructions, and how often each ran",
  details:
    "Without COUNT, a whole function: that at hand, if no other is named; 10 instructions where no function is\n" +
    "known. COUNT instructions begin at the program counter, or LOCATION. => is the next instruction,\n" +
    "b1 a breakpoint, h2 a hook. With /s, each source line is before its instructions.",
  example: "disasm main",
  async run(session, text) {
    const isMixed = /^\/[a-z]*s/.test(text);
    const match = /^(?:\/[a-z]+\s*)?(.*?)\s*(?:(?:^|\s)(\d+))?$/s.exec(text);
    const [where, count] = [match?.[1] ?? "", match?.[2]];
    const { emulator, describe, out } = session;
    const address = where === "" ? emulator.cpu.pc : await addressOf(session, where.replace(/^\*/, ""));
    requireMapped(session, address);
    const symbol = emulator.symbols.at(address);
    const isWhole = count === undefined && symbol !== undefined && symbol.size > 0 &&
      (where === "" || symbol.offset === 0);
    const start = isWhole ? symbol.address : address;
    const instructions = countedInstructions(session, start, isWhole ? symbol.size : Number(count ?? BY_DEFAULT));
    const isOpen = count !== undefined || symbol === undefined || symbol.size === 0;
    const end = isOpen ? undefined : symbol.address + BigInt(symbol.size);
    const marks = { pc: emulator.cpu.pc, attached: marksOf(session), describe, counts: true };
    const shown = instructions.filter((each) => end === undefined || each.address < end);
    const lines = disassemblyLines(shown, marks, out.style);
    out.print(isMixed ? mixedLines(mixedParts(session, shown, lines), out.style) : lines);
  },
};
