/**
 * Where Unicorn keeps parts of the CPU that it has no call for, or only a slow one: found by what changes, each time an
 * engine is made, so that another version of Unicorn is an error and not a wrong result.
 */

import { REGISTER_ID, VECTOR } from "../arch/x86_64.ts";
import type { Registers } from "./registers.ts";

/** Values that nothing else has. */
const PATTERNS = [0x5eed_1234_5678n, 0x7ab_8765_4321n];

/**
 * Where the bases of segments are, in bytes from the start of the state.
 *
 * @throws {Error} If they are not found.
 */
export function segmentPlaces(registers: Registers, state: Int32Array): { readonly fs: number; readonly gs: number } {
  const offsetOf = (id: number) => {
    const before = registers.read(id);
    const found = PATTERNS.map((pattern) => {
      registers.write(id, pattern);
      const [low, high] = [Number(BigInt.asIntN(32, pattern)), Number(pattern >> 32n)];
      return [...state.keys()].filter((at) => at % 2 === 0 && state[at] === low && state[at + 1] === high);
    });
    registers.write(id, before);
    const both = found[0].filter((at) => found[1].includes(at));
    if (both.length !== 1) throw new Error("Cannot find a segment's base: this version of Unicorn keeps it elsewhere");
    return 4 * both[0];
  };
  return { fs: offsetOf(REGISTER_ID.FS_BASE), gs: offsetOf(REGISTER_ID.GS_BASE) };
}

/**
 * The note of the exception that is being delivered, after one was. Left as it is, the next fault becomes a double
 * fault.
 *
 * @param before The state before a general protection fault.
 * @throws {Error} If it is not found.
 */
export function pendingException(before: Int32Array, state: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const changed = [...state.keys()].filter((at) => before[at] === -1 && state[at] === VECTOR.GENERAL);
  if (changed.length !== 1) {
    throw new Error("Cannot enter user mode: this version of Unicorn keeps its state in another way");
  }
  return state.subarray(changed[0], changed[0] + 1);
}
