/**
 * Where an ELF file's bytes come from: read in pieces, so that a large file is never held whole.
 *
 * Every piece that the parser wants goes through {@linkcode readBytes}, which refuses what the file does not hold
 * before anything is allocated: memory stays in proportion to the file, whatever the headers claim.
 */

import { ElfError, hex } from "./errors.ts";

/** Random access to the bytes of a file. */
export interface ByteSource {
  /** Size of the file in bytes. */
  readonly size: number;
  /**
   * Reads a piece of the file.
   *
   * @param offset Offset from the start of the file.
   * @param length How many bytes.
   * @returns The bytes, fewer where the file ends before. They may alias the source: do not change them.
   */
  read(offset: number, length: number): Uint8Array;
}

/** A file being parsed: its bytes, and the name that goes into errors. */
export interface ElfInput {
  /** The bytes. */
  readonly source: ByteSource;
  /** The file, as its caller named it. */
  readonly file: string;
}

/**
 * A source over bytes that are in memory already.
 *
 * @param bytes The whole file; not copied.
 * @returns The source.
 */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/**
 * Reads a piece that a header describes.
 *
 * @param input The file.
 * @param piece What the piece is, for the error, and where the header says it is.
 * @returns Exactly `piece.length` bytes; do not change them.
 * @throws {ElfError} If the piece is not wholly inside the file.
 */
export function readBytes(
  { source, file }: ElfInput,
  piece: { what: string; offset: number; length: number; section?: string },
): Uint8Array {
  const { what, offset, length, section } = piece;
  if (offset + length > source.size) {
    throw new ElfError(
      file,
      `${what} is ${hex(length)} bytes, but the file ends at ${hex(source.size)} (truncated?)`,
      { offset, section },
    );
  }
  const bytes = source.read(offset, length);
  if (bytes.length < length) {
    throw new ElfError(file, `${what} is ${hex(length)} bytes, but the file has shrunk while it was read`, {
      offset,
      section,
    });
  }
  return bytes;
}
