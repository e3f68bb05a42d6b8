/** The guest as its variables are found in it: memory, images, and the registers that frames do not have. */

import type { DebugEntry } from "../binary/dwarf/mod.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Image, Symbols } from "../symbols/mod.ts";
import type { DebugValue } from "./value.ts";

/** A guest, for reading and changing its variables. */
export interface Target {
  /** Its memory. */
  readonly memory: GuestMemory;
  /** Its images. */
  readonly symbols: Symbols;
  /** The bytes of an SSE register as it is now. */
  xmm(index: number): Uint8Array;
  /** A register of the x87 stack as it is now, from its top: 10 bytes. */
  x87(index: number): Uint8Array;
  /** The base of thread-local storage. */
  readonly fsBase: bigint;
  /** A variable that is in no function; undefined if nothing is known of where it is. */
  variable(entry: DebugEntry): DebugValue | undefined;
  /** Sets a general register by its encoding, in the innermost frame. */
  setGeneral(encoding: number, value: bigint): void;
}

/** DWARF's number of a general register -> its encoding: DWARF has rdx before rcx, and rsi, rdi, rbp, rsp last. */
export const ENCODINGS: readonly number[] = [0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15];

const READ = 1;

/** Reads 1 to 8 bytes as an unsigned number; undefined if they are not readable. */
export function readNumber({ memory }: Target, address: bigint, size: number): bigint | undefined {
  const at = Number(address);
  if (size < 1 || size > 8 || !memory.allows(at, size, READ)) return undefined;
  return numberOf(memory.view(at, size));
}

/** Bytes, the lowest first, as a number without a sign. */
export function numberOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = value << 8n | BigInt(bytes[at]);
  return value;
}

/** A number as bytes, the lowest first. */
export function bytesOf(value: bigint, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, value);
  for (let at = 0; at < size; at++, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

/**
 * The address of a thread's variable, as the C library lays its storage out.
 *
 * The program's own is right below the thread pointer; that of a library is found through the vector of the thread's
 * blocks, once the thread has used it. ELF Handling For Thread-Local Storage, section 3.4.6.
 */
export function threadAddress(target: Target, image: Image, offset: bigint): bigint | undefined {
  const block = image.threadStorage;
  if (block === undefined) return undefined;
  if (image.role === "program") {
    const align = block.align || 1n;
    const size = (BigInt(block.memorySize) + align - 1n) / align * align;
    return target.fsBase - size + offset;
  }
  const index = target.symbols.images.filter((each) => each.threadStorage !== undefined && each.role !== "interpreter")
    .indexOf(image);
  const vector = readNumber(target, target.fsBase + 8n, 8);
  const start = vector === undefined ? undefined : readNumber(target, vector + 16n * BigInt(index + 1), 8);
  return start === undefined || start + 1n === 1n << 64n ? undefined : start + offset;
}
