/**
 * What is in a guest's memory, as numbers, strings and structures; each access is checked. Leaves out what is mapped
 * where.
 */

import { PROT } from "../ffi/libc.ts";
import { GuestMemoryError } from "./errors.ts";
import { type Struct, structAt, type StructLayout } from "./struct.ts";

/** Memory to read from and write to. All numbers are little-endian. */
export abstract class GuestData {
  readonly #memory: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  /** @ignore See `Emulator.memory`. */
  constructor(memory: Uint8Array<ArrayBuffer>) {
    this.#memory = memory;
    this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  }

  /** Number of bytes from `start` that are mapped with a permission (bits of PROT), up to `length`. */
  abstract accessible(start: number, length: number, permission: number): number;

  /** Whether `[start, start + length)` is mapped with a permission (bits of PROT). */
  abstract allows(start: number, length: number, permission: number): boolean;

  /**
   * Writes bytes, whatever the guest may do there.
   *
   * @throws {GuestMemoryError} If a byte is not mapped.
   */
  abstract write(address: bigint | number, bytes: Uint8Array): void;

  #check(address: bigint | number, length: number, access: "read" | "write"): number {
    const start = Number(address);
    if (this.allows(start, length, access === "read" ? PROT.READ : PROT.WRITE)) return start;
    const reach = access === "read" ? this.accessible(start, length, PROT.READ) : 0;
    throw new GuestMemoryError(BigInt(address) + BigInt(reach), access);
  }

  /**
   * A view of guest memory, not a copy: valid until the range is unmapped.
   *
   * @throws {GuestMemoryError} If a byte of it is not readable.
   */
  view(address: bigint | number, length: number): Uint8Array<ArrayBuffer> {
    const start = this.#check(address, length, "read");
    return this.#memory.subarray(start, start + length);
  }

  /** The view without a check, for who has checked. */
  uncheckedView(start: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#memory.subarray(start, start + length);
  }

  /** A copy of `length` bytes. @throws {GuestMemoryError} If one is not readable. */
  bytes(address: bigint | number, length: number): Uint8Array<ArrayBuffer> {
    return this.view(address, length).slice();
  }

  /** An unsigned byte. @throws {GuestMemoryError} If it is not readable. */
  u8(address: bigint | number): number {
    return this.#view.getUint8(this.#check(address, 1, "read"));
  }

  /** An unsigned 16-bit number. @throws {GuestMemoryError} If it is not readable. */
  u16(address: bigint | number): number {
    return this.#view.getUint16(this.#check(address, 2, "read"), true);
  }

  /** An unsigned 32-bit number. @throws {GuestMemoryError} If it is not readable. */
  u32(address: bigint | number): number {
    return this.#view.getUint32(this.#check(address, 4, "read"), true);
  }

  /** A signed 32-bit number. @throws {GuestMemoryError} If it is not readable. */
  i32(address: bigint | number): number {
    return this.#view.getInt32(this.#check(address, 4, "read"), true);
  }

  /** An unsigned 64-bit number. @throws {GuestMemoryError} If it is not readable. */
  u64(address: bigint | number): bigint {
    return this.#view.getBigUint64(this.#check(address, 8, "read"), true);
  }

  /** An unsigned 64-bit number that is an address, as a number. @throws {GuestMemoryError} If it is not readable. */
  pointer(address: bigint | number): number {
    const start = this.#check(address, 8, "read");
    return this.#view.getUint32(start, true) + this.#view.getUint32(start + 4, true) * 2 ** 32;
  }

  /** A signed 64-bit number. @throws {GuestMemoryError} If it is not readable. */
  i64(address: bigint | number): bigint {
    return this.#view.getBigInt64(this.#check(address, 8, "read"), true);
  }

  /** A double. @throws {GuestMemoryError} If it is not readable. */
  f64(address: bigint | number): number {
    return this.#view.getFloat64(this.#check(address, 8, "read"), true);
  }

  /** A float. @throws {GuestMemoryError} If it is not readable. */
  f32(address: bigint | number): number {
    return this.#view.getFloat32(this.#check(address, 4, "read"), true);
  }

  /**
   * The bytes of a string that ends with a zero byte, without it.
   *
   * @param limit Most bytes to look at.
   * @throws {GuestMemoryError} If memory ends before the string does.
   */
  cbytes(address: bigint | number, limit = 1 << 20): Uint8Array<ArrayBuffer> {
    const start = Number(address);
    const reach = this.accessible(start, limit, PROT.READ);
    if (reach === 0) throw new GuestMemoryError(BigInt(address), "read");
    for (let length = 0; length < reach; length++) {
      if (this.#memory[start + length] === 0) return this.#memory.slice(start, start + length);
    }
    if (reach < limit) throw new GuestMemoryError(BigInt(address) + BigInt(reach), "read");
    return this.#memory.slice(start, start + reach);
  }

  /** A UTF-8 string that ends with a zero byte. @throws {GuestMemoryError} If memory ends before it does. */
  cstring(address: bigint | number, limit = 1 << 20): string {
    return new TextDecoder().decode(this.cbytes(address, limit));
  }

  /**
   * A structure of C's at an address: `struct(at, { next: "pointer", value: "i32", name: "char[8]" })`. Its fields are
   * read and written when they are used.
   *
   * @param layout The fields in their order, with their types; each is placed where a C compiler places it.
   * @throws {TypeError} If a type is unknown.
   */
  struct<const L extends StructLayout>(address: bigint | number, layout: L): Struct<L> {
    return structAt(this, BigInt(address), layout);
  }

  /** Writes an unsigned byte. @throws {GuestMemoryError} If it is not mapped. */
  setU8(address: bigint | number, value: number): void {
    this.write(address, Uint8Array.of(value));
  }

  /** Writes an unsigned 32-bit number. @throws {GuestMemoryError} If it is not mapped. */
  setU32(address: bigint | number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.write(address, bytes);
  }

  /** Writes an unsigned 64-bit number. @throws {GuestMemoryError} If it is not mapped. */
  setU64(address: bigint | number, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    this.write(address, bytes);
  }
}
