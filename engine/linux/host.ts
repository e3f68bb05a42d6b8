/** System calls of the host, as the kernel of the guest makes them. Results are values: a negative errno is a failure. */

import { errno, libc } from "../ffi/libc.ts";
import { SYSCALL_NUMBERS } from "./abi/numbers.ts";

const NUMBERS = new Map(Object.entries(SYSCALL_NUMBERS).map(([name, number]) => [name, BigInt(number)]));

function numberOf(name: string): bigint {
  const number = NUMBERS.get(name);
  if (number === undefined) throw new TypeError(`Cannot call ${name}: there is no such system call`);
  return number;
}

function word(value: number | bigint): bigint {
  return typeof value === "bigint" ? value : BigInt(value);
}

/**
 * Makes a system call whose result fits 32 bits.
 *
 * @param name Its name.
 * @param list Up to six arguments; pointers are host addresses.
 * @returns Its result, or a negative errno.
 */
export function hostCall(name: string, ...list: readonly (number | bigint)[]): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = list;
  const result = libc().syscall32(numberOf(name), word(a), word(b), word(c), word(d), word(e), word(f));
  return result === -1 ? -errno() : result;
}

/** The same for results that need 64 bits. */
export function hostCall64(name: string, ...list: readonly (number | bigint)[]): bigint {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = list;
  const result = libc().syscall64(numberOf(name), word(a), word(b), word(c), word(d), word(e), word(f));
  return result === -1n ? BigInt(-errno()) : result;
}

/** Bytes with a fixed host address: for paths and records that host calls take. Kept alive by who holds it. */
export class HostBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly address: bigint;

  /** @param size In bytes. */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.bytes));
  }

  /** Fills it with a string and a zero byte. @throws {RangeError} If the string does not fit. */
  setString(bytes: Uint8Array): bigint {
    this.bytes.set(bytes);
    this.bytes[bytes.length] = 0;
    return this.address;
  }
}
