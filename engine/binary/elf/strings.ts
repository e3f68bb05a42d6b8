/**
 * A string table: names one after another, each ended by a zero byte, named by the offset of their first byte.
 *
 * Names are cut out of one text of the whole table, so a symbol table with 100,000 names costs one decoding and no
 * copy. System V gABI, chapter 4, "String Table". Leaves out names of more than 128 KiB: the limit keeps a corrupt table
 * of one endless name, shared by every symbol, from taking minutes.
 */

import { Buffer } from "node:buffer";
import { ElfError, hex } from "./errors.ts";
import { type ElfInput, readBytes } from "./source.ts";

const MAXIMUM_NAME = 128 * 1024;
/** How often, on average, names may share a byte: linkers let a name be the end of a longer one. */
const MAXIMUM_SHARING = 16;

/** A string table, checked. */
export class StringTable {
  readonly #bytes: Uint8Array;
  /** The table, a character for a byte. */
  readonly #text: string;
  readonly #ascii: boolean;
  readonly #decoder = new TextDecoder();
  readonly #decoded = new Map<number, string>();
  #decodedBytes = 0;

  /**
   * Reads a string table.
   *
   * @param input The file.
   * @param piece Where the table is.
   * @throws {ElfError} If the table is not inside the file, not terminated, or has a name of more than 128 KiB.
   */
  constructor(
    private readonly input: ElfInput,
    private readonly piece: { offset: number; length: number; section: string },
  ) {
    this.#bytes = readBytes(input, { what: "the string table", ...piece });
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#text = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
    // deno-lint-ignore no-control-regex
    this.#ascii = /^[\x00-\x7f]*$/.test(this.#text);
    this.#checkNames();
  }

  /** Size of the table in bytes: offsets of names are below. */
  get size(): number {
    return this.#bytes.length;
  }

  /**
   * The name at an offset; most names are not decoded before someone asks.
   *
   * @param offset Offset in the table, below {@linkcode StringTable.size}; an empty table has the empty name at 0.
   * @returns The name, decoded as UTF-8.
   * @throws {ElfError} If the offset is not inside the table, or if names overlap beyond all measure.
   */
  at(offset: number): string {
    if (offset === 0 && this.size === 0) return "";
    if (offset >= this.size) {
      throw this.#error(`a name is at ${hex(offset)}, past the string table's ${hex(this.size)} bytes`, 0);
    }
    const end = this.#text.indexOf("\0", offset);
    return this.#ascii ? this.#text.slice(offset, end) : this.#decode(offset, end);
  }

  /** Decoding copies: bytes that too many names share would fill the memory. */
  #decode(offset: number, end: number): string {
    let name = this.#decoded.get(offset);
    if (name !== undefined) return name;
    this.#decodedBytes += end - offset;
    if (this.#decodedBytes > MAXIMUM_SHARING * this.size) throw this.#error("too many names share their bytes", offset);
    name = this.#decoder.decode(this.#bytes.subarray(offset, end));
    this.#decoded.set(offset, name);
    return name;
  }

  #checkNames(): void {
    if (this.size > 0 && this.#bytes[this.size - 1] !== 0) {
      throw this.#error("the string table does not end with a zero byte", this.size - 1);
    }
    if (this.size <= MAXIMUM_NAME) return;
    for (let start = 0; start < this.size;) {
      const end = this.#text.indexOf("\0", start);
      if (end - start > MAXIMUM_NAME) throw this.#error(`a name is ${end - start} bytes long`, start);
      start = end + 1;
    }
  }

  #error(problem: string, position: number): ElfError {
    const { offset, section } = this.piece;
    return new ElfError(this.input.file, problem, { offset: offset + position, section });
  }
}
