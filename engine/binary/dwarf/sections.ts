/**
 * The debug sections of a file by name, and the strings in them.
 *
 * A file that dwz made smaller shares a supplementary file with others, whose sections are here beside its own.
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
  | ".debug_loc"
  | ".debug_loclists"
  | ".debug_ranges"
  | ".debug_rnglists"
  | ".debug_str"
  | ".debug_str_offsets"
  | ".debug_types";

/** The sections that have debugging entries. */
export type EntrySection = ".debug_info" | ".debug_types";

/** Gives the bytes of a section, decompressed; undefined if the file does not have it. */
export type ReadSection = (name: DebugSectionName) => Uint8Array | undefined;

const EMPTY = new Uint8Array();

/** The debug sections of one file, each read when it is first needed. */
export class DebugSections {
  readonly #read: ReadSection;
  readonly #readSupplementary: (() => DebugSections | undefined) | undefined;
  #supplementary: DebugSections | undefined;
  #isSupplementaryRead = false;
  readonly #bytes = new Map<DebugSectionName, Uint8Array>();
  readonly #strings = new Map<string, string>();

  /**
   * Reads nothing yet.
   *
   * @param read Gives the bytes of a section.
   * @param supplementary Finds the file that `.gnu_debugaltlink` names, when it is first needed.
   */
  constructor(read: ReadSection, supplementary?: () => DebugSections | undefined) {
    this.#read = read;
    this.#readSupplementary = supplementary;
  }

  /** The sections of the supplementary file; undefined if there is none, or if it is not here. */
  get supplementary(): DebugSections | undefined {
    if (!this.#isSupplementaryRead) {
      this.#isSupplementaryRead = true;
      this.#supplementary = this.#readSupplementary?.();
    }
    return this.#supplementary;
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
  string(name: ".debug_str" | ".debug_line_str" | EntrySection, offset: number): string {
    if (name === ".debug_info" || name === ".debug_types") return this.cursor(name, offset).string();
    const key = `${name}${offset}`;
    let text = this.#strings.get(key);
    if (text === undefined) this.#strings.set(key, text = this.cursor(name, offset).string());
    return text;
  }
}
