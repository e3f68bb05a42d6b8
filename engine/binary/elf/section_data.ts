/**
 * The contents of a section, decompressed where the linker compressed them (`SHF_COMPRESSED`, debug sections mostly).
 *
 * Knows zlib and Zstandard. Leaves out the older `.zdebug_` names, which linkers no longer write. System V gABI,
 * chapter 4, "Section Compression".
 */

import { Cursor } from "./cursor.ts";
import { ElfError, hex } from "./errors.ts";
import { type ElfSection, SECTION_FLAG, SECTION_TYPE } from "./sections.ts";
import { type ElfInput, readBytes } from "./source.ts";

const COMPRESSION_HEADER_SIZE = 24;
/** How many times its size data can grow: deflate's own limit is 1032; a Zstandard section is held to the same. */
const MAXIMUM_RATIO = 1032;

/**
 * Reads the contents of a section.
 *
 * @param input The file.
 * @param section The section.
 * @returns Its bytes; none for a section that has none in the file (`.bss`). Do not change them.
 * @throws {ElfError} If the section is not inside the file, or if its compressed data are corrupt.
 */
export function readSection(input: ElfInput, section: ElfSection): Uint8Array {
  if (section.type === SECTION_TYPE.noBits) return new Uint8Array();
  const { name, offset, size: length } = section;
  const bytes = readBytes(input, { what: "the section", offset, length, section: name });
  return Math.floor(section.flags / SECTION_FLAG.compressed) % 2 === 1 ? decompress(input, section, bytes) : bytes;
}

function decompress(input: ElfInput, section: ElfSection, bytes: Uint8Array): Uint8Array {
  const cursor = new Cursor(input, bytes, section.offset, section.name);
  const algorithm = cursor.word();
  cursor.skip(4);
  const size = cursor.size();
  cursor.skip(8);
  const data = bytes.subarray(COMPRESSION_HEADER_SIZE);
  if (size > data.length * MAXIMUM_RATIO) {
    throw cursor.error(`its size before compression is ${hex(size)}, too much for ${hex(data.length)} bytes`, 8);
  }
  if (algorithm !== 1 && algorithm !== 2) {
    throw cursor.error(`its compression is number ${algorithm}, neither zlib nor Zstandard`, 0);
  }
  const result = unpack(input, section, algorithm === 1 ? "inflateSync" : "zstdDecompressSync", data, size);
  if (result.length === size) return result;
  throw cursor.error(`it unpacks to ${hex(result.length)} bytes, not ${hex(size)}`, 8);
}

/** Loaded when first needed: it takes as long as all the rest of the start. */
function zlib(): typeof import("node:zlib") {
  return globalThis.process.getBuiltinModule("node:zlib");
}

function unpack(
  input: ElfInput,
  section: ElfSection,
  unpacker: "inflateSync" | "zstdDecompressSync",
  data: Uint8Array,
  size: number,
): Uint8Array {
  try {
    const { buffer, byteOffset, byteLength } = zlib()[unpacker](data, { maxOutputLength: Math.max(size, 1) });
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ElfError(input.file, `its compressed data are corrupt (${error.message})`, {
      offset: section.offset + COMPRESSION_HEADER_SIZE,
      section: section.name,
    });
  }
}
