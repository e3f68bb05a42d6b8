/** What a step of a walk over the stack starts from and ends with, and what it may look at. */

import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Symbols } from "../symbols/mod.ts";
import type { FrameOrigin } from "../unwind.ts";

/** The guest, for reading. */
export interface Machine {
  readonly memory: GuestMemory;
  readonly symbols: Symbols;
}

/** A frame's registers. */
export interface State {
  readonly pc: bigint;
  /** General registers by their encoding; undefined for those that are not known. */
  readonly registers: readonly (bigint | undefined)[];
  /** Whether the program counter is where a call returns to: then the call is what was before it. */
  readonly isReturn: boolean;
}

/** What a step found. */
export interface Step {
  /** The caller; undefined if there is none, for sure. */
  readonly next: State | undefined;
  readonly how: FrameOrigin;
  /** The canonical frame address of the frame that the step started from. */
  readonly cfa?: bigint;
}

/** Encodings of rsp and rbp. */
export const STACK_POINTER = 4;
export const FRAME_POINTER = 5;
/** Registers that calls preserve: rbx, rsp, rbp, r12 to r15. */
export const PRESERVED: ReadonlySet<number> = new Set([3, 4, 5, 12, 13, 14, 15]);

const [READ, EXECUTE] = [1, 4];

/** Reads 1 to 8 bytes as an unsigned number; undefined if they are not readable. */
export function read({ memory }: Machine, address: bigint, size = 8): bigint | undefined {
  const at = Number(address);
  if (!memory.allows(at, size, READ)) return undefined;
  if (size === 8) return memory.u64(at);
  let value = 0n;
  for (const [index, byte] of memory.view(at, size).entries()) value |= BigInt(byte) << BigInt(index * 8);
  return value;
}

/** Bytes of code, fewer where memory ends. */
export function codeAt({ memory }: Machine, address: bigint, length: number): Uint8Array {
  const at = Number(address);
  const reach = memory.accessible(at, length, EXECUTE);
  return reach === 0 ? new Uint8Array() : memory.view(at, reach);
}

/** Whether an address is in executable memory. */
export function isExecutable({ memory }: Machine, address: bigint): boolean {
  return memory.allows(Number(address), 1, EXECUTE);
}

/**
 * The caller's state, when its registers but for the stack pointer are what the callee has, or what is given.
 *
 * @param state The callee's state.
 * @param cfa The callee's canonical frame address, below which is the return address.
 * @param saved Registers that are known to be other than the callee's.
 * @returns The caller's state; undefined if the return address is not readable.
 */
export function callerOf(
  machine: Machine,
  state: State,
  cfa: bigint,
  saved: ReadonlyMap<number, bigint | undefined> = new Map(),
): State | undefined {
  const pc = read(machine, cfa - 8n);
  if (pc === undefined) return undefined;
  const registers = state.registers.map((value, index) => {
    if (index === STACK_POINTER) return cfa;
    if (saved.has(index)) return saved.get(index);
    return PRESERVED.has(index) ? value : undefined;
  });
  return { pc, registers, isReturn: true };
}
