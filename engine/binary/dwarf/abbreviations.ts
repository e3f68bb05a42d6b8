/**
 * Abbreviations: what tag and which attributes the entries of a unit have.
 *
 * A table is read as far as it was asked for: the first entry of a unit needs little of it. DWARF 5, section 7.5.3.
 */

import { FORM } from "./constants.ts";
import type { DwarfCursor } from "./cursor.ts";

/** One abbreviation. */
export interface Abbreviation {
  /** The tag (DW_TAG_*). */
  readonly tag: number;
  /** Whether the entries have children. */
  readonly hasChildren: boolean;
  /** Attribute, form, and the value of DW_FORM_implicit_const, three numbers for each attribute. */
  readonly attributes: readonly number[];
}

/** A table of abbreviations, by their codes. */
export class AbbreviationTable {
  readonly #cursor: DwarfCursor;
  readonly #known = new Map<number, Abbreviation>();
  #isComplete = false;

  /** @param cursor Where the table starts. */
  constructor(cursor: DwarfCursor) {
    this.#cursor = cursor;
  }

  /**
   * The abbreviation of a code.
   *
   * @param code Its code.
   * @returns The abbreviation.
   * @throws {DwarfError} If the table is corrupt, or has no such code.
   */
  get(code: number): Abbreviation {
    for (;;) {
      const known = this.#known.get(code);
      if (known !== undefined) return known;
      if (this.#isComplete) throw this.#cursor.error(`there is no abbreviation ${code}`);
      this.#readNext();
    }
  }

  #readNext(): void {
    const cursor = this.#cursor;
    const code = cursor.remaining > 0 ? cursor.uleb() : 0;
    if (code === 0) {
      this.#isComplete = true;
      return;
    }
    const tag = cursor.uleb();
    const hasChildren = cursor.u8() !== 0;
    const attributes: number[] = [];
    for (;;) {
      const [attribute, form] = [cursor.uleb(), cursor.uleb()];
      if (attribute === 0 && form === 0) break;
      attributes.push(attribute, form, form === FORM.implicitConstant ? cursor.sleb() : 0);
    }
    if (!this.#known.has(code)) this.#known.set(code, { tag, hasChildren, attributes });
  }
}
