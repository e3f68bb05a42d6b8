/**
 * Which memory an instruction is about to access, from its operands and the registers as they are.
 *
 * The CPU tells only the page of an access that it refuses; this has the rest. Leaves out what instructions access
 * beyond their operands and the stack (XSAVE areas, system tables).
 */

import type { GuestCpu } from "../cpu/guest_cpu.ts";
import type { Disassembler, Instruction } from "../disasm/disassembler.ts";
import type { MemoryOperand } from "../disasm/operands.ts";
import { PAGE_SIZE } from "../memory/guest_memory.ts";

const PAGE_MASK = BigInt(PAGE_SIZE - 1);
const WORD = 8;
/** Their memory operand is an address only; Capstone has it as read. */
const ONLY_ADDRESS = /^(lea|nop|prefetch)/;
const PUSHES = /^(push|call|enter)/;
const POPS = /^(pop|ret|leave|iret)/;

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

/** Address that a memory operand stands for, with the registers as they are. */
export function operandAddress(operand: MemoryOperand, instruction: Instruction, cpu: GuestCpu): bigint {
  const segment = operand.segment === "fs" ? cpu.fsBase : operand.segment === "gs" ? cpu.gsBase : 0n;
  const next = instruction.address + BigInt(instruction.size);
  const value = (name: string) => name === "rip" ? next : name === "al" ? cpu.rax & 0xffn : cpu.register(name) ?? 0n;
  const index = operand.index === "" ? 0n : value(operand.index) * BigInt(operand.scale);
  return BigInt.asUintN(64, segment + value(operand.base) + index + operand.displacement);
}

/** What an instruction is about to access; those on the stack come last. */
export function memoryAccesses(
  instruction: Instruction,
  disassembler: Pick<Disassembler, "memoryOperands">,
  cpu: GuestCpu,
): MemoryAccess[] {
  // A repeated instruction accesses nothing once its count is zero.
  if (instruction.mnemonic.startsWith("rep") && cpu.rcx === 0n) return [];
  const operands = ONLY_ADDRESS.test(instruction.mnemonic) ? [] : disassembler.memoryOperands(instruction);
  const list: MemoryAccess[] = operands.map((operand) => ({
    address: operandAddress(operand, instruction, cpu),
    size: operand.size,
    reads: operand.reads,
    writes: operand.writes,
  }));
  const below = BigInt.asUintN(64, cpu.sp - BigInt(WORD));
  if (PUSHES.test(instruction.mnemonic)) list.push({ address: below, size: WORD, reads: false, writes: true });
  if (POPS.test(instruction.mnemonic)) {
    const address = instruction.mnemonic === "leave" ? cpu.rbp : cpu.sp;
    list.push({ address, size: WORD, reads: true, writes: false });
  }
  return list;
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
