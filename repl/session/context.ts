/** What is shown after a stop: registers, code, stack; or only the next instruction. Gathers, views write. */

import { disassemblyLines } from "../views/disassembly.ts";
import { frameLine } from "../views/frame.ts";
import { hex } from "../views/hex.ts";
import { stringText } from "../views/memory.ts";
import { registerBlock } from "../views/registers.ts";
import { stackLines, type StackWord } from "../views/stack.ts";
import { sourceLines } from "../views/source.ts";
import type { ContextSection } from "./context_layout.ts";
import type { Session } from "./session.ts";
import { sourceRows } from "./source_text.ts";

/** Instructions shown before the one at hand. */
const BEFORE = 2;
const LONGEST_TEXT = 40;

/** Marks of breakpoints and hooks by address. */
export function marksOf(session: Session): ReadonlyMap<bigint, string> {
  return new Map(
    session.attachments.list().filter(({ isEnabled }) => isEnabled).flatMap((each) =>
      each.addresses.map((address) => [address, `${each.kind[0]}${each.number}`] as const)
    ),
  );
}

/** Instructions with how often each ran; a start before the first symbol's end is decoded from the symbol's start. */
export function countedInstructions(session: Session, address: bigint, count: number) {
  const counts = session.emulator.coverage.counts();
  return session.emulator.disassemble(address, count)
    .map((instruction) => ({ ...instruction, count: counts.get(Number(instruction.address)) ?? 0 }));
}

/** What a value leads to. */
export function chainOf(session: Session, value: bigint): string[] {
  const { memory } = session.emulator;
  const where = session.describe(value);
  if (where !== undefined) return [`<${where}>`];
  const start = Number(value);
  if (value >= 1n << 40n || !memory.allows(start, 1, 1)) return [];
  const text = memory.view(start, memory.accessible(start, LONGEST_TEXT, 1));
  const end = text.indexOf(0);
  const shown = text.subarray(0, end < 0 ? text.length : end);
  if (shown.length >= 3 && shown.every((byte) => byte >= 32 && byte < 127 || byte === 10 || byte === 9)) {
    return [`${stringText(shown)}${end < 0 ? "..." : ""}`];
  }
  return memory.allows(start, 8, 1) ? [hex(memory.u64(value))] : [];
}

/** Words from an address up, as far as memory is mapped. */
export function stackWords(session: Session, address: bigint, count: number): StackWord[] {
  const { memory, cpu } = session.emulator;
  const words: StackWord[] = [];
  for (let at = address; words.length < count && memory.allows(Number(at), 8, 1); at += 8n) {
    const value = memory.u64(at);
    const registers = (["rsp", "rbp"] as const).filter((name) => cpu[name] === at);
    words.push({ address: at, value, chain: chainOf(session, value), registers });
  }
  return words;
}

/** Code around an address: a few instructions of the same symbol before it. */
function around(session: Session, address: bigint, count: number) {
  const symbol = session.emulator.symbols.at(address);
  const after = countedInstructions(session, address, count);
  if (symbol === undefined || symbol.offset === 0 || symbol.offset > 4096) return after;
  const all = countedInstructions(session, symbol.address, symbol.offset);
  const before = all.filter((instruction) => instruction.address < address).slice(-BEFORE);
  const last = before.at(-1);
  return last !== undefined && last.address + BigInt(last.size) === address ? [...before, ...after] : after;
}

/** Lines of a part of the context, by its name; `count` is how many are wanted. */
const SECTIONS: Readonly<
  Record<ContextSection, (session: Session, address: bigint, count: number) => string[]>
> = {
  regs: (session) => {
    const { describe, out: { width, style } } = session;
    return registerBlock(session.registers(), session.previousRegisters, describe, width, style);
  },
  source(session, address, count) {
    const source = session.emulator.symbols.statementAt(address);
    const half = count >> 1;
    return source === undefined ? [] : sourceLines(sourceRows(source, half, count - half - 1), session.out.style);
  },
  code(session, address, count) {
    const marks = { pc: address, attached: marksOf(session), describe: session.describe, counts: true };
    return disassemblyLines(around(session, address, count), marks, session.out.style);
  },
  stack: (session, _address, count) =>
    stackLines(stackWords(session, session.emulator.cpu.sp, count), session.out.style),
  frames(session, _address, count) {
    const { selection, describe, out: { style } } = session;
    return selection.list(count).slice(0, count).flatMap((frame) => frameLine(frame, describe, style));
  },
};

const TITLES: Readonly<Record<ContextSection, string>> = {
  ...{ regs: "registers", source: "source", code: "code", stack: "stack", frames: "frames" },
};

/** Lines that show where the guest is: all parts that are wanted, or only the instruction at hand. */
export function contextLines(session: Session, isFull: boolean, address: bigint): string[] {
  const { describe, out: { style, width }, contextLayout: { sections, lines } } = session;
  if (!isFull) {
    const marks = { pc: address, attached: marksOf(session), describe, counts: false };
    return disassemblyLines(countedInstructions(session, address, 1), marks, style);
  }
  const rule = (title: string) =>
    style.dim(`-- ${title} ${"-".repeat(Math.max(0, Math.min(width, 100) - title.length - 4))}`);
  return sections.flatMap((name) => {
    const shown = SECTIONS[name](session, address, lines[name]);
    return shown.length === 0 ? [] : [rule(TITLES[name]), ...shown];
  });
}
