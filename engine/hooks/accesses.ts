/**
 * Which memory an instruction is about to access, from its forms and the registers as they are.
 *
 * The CPU tells only the page of an access that it refuses; this has the rest.
 */

import type { GuestCpu } from "../cpu/guest_cpu.ts";
import type { Instruction } from "../disasm/disassembler.ts";
import type { AccessForm } from "../disasm/access_forms.ts";
import { GENERAL_REGISTERS } from "../arch/x86_64.ts";
import { PAGE_SIZE } from "../memory/guest_memory.ts";

const PAGE_MASK = BigInt(PAGE_SIZE - 1);

/** A range that an instruction accesses. */
export interface MemoryAccess {
  /** Guest address of the first byte. */
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** Whether it is read. */
  readonly reads: boolean;
  /** Whether it is written. */
  readonly writes: boolean;
}

/** Address that a form stands for, with the registers as they are. */
export function formAddress(form: AccessForm, cpu: GuestCpu): bigint {
  const value = (index: number | undefined) => index === undefined ? 0n : cpu[GENERAL_REGISTERS[index]];
  const index = form.isByteIndex ? BigInt.asUintN(8, value(form.index)) : value(form.index);
  let address = value(form.base) + index * BigInt(form.scale) + form.displacement;
  if (form.bit !== undefined) {
    const { register, size } = form.bit;
    const word = BigInt(8 * size);
    address += (BigInt.asIntN(8 * size, value(register)) >> BigInt(Math.log2(8 * size))) * word / 8n;
  }
  if (form.isNarrow) address = BigInt.asUintN(32, address);
  const segment = form.segment === "fs" ? cpu.fsBase : form.segment === "gs" ? cpu.gsBase : 0n;
  return BigInt.asUintN(64, segment + address);
}

/** What an instruction of certain forms is about to access, in order. */
export function memoryAccesses(
  { mnemonic }: Instruction,
  forms: readonly AccessForm[],
  cpu: GuestCpu,
): MemoryAccess[] {
  // A repeated instruction accesses nothing once its count is zero.
  if (mnemonic.startsWith("rep") && cpu.rcx === 0n) return [];
  return forms.map((form) => ({
    address: formAddress(form, cpu),
    size: form.size,
    reads: form.reads,
    writes: form.writes,
  }));
}

/**
 * The address of a refused access.
 *
 * @param page Address of the page it was in.
 * @returns The first byte of the access that is on the page.
 */
export function accessAddress(page: number, accesses: readonly MemoryAccess[]): bigint {
  const start = BigInt(page);
  for (const { address, size } of accesses) {
    if ((address & ~PAGE_MASK) === start) return address;
    if (address < start && address + BigInt(size) > start) return start;
  }
  return start;
}
