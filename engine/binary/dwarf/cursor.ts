/**
 * Reads little-endian DWARF fields one after another: fixed sizes, LEB128, initial lengths, strings.
 *
 * Numbers are JavaScript's: above 2^53 they are rounded, where no address, offset or size of a real file is. Leaves out
 * big-endian files. DWARF 5, sections 7.4 to 7.6.
 */

import { DwarfError } from "./errors.ts";

const HIGH = 0x1_0000_0000;

/** A position in a part of a section. */
export class DwarfCursor {
  /** Where the cursor is, from the start of the section. */
  position: number;
  /** Where its part ends. */
  readonly end: number;
  readonly #view: DataView;

  /**
   * Starts at the first byte of a part.
   *
   * @param bytes The whole section, decompressed.
   * @param section Its name, for errors.
   * @param start Where the part starts.
   * @param end Where it ends; by default, and at most, at the end of the section.
   */
  constructor(readonly bytes: Uint8Array, readonly section: string, start = 0, end: number = bytes.length) {
    this.position = start;
    this.end = Math.min(end, bytes.length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes between the cursor and the end of its part. */
  get remaining(): number {
    return this.end - this.position;
  }

  /** An unsigned byte. */
  u8(): number {
    if (this.position >= this.end || this.position < 0) throw this.#short();
    return this.bytes[this.position++];
  }

  /** A signed byte. */
  i8(): number {
    return this.u8() << 24 >> 24;
  }

  /** An unsigned 16-bit number. */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  /** A signed 16-bit number. */
  i16(): number {
    return this.#view.getInt16(this.#advance(2), true);
  }

  /** An unsigned 24-bit number. */
  u24(): number {
    const at = this.#advance(3);
    return this.#view.getUint16(at, true) | this.bytes[at + 2] << 16;
  }

  /** An unsigned 32-bit number. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A signed 32-bit number. */
  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** An unsigned 64-bit number. */
  u64(): number {
    const at = this.#advance(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * HIGH;
  }

  /** A signed 64-bit number. */
  i64(): number {
    const at = this.#advance(8);
    return this.#view.getUint32(at, true) + this.#view.getInt32(at + 4, true) * HIGH;
  }

  /** An unsigned 64-bit number, exact. */
  u64Exact(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** An unsigned LEB128 number. */
  uleb(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.u8();
      if (scale <= 2 ** 63) value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** A signed LEB128 number. */
  sleb(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.u8();
      const last = byte < 0x80;
      const digit = last && byte & 0x40 ? (byte & 0x7f) - 128 : byte & 0x7f;
      if (scale <= 2 ** 63) value += digit * scale;
      if (last) return value;
    }
  }

  /** An unsigned LEB128 number modulo 2^64, exact. */
  ulebExact(): bigint {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = this.u8();
      if (shift < 64n) value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  }

  /** A signed LEB128 number modulo 2^64 as an unsigned one, exact. */
  slebExact(): bigint {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = this.u8();
      if (shift < 64n) value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, byte & 0x40 ? value | -1n << (shift + 7n) : value);
    }
  }

  /** A number of a size that the data give: 1, 2, 3, 4 or 8 bytes. */
  unsigned(size: number): number {
    switch (size) {
      case 1:
        return this.u8();
      case 2:
        return this.u16();
      case 3:
        return this.u24();
      case 4:
        return this.u32();
      case 8:
        return this.u64();
      default:
        throw this.error(`a field of ${size} bytes`);
    }
  }

  /** An offset or a length, 4 bytes in 32-bit DWARF and 8 in 64-bit DWARF. */
  offset(is64: boolean): number {
    return is64 ? this.u64() : this.u32();
  }

  /**
   * The length that a unit starts with, and which of the two formats it announces.
   *
   * @returns The number of bytes that follow the field.
   */
  initialLength(): { length: number; is64: boolean } {
    const at = this.position;
    const length = this.u32();
    if (length < 0xffff_fff0) return { length, is64: false };
    if (length === 0xffff_ffff) return { length: this.u64(), is64: true };
    throw this.error(`the length 0x${length.toString(16)} is reserved`, at);
  }

  /** A string that ends with a zero byte. */
  string(): string {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0 || end >= this.end) throw this.error("a string is not terminated");
    const text = decode(this.bytes, this.position, end);
    this.position = end + 1;
    return text;
  }

  /** Moves past a string that ends with a zero byte. */
  skipString(): void {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0 || end >= this.end) throw this.error("a string is not terminated");
    this.position = end + 1;
  }

  /** Bytes of a length that the data give: not a copy. */
  block(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Moves past bytes. */
  skip(count: number): void {
    this.#advance(count);
  }

  /**
   * An error about a field.
   *
   * @param problem What is wrong.
   * @param offset Where the field is in the section.
   * @returns The error, to throw.
   */
  error(problem: string, offset: number = this.position): DwarfError {
    return new DwarfError(problem, { section: this.section, offset });
  }

  #advance(count: number): number {
    const at = this.position;
    if (!(count >= 0) || at < 0 || at + count > this.end) throw this.#short();
    this.position = at + count;
    return at;
  }

  #short(): DwarfError {
    return this.error("a field lies past the end of its part");
  }
}

const decoder = new TextDecoder();

function decode(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}
