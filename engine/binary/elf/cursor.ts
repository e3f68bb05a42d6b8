/**
 * Reads little-endian fields one after another, and knows where in the file each one is.
 *
 * Leaves out: big-endian files and 32-bit layouts, which the header check refuses. Field types: System V gABI,
 * chapter 4, "Data Representation" (Half, Word, Xword, Addr, Off).
 */

import { ElfError } from "./errors.ts";
import { type ElfInput, readBytes } from "./source.ts";

/** A position in a piece of a file. */
export class Cursor {
  /** Where the cursor is in its piece. */
  position = 0;
  readonly #view: DataView;

  /**
   * Starts at the first byte of a piece.
   *
   * @param input The file, for errors.
   * @param bytes The piece.
   * @param start Offset of the piece from the start of the file.
   * @param section Name of the section the piece belongs to.
   */
  constructor(
    readonly input: ElfInput,
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly section?: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * A cursor over a piece that a header describes.
   *
   * @param input The file.
   * @param piece What the piece is and where.
   * @returns A cursor at the piece's first byte.
   * @throws {ElfError} If the piece is not wholly inside the file.
   */
  static over(
    input: ElfInput,
    piece: { what: string; offset: number; length: number; section?: string },
  ): Cursor {
    return new Cursor(input, readBytes(input, piece), piece.offset, piece.section);
  }

  /** Bytes between the cursor and the end of the piece. */
  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** An 8-bit field. */
  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** A 16-bit field: Half. */
  half(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  /** A 32-bit field: Word. */
  word(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A 64-bit field: Addr, Xword. */
  address(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /**
   * A 64-bit field that is an offset or a size in the file: Off, Xword.
   *
   * Above 2^53 the value is rounded: no file is that large, so a comparison with the file's size refuses it anyway.
   */
  size(): number {
    const at = this.#advance(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 0x1_0000_0000;
  }

  /** Moves past bytes; into the void, the next read complains. */
  skip(count: number): void {
    this.position += count;
  }

  /**
   * An error about a field of the piece.
   *
   * @param problem What is wrong.
   * @param position Where the field is in the piece.
   * @returns The error, to throw.
   */
  error(problem: string, position: number = this.position): ElfError {
    return new ElfError(this.input.file, problem, { offset: this.start + position, section: this.section });
  }

  #advance(count: number): number {
    const at = this.position;
    if (at < 0 || at + count > this.bytes.length) throw this.error("a field lies past the end of its table", at);
    this.position = at + count;
    return at;
  }
}
