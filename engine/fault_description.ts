/** What a fault was, in a sentence for people: the access, where, the instruction, and the registers it used. */

import type { GuestContext } from "./context.ts";
import type { AccessKind, SliceEnd } from "./cpu/cpu.ts";
import { VECTOR } from "./arch/x86_64.ts";
import type { Instruction } from "./disasm/disassembler.ts";
import type { Symbols } from "./symbols/mod.ts";

const hex = (value: bigint) => `0x${value.toString(16)}`;
const VERBS: Readonly<Record<AccessKind, string>> = {
  read: "read from",
  write: "write to",
  execute: "execute code at",
};
const INTERRUPTS: Readonly<Record<number, string>> = {
  [VECTOR.DIVIDE]: "a division by zero, or a quotient that does not fit",
  [VECTOR.BREAKPOINT]: "a breakpoint instruction",
  [VECTOR.GENERAL]: "a privileged instruction, or an address that is not canonical",
  [VECTOR.X87]: "an x87 floating-point exception",
  [VECTOR.SIMD]: "an SSE floating-point exception",
};
const REGISTER = /\br(?:[abcd]x|[sd]i|[sb]p|1[0-5]|[89])\b/g;

/** The general registers that an instruction's operands name, with their values. */
function registersOf(instruction: Instruction, cpu: GuestContext): string {
  const names = new Set([...instruction.operands.matchAll(REGISTER)].map(([name]) => name));
  return [...names].map((name) => `${name}=${hex(cpu.register(name) ?? 0n)}`).join(" ");
}

/**
 * Describes why a slice ended with a fault.
 *
 * @param address Where the access went, for a refused one.
 */
export function describeFault(end: SliceEnd, cpu: GuestContext, symbols: Symbols, address: bigint | undefined): string {
  const { pc } = cpu;
  const where = `${hex(pc)} (${symbols.describe(pc)})`;
  const instruction = cpu.instruction;
  if (end.kind === "access" && end.access === "execute") {
    return `cannot execute code at ${where}: nothing executable is mapped there`;
  }
  const text = instruction === undefined ? "" : `${instruction.mnemonic} ${instruction.operands}`.trim();
  const used = instruction === undefined ? "" : registersOf(instruction, cpu);
  const shown = `at ${where}: ${text}${used === "" ? "" : `, with ${used}`}`;
  if (end.kind === "access") return `cannot ${VERBS[end.access]} ${hex(address ?? BigInt(end.page))} ${shown}`;
  if (end.kind === "invalid") return `unknown instruction ${shown}`;
  const vector = end.kind === "interrupt" ? end.vector : -1;
  return `${INTERRUPTS[vector] ?? `interrupt ${vector}`} ${shown}`;
}
