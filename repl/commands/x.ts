/** `x`: memory in gdb's formats; see "Examining Memory" in the gdb manual. */

import { addressOf, requireMapped } from "../session/address.ts";
import { marksOf } from "../session/context.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { instructionText } from "../views/disassembly.ts";
import { hex, place } from "../views/hex.ts";
import { type ExamineFormat, examineLines, parseFormat, stringText } from "../views/memory.ts";
import type { Command } from "./command.ts";

const MOST_BYTES = 1 << 20;
const LONGEST_STRING = 200;

function instructions(session: Session, address: bigint, count: number): [lines: string[], end: bigint] {
  const { emulator, describe } = session;
  const list = emulator.disassemble(address, count);
  const last = list.at(-1);
  const lines = list.map((each) => {
    const mark = each.address === emulator.cpu.pc ? "=>" : "  ";
    const attached = marksOf(session).get(each.address);
    return `${mark} ${place(each.address, describe)}:\t${instructionText(each, describe)}${
      attached ? `\t${attached}` : ""
    }`;
  });
  return [lines, last === undefined ? address : last.address + BigInt(last.size)];
}

function strings(session: Session, address: bigint, count: number): [lines: string[], end: bigint] {
  const lines: string[] = [];
  let at = address;
  while (lines.length < count) {
    const reach = session.emulator.memory.accessible(Number(at), LONGEST_STRING, 1);
    if (reach === 0) break;
    const bytes = session.emulator.memory.view(at, reach);
    const end = bytes.indexOf(0);
    const text = bytes.subarray(0, end < 0 ? reach : end);
    lines.push(`${place(at, session.describe)}:\t${stringText(text)}${end < 0 ? "..." : ""}`);
    at += BigInt(end < 0 ? reach : end + 1);
  }
  return [lines, at];
}

function numbers(session: Session, address: bigint, format: ExamineFormat): [lines: string[], end: bigint] {
  const length = format.count * format.size;
  if (length > MOST_BYTES) throw new CommandError(`Cannot show ${length} bytes: at most ${MOST_BYTES} at once`);
  const reach = session.emulator.memory.accessible(Number(address), length, 1);
  const lines = examineLines(session.emulator.memory.bytes(address, reach), address, format, session.describe);
  if (reach < length) lines.push(`Cannot access memory at address ${hex(address + BigInt(reach))}`);
  return [lines, address + BigInt(reach - reach % format.size)];
}

/** Shows memory. @param text What is typed after `x`. */
export async function examine(session: Session, text: string): Promise<void> {
  const match = /^(?:\/(\S*))?\s*(.*)$/s.exec(text);
  const format = parseFormat(match?.[1] ?? "", { ...session.examined.format, count: 1 });
  const expression = match?.[2] ?? "";
  const address = expression === "" ? session.examined.address : await addressOf(session, expression);
  requireMapped(session, address);
  const [lines, end] = format.format === "i"
    ? instructions(session, address, format.count)
    : format.format === "s"
    ? strings(session, address, format.count)
    : numbers(session, address, format);
  session.examined = { address: end, format };
  session.out.print(lines);
}

export const x: Command = {
  name: "x",
  usage: "x[/COUNT FORMAT SIZE] [ADDRESS]",
  summary: "Show memory",
  details:
    "FORMAT: x hexadecimal, d decimal, u unsigned, o octal, t binary, a address, c character, f floating point,\n" +
    "s string, i instructions. SIZE: b 1, h 2, w 4, g 8 bytes. ADDRESS is an expression such as $rsp+8, &name or\n" +
    "*($rbp-8); without it, what follows the memory shown last.",
  example: "x/8gx $rsp\nx/3i $pc",
  run: examine,
};
