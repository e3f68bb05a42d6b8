/**
 * Steps to the caller by the frame pointer, if it looks sound, and else by a look for a return address on the stack.
 *
 * An address is taken for a return address if it is executable and comes after a call instruction. Intel manual, volume
 * 2, "CALL".
 */

import { callerOf, codeAt, FRAME_POINTER, isExecutable, type Machine, read, STACK_POINTER } from "./state.ts";
import type { State, Step } from "./state.ts";

/** Bytes of stack that are looked at for a return address. */
const SCANNED = 8192n;
/** Bytes of the longest frame that a frame pointer is believed. */
const LONGEST_FRAME = 1n << 24n;

/** @returns The step; undefined if the frame pointer does not look like one. */
export function byFramePointer(machine: Machine, state: State): Step | undefined {
  const [sp, frame] = [state.registers[STACK_POINTER], state.registers[FRAME_POINTER]];
  if (sp === undefined || frame === undefined) return undefined;
  if (frame < sp || frame > sp + LONGEST_FRAME || frame % 8n !== 0n) return undefined;
  const cfa = frame + 16n;
  const next = callerOf(machine, state, cfa, new Map([[FRAME_POINTER, read(machine, frame)]]));
  return next !== undefined && isReturnAddress(machine, next.pc) ? { next, how: "frame pointer", cfa } : undefined;
}

/** @returns The step to the first thing on the stack that looks like a return address. */
export function byScan(machine: Machine, state: State): Step | undefined {
  const sp = state.registers[STACK_POINTER];
  if (sp === undefined) return undefined;
  const start = (sp + 7n) / 8n * 8n;
  for (let at = start; at < start + SCANNED; at += 8n) {
    const value = read(machine, at);
    if (value === undefined) return undefined;
    if (!isReturnAddress(machine, value)) continue;
    const cfa = at + 8n;
    return { next: callerOf(machine, state, cfa), how: "guess", cfa };
  }
  return undefined;
}

/** Whether an address is executable and comes after a call instruction. */
export function isReturnAddress(machine: Machine, address: bigint): boolean {
  if (address < 16n || !isExecutable(machine, address - 1n)) return false;
  const start = isExecutable(machine, address - 7n) ? address - 7n : address - 2n;
  const code = codeAt(machine, start, Number(address - start));
  const before = (distance: number) => code[code.length - distance];
  if (before(5) === 0xe8) return true; // call to a constant address
  return [2, 3, 4, 6, 7].some((size) =>
    before(size) === 0xff && indirectCallSize(before(size - 1), before(size - 2)) === size
  );
}

/** Size of `ff /2`, a call to where a register or memory says; 0 if it is something else. */
function indirectCallSize(modrm: number, sib: number): number {
  if ((modrm >> 3 & 7) !== 2) return 0;
  const [mode, memory] = [modrm >> 6, modrm & 7];
  if (mode === 3) return 2;
  const withSib = memory === 4 ? 1 : 0;
  if (mode === 1) return 3 + withSib;
  const isFar = mode === 2 || memory === 5 || (withSib === 1 && (sib & 7) === 5);
  return 2 + withSib + (isFar ? 4 : 0);
}
