/**
 * Words by guest address, which machine code looks up as JavaScript does: counters and what else is kept of the code at
 * each address.
 *
 * The addresses are divided into chunks. Address space of the host is taken for a chunk when something is put there,
 * and memory page by page: so a process has room for many guests.
 */

import { hostBytes, mapHost, PROT, unmapHost } from "../ffi/libc.ts";
import { TABLE } from "../ffi/stubs.ts";
import { PAGE_SIZE, SPAN } from "./guest_memory.ts";

const CHUNK = 2 ** TABLE.SHIFT;
const CHUNK_BYTES = TABLE.COLUMNS * CHUNK * 8;

/** A column of the table: one word for each address. */
export type Column = keyof typeof TABLE.COLUMN;

/** A table of 64-bit words, some for each guest address; all are 0 at first. */
export class AddressTable {
  /** Host address of the directory: for each chunk what to add `8 * address` to, or 0. */
  readonly host: bigint;
  #directory: BigUint64Array<ArrayBuffer>;
  readonly #chunks: (BigUint64Array<ArrayBuffer> | undefined)[] = [];

  /** @param span Addresses that have words, from 0 on. Others read as 0, and keep nothing. */
  constructor(span: number = SPAN) {
    const bytes = span / CHUNK * 8;
    this.host = bytes === 0 ? 0n : mapHost(bytes, PROT.READ | PROT.WRITE);
    this.#directory = bytes === 0 ? new BigUint64Array() : words(this.host, bytes);
  }

  /** The word of an address in a column. */
  get(column: Column, address: number): bigint {
    const index = Math.floor(address / CHUNK);
    return this.#chunks[index]?.[TABLE.COLUMN[column] * CHUNK + address - index * CHUNK] ?? 0n;
  }

  /** Sets the word of an address in a column. */
  set(column: Column, address: number, word: bigint): void {
    const index = Math.floor(address / CHUNK);
    const chunk = this.#chunks[index] ?? this.#take(index);
    if (chunk !== undefined) chunk[TABLE.COLUMN[column] * CHUNK + address - index * CHUNK] = word;
  }

  /** Has words for an address. @returns Whether it has: false for one that no guest can have. */
  cover(address: number): boolean {
    const index = Math.floor(address / CHUNK);
    return (this.#chunks[index] ?? this.#take(index)) !== undefined;
  }

  /** Sets the words of a page in a column to 0. */
  clearPage(column: Column, page: number): void {
    const index = Math.floor(page / CHUNK);
    const at = TABLE.COLUMN[column] * CHUNK + page - index * CHUNK;
    this.#chunks[index]?.fill(0n, at, at + PAGE_SIZE);
  }

  #take(index: number): BigUint64Array<ArrayBuffer> | undefined {
    if (!(index in this.#directory)) return undefined;
    const host = mapHost(CHUNK_BYTES, PROT.READ | PROT.WRITE);
    this.#directory[index] = host - BigInt(index * CHUNK * 8);
    return this.#chunks[index] = words(host, CHUNK_BYTES);
  }

  /** Frees the memory: no address has words then. */
  free(): void {
    this.#chunks.forEach((chunk, index) => {
      if (chunk !== undefined) unmapHost(this.#directory[index] + BigInt(index * CHUNK * 8), CHUNK_BYTES);
    });
    this.#chunks.length = 0;
    if (this.#directory.byteLength > 0) unmapHost(this.host, this.#directory.byteLength);
    this.#directory = new BigUint64Array();
  }
}

function words(host: bigint, length: number): BigUint64Array<ArrayBuffer> {
  const bytes = hostBytes(host, length);
  return new BigUint64Array(bytes.buffer, bytes.byteOffset, length / 8);
}
