/**
 * The debug sections of a file by name, and the strings in them.
 *
 * Leaves out the sections of supplementary files (dwz's), whose strings count as unknown.
 */

import { DwarfCursor } from "./cursor.ts";
import { DwarfError } from "./errors.ts";

/** The sections that are read here. */
export type DebugSectionName =
  | ".debug_abbrev"
  | ".debug_addr"
  | ".debug_aranges"
  | ".debug_info"
  | ".debug_line"
  | ".debug_line_str"
  | ".debug_ranges"
  | ".debug_rnglists"
  | ".debug_str"
  | ".debug_str_offsets";

/** Gives the bytes of a section, decompressed; undefined if the file does not have it. */
export type ReadSection = (name: DebugSectionName) => Uint8Array | undefined;

const EMPTY = new Uint8Array();

/** The debug sections of one file, each read when it is first needed. */
export class DebugSections {
  readonly #read: ReadSection;
  readonly #bytes = new Map<DebugSectionName, Uint8Array>();
  readonly #strings = new Map<string, string>();

  /**
   * Reads nothing yet.
   *
   * @param read Gives the bytes of a section.
   */
  constructor(read: ReadSection) {
    this.#read = read;
  }

  /** The bytes of a section; none if the file does not have it. */
  bytes(name: DebugSectionName): Uint8Array {
    let bytes = this.#bytes.get(name);
    if (bytes === undefined) this.#bytes.set(name, bytes = this.#read(name) ?? EMPTY);
    return bytes;
  }

  /** Forgets the bytes of a section; if it is needed again, it is read again. */
  forget(name: DebugSectionName): void {
    this.#bytes.delete(name);
  }

  /**
   * A cursor in a section.
   *
   * @param name The section.
   * @param start Where it starts.
   * @param end Where it ends; by default at the section's end.
   * @returns The cursor.
   * @throws {DwarfError} If the start is not inside the section.
   */
  cursor(name: DebugSectionName, start = 0, end?: number): DwarfCursor {
    const bytes = this.bytes(name);
    if (start >= 0 && start <= bytes.length) return new DwarfCursor(bytes, name, start, end);
    throw new DwarfError(`something is looked for past its 0x${bytes.length.toString(16)} bytes`, {
      section: name,
      offset: start,
    });
  }

  /**
   * A string of a section of strings.
   *
   * @param name The section.
   * @param offset Where the string starts.
   * @returns The string.
   * @throws {DwarfError} If it is not inside the section.
   */
  string(name: ".debug_str" | ".debug_line_str" | ".debug_info", offset: number): string {
    if (name === ".debug_info") return this.cursor(name, offset).string();
    const key = `${name}${offset}`;
    let text = this.#strings.get(key);
    if (text === undefined) this.#strings.set(key, text = this.cursor(name, offset).string());
    return text;
  }
}
