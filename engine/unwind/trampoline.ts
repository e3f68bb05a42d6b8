/**
 * Steps out of a signal's trampoline that has no call frame information: `mov $15, %rax; syscall`, which calls
 * rt_sigreturn(2) with the record of the interrupted code at the stack pointer.
 *
 * The record is the kernel's `struct rt_sigframe` without its return address: a `ucontext` whose `sigcontext` begins at
 * byte 40 with r8 to r15. Linux arch/x86/include/uapi/asm/sigcontext.h.
 */

import { codeAt, type Machine, read, STACK_POINTER, type State, type Step } from "./state.ts";

/** `mov $15, %rax; syscall` as glibc and musl have it, and `mov $15, %eax; syscall`. */
const CODE = [
  [0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05],
  [0xb8, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05],
];

const CONTEXT = 40n;
/** Encodings of the registers in the record's order: r8 ... r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp; then rip. */
const ORDER = [8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 3, 2, 0, 1, 4];

/** @returns The step to the interrupted code; undefined if the code is no trampoline. */
export function byTrampoline(machine: Machine, state: State): Step | undefined {
  const sp = state.registers[STACK_POINTER];
  if (sp === undefined || !CODE.some((code) => matches(machine, state.pc, code))) return undefined;
  const registers: (bigint | undefined)[] = [...state.registers];
  for (const [index, encoding] of ORDER.entries()) {
    registers[encoding] = read(machine, sp + CONTEXT + BigInt(index * 8));
  }
  const pc = read(machine, sp + CONTEXT + BigInt(ORDER.length * 8));
  return pc === undefined ? undefined : { next: { pc, registers, isReturn: false }, how: "signal" };
}

function matches(machine: Machine, address: bigint, code: readonly number[]): boolean {
  const bytes = codeAt(machine, address, code.length);
  return code.every((byte, index) => bytes[index] === byte);
}
