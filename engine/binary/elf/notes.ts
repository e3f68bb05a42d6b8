/**
 * Notes: records with an owner, of which the build id is the one that matters here.
 *
 * System V gABI, chapter 5, "Note Section"; elf(5), "Notes". Leaves out what the other notes mean.
 */

import { Cursor } from "./cursor.ts";
import { type ElfSection, SECTION_TYPE } from "./sections.ts";
import type { ElfSegment } from "./segments.ts";
import type { ElfInput } from "./source.ts";

/** A note. */
export interface ElfNote {
  /** Its owner, such as `GNU`. */
  readonly owner: string;
  /** Its type, in its owner's numbering. */
  readonly type: number;
  /** Its bytes; do not change them. */
  readonly description: Uint8Array;
}

const BUILD_ID_TYPE = 3;
const NOTE_HEADER_SIZE = 12;

/** A piece of the file with notes. */
interface NotePiece {
  readonly offset: number;
  readonly length: number;
  readonly align: number;
  readonly section?: string;
}

/**
 * Reads the notes of one piece of the file.
 *
 * @param input The file.
 * @param piece Where the notes are; `align` is 4 or 8.
 * @returns The notes in order.
 * @throws {ElfError} If the piece is not inside the file, or if a note is not inside the piece.
 */
export function readNotes(input: ElfInput, piece: NotePiece): readonly ElfNote[] {
  const cursor = Cursor.over(input, { what: "the notes", ...piece });
  const notes: ElfNote[] = [];
  const decoder = new TextDecoder();
  while (cursor.remaining >= NOTE_HEADER_SIZE) {
    const ownerSize = cursor.word();
    const descriptionSize = cursor.word();
    const type = cursor.word();
    const owner = take(cursor, ownerSize, piece.align);
    const description = take(cursor, descriptionSize, piece.align);
    notes.push({ owner: decoder.decode(owner).replace(/\0.*$/s, ""), type, description });
  }
  return notes;
}

function take(cursor: Cursor, size: number, align: number): Uint8Array {
  if (size > cursor.remaining) {
    throw cursor.error(`a note's part is ${size} bytes, but only ${Math.max(cursor.remaining, 0)} are left`);
  }
  const bytes = cursor.bytes.subarray(cursor.position, cursor.position + size);
  cursor.position = Math.ceil((cursor.position + size) / align) * align;
  return bytes;
}

/**
 * Finds the build id: the linker's fingerprint of the file, by which its debug file is found.
 *
 * @param input The file.
 * @param parts The segments or, for a debug file, the sections.
 * @returns The build id in lower-case hexadecimal, or undefined for a file without one.
 * @throws {ElfError} If the notes are corrupt.
 */
export function findBuildId(input: ElfInput, parts: readonly (ElfSegment | ElfSection)[]): string | undefined {
  for (const part of parts) {
    const piece = pieceOf(part);
    if (piece === undefined) continue;
    const note = readNotes(input, piece).find(({ owner, type }) => owner === "GNU" && type === BUILD_ID_TYPE);
    if (note !== undefined) {
      return Array.from(note.description, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  }
  return undefined;
}

function pieceOf(part: ElfSegment | ElfSection): NotePiece | undefined {
  if ("typeNumber" in part) {
    if (part.type !== "note") return undefined;
    return { offset: part.offset, length: part.fileSize, align: part.align === 8n ? 8 : 4 };
  }
  if (part.type !== SECTION_TYPE.note) return undefined;
  const align = part.name === ".note.gnu.property" ? 8 : 4;
  return { offset: part.offset, length: part.size, align, section: part.name };
}
