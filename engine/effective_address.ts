/**
 * Which address an access went to that the CPU refused: it tells the page only, the instruction has the rest.
 */

import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { MemoryOperand } from "./disasm/operands.ts";
import type { GuestCpu } from "./cpu/guest_cpu.ts";
import { PAGE_SIZE } from "./memory/guest_memory.ts";

const PAGE_MASK = BigInt(PAGE_SIZE - 1);

/** Address that a memory operand stands for, with the registers as they are. */
export function operandAddress(operand: MemoryOperand, instruction: Instruction, cpu: GuestCpu): bigint {
  const segment = operand.segment === "fs" ? cpu.fsBase : operand.segment === "gs" ? cpu.gsBase : 0n;
  const next = instruction.address + BigInt(instruction.size);
  const value = (name: string) => name === "rip" ? next : cpu.register(name) ?? 0n;
  const index = operand.index === "" ? 0n : value(operand.index) * BigInt(operand.scale);
  return BigInt.asUintN(64, segment + value(operand.base) + index + operand.displacement);
}

/**
 * The address of a refused access.
 *
 * @param page Address of the page it was in.
 * @returns The first byte of the access that is on the page.
 */
export function accessAddress(
  page: number,
  instruction: Instruction,
  disassembler: Disassembler,
  cpu: GuestCpu,
): bigint {
  const start = BigInt(page);
  const candidates = disassembler.memoryOperands(instruction).map((operand) => ({
    address: operandAddress(operand, instruction, cpu),
    size: BigInt(operand.size),
  }));
  // push, call, pop and ret access the stack without an operand.
  candidates.push({ address: BigInt.asUintN(64, cpu.sp - 8n), size: 8n }, { address: cpu.sp, size: 8n });
  for (const { address, size } of candidates) {
    if ((address & ~PAGE_MASK) === start) return address;
    if (address < start && address + size > start) return start;
  }
  return start;
}
