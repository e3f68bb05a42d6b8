/**
 * Arguments and environment of a guest as `/proc/<pid>/cmdline` and `environ` show them: the strings on the initial
 * stack, as they are now. See proc_pid_cmdline(5).
 */

import { AT } from "../../loader/stack.ts";
import type { Process } from "../process.ts";

interface Strings {
  readonly start: number;
  readonly split: number;
  readonly end: number;
}

/** By auxiliary vectors: each program has its own. */
const known = new WeakMap<Uint8Array, Strings>();
const NOTHING = new Uint8Array(0);
const PLATFORM_BYTES = 7;

function auxiliary(process: Process, key: number): number {
  const bytes = process.auxiliaryVector;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    if (view.getBigUint64(at, true) === BigInt(key)) return Number(view.getBigUint64(at + 8, true));
  }
  return 0;
}

/**
 * Finds the strings from the auxiliary vector, which points to what lies before and behind them; where the environment
 * begins is what its first pointer says, just below the vector.
 */
function strings(process: Process): Strings {
  let found = known.get(process.auxiliaryVector);
  if (found === undefined) known.set(process.auxiliaryVector, found = search(process));
  return found;
}

function search(process: Process): Strings {
  const { memory } = process;
  const start = auxiliary(process, AT.PLATFORM) + PLATFORM_BYTES;
  const end = auxiliary(process, AT.EXECFN);
  const inside = (value: number) => value >= start && value < end;
  const word = (at: number) => memory.allows(at, 8, 1) ? Number(memory.u64(at)) : -1;
  // The pointers end with the vector, below the random bytes and at most 15 bytes away from them.
  const below = Math.floor(auxiliary(process, AT.RANDOM) / 8) * 8 - process.auxiliaryVector.length;
  const vector = [below, below - 8].find((at) => isVector(process, at)) ?? 0;
  let split = end;
  for (let at = vector - 16; inside(word(at)); at -= 8) split = word(at);
  return { start, split, end };
}

function isVector(process: Process, at: number): boolean {
  const { auxiliaryVector, memory } = process;
  if (!memory.allows(at, auxiliaryVector.length, 1)) return false;
  const there = memory.uncheckedView(at, auxiliaryVector.length);
  return auxiliaryVector.every((byte, index) => byte === there[index]);
}

function between(process: Process, start: number, end: number): Uint8Array {
  return end > start && process.memory.allows(start, end - start, 1)
    ? process.memory.bytes(start, end - start)
    : NOTHING;
}

/** The arguments, each with its zero. */
export function argumentBytes(process: Process): Uint8Array {
  const { start, split } = strings(process);
  return between(process, start, split);
}

/** The environment, each string with its zero. */
export function environmentBytes(process: Process): Uint8Array {
  const { split, end } = strings(process);
  return between(process, split, end);
}
