/** Registers by the names that people type, parts of them included: `$rax`, `$eax`, `$ah`, `$r10d`. */

import { type CpuView, GENERAL_REGISTERS } from "../../mod.ts";

/** A part of a register. */
interface Part {
  readonly whole: string;
  readonly shift: bigint;
  readonly bits: number;
}

function partsOf(whole: string): [name: string, part: Part][] {
  const part = (name: string, bits: number, shift = 0n): [string, Part] => [name, { whole, shift, bits }];
  if (/^r\d+$/.test(whole)) return [part(`${whole}d`, 32), part(`${whole}w`, 16), part(`${whole}b`, 8)];
  const short = whole.slice(1);
  const isLettered = /^[abcd]x$/.test(short);
  const low = isLettered ? part(`${short[0]}l`, 8) : part(`${short}l`, 8);
  const high = isLettered ? [part(`${short[0]}h`, 8, 8n)] : [];
  return [part(`e${short}`, 32), part(short, 16), low, ...high];
}

const PARTS: ReadonlyMap<string, Part> = new Map(GENERAL_REGISTERS.flatMap(partsOf));

/** The value of a register or of a part of one. @returns Undefined if there is none of that name. */
export function registerValue(cpu: CpuView, name: string): bigint | undefined {
  const whole = cpu.register(name === "fsbase" ? "fs_base" : name === "gsbase" ? "gs_base" : name);
  if (whole !== undefined) return whole;
  const part = PARTS.get(name);
  const value = part && cpu.register(part.whole);
  return value === undefined || part === undefined ? undefined : BigInt.asUintN(part.bits, value >> part.shift);
}

/** How many bits a register has, or a part of one. */
export function registerBits(name: string): number {
  return PARTS.get(name)?.bits ?? 64;
}

/**
 * Sets a register or a part of one; as on the CPU, writing 32 bits clears the upper ones, and 8 or 16 leave them.
 *
 * @returns False if there is none of that name, or it cannot be set.
 */
export function setRegister(cpu: CpuView, name: string, value: bigint): boolean {
  const part = PARTS.get(name);
  const whole = part?.whole ?? name;
  const old = cpu.register(whole);
  if (old === undefined) return false;
  const mask = part === undefined || part.bits === 32 ? -1n : (1n << BigInt(part.bits)) - 1n << part.shift;
  const bits = BigInt.asUintN(part?.bits ?? 64, value) << (part?.shift ?? 0n);
  const next = BigInt.asUintN(64, old & ~mask | bits & mask);
  if (whole === "eflags") cpu.flags = Number(BigInt.asUintN(32, next));
  else if (whole === "rip" || whole === "pc") cpu.pc = next;
  else if (whole === "fs_base" || whole === "gs_base") return false;
  else (cpu as unknown as Record<string, bigint>)[whole] = next;
  return true;
}
