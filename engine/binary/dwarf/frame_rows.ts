/**
 * Runs call frame instructions (DW_CFA_*): what the caller's registers were at each instruction of a function.
 *
 * Leaves out vendor instructions of other architectures. DWARF 5, sections 6.4.2 and 6.4.3.
 */

import { DwarfCursor } from "./cursor.ts";
import type { DwarfExpression } from "./expression.ts";
import type { FrameEntry, FrameSection } from "./frame_entries.ts";
import { type PointerBases, readPointer } from "./pointers.ts";

/** How the canonical frame address is found: the stack pointer's value before the call. */
export type CfaRule =
  | { readonly kind: "register"; readonly register: number; readonly offset: number }
  | { readonly kind: "expression"; readonly expression: DwarfExpression };

/** How a register of the caller is found; registers are in DWARF's numbering. */
export type RegisterRule =
  | { readonly kind: "undefined" | "same value" }
  /** It was saved at the canonical frame address plus an offset; "value offset": it is that sum. */
  | { readonly kind: "offset" | "value offset"; readonly offset: number }
  | { readonly kind: "register"; readonly register: number }
  /** It was saved at the address that the expression computes; "value expression": it is that value. */
  | { readonly kind: "expression" | "value expression"; readonly expression: DwarfExpression };

/** How the caller's registers are found at some instructions of a function. */
export interface FrameRow {
  /** Address of the first instruction that it holds for, before the load bias is added. */
  readonly start: number;
  /** Address past the last. */
  readonly end: number;
  /** How the canonical frame address is found. */
  readonly cfa: CfaRule;
  /** How registers are found; those that are not here are as the architecture's conventions have them. */
  readonly rules: ReadonlyMap<number, RegisterRule>;
  /** The register that stands for the return address. */
  readonly returnRegister: number;
  /** Whether a signal interrupted the caller: it goes on at its program counter, not after a call. */
  readonly isSignalFrame: boolean;
}

interface State {
  cfa: CfaRule | undefined;
  rules: Map<number, RegisterRule>;
}

/** Rows that may be remembered at once. */
const MAXIMUM_DEPTH = 1024;

/**
 * Finds the row for an address.
 *
 * @param section The section of the entry.
 * @param entry The function's entry.
 * @param bases What pointers are relative to.
 * @param address An address in the function.
 * @returns The row.
 * @throws {DwarfError} If the instructions are corrupt.
 */
export function rowAt(section: FrameSection, entry: FrameEntry, bases: PointerBases, address: number): FrameRow {
  const state: State = { cfa: undefined, rules: new Map() };
  const { common } = entry;
  const run = new Run(section, entry, bases, state);
  run.execute(common.instructions, Infinity);
  const initial = new Map(state.rules);
  run.initial = initial;
  run.execute(entry.instructions, address);
  if (state.cfa === undefined) {
    throw run.error("nothing says where the canonical frame address is", entry.instructions[0]);
  }
  return {
    start: run.location,
    end: run.next ?? entry.end,
    cfa: state.cfa,
    rules: state.rules,
    returnRegister: common.returnRegister,
    isSignalFrame: common.isSignalFrame,
  };
}

class Run {
  location: number;
  /** Where the next row starts, if there is one after the address that was asked for. */
  next: number | undefined;
  initial: ReadonlyMap<number, RegisterRule> = new Map();
  readonly #remembered: State[] = [];

  constructor(
    readonly section: FrameSection,
    readonly entry: FrameEntry,
    readonly bases: PointerBases,
    readonly state: State,
  ) {
    this.location = entry.start;
  }

  error(problem: string, offset: number) {
    return new DwarfCursor(this.section.bytes, this.section.name).error(problem, offset);
  }

  /** Executes instructions until the row after the one of the address. */
  execute([start, end]: readonly [number, number], address: number): void {
    const cursor = new DwarfCursor(this.section.bytes, this.section.name, start, end);
    const { codeAlignment } = this.entry.common;
    while (cursor.remaining > 0) {
      const at = cursor.position;
      const byte = cursor.u8();
      const low = byte & 0x3f;
      switch (byte >> 6) {
        case 1:
          if (this.#advance(this.location + low * codeAlignment, address)) return;
          break;
        case 2:
          this.#rule(low, { kind: "offset", offset: cursor.uleb() * this.entry.common.dataAlignment });
          break;
        case 3:
          this.#restore(low);
          break;
        default: {
          const target = this.#location(cursor, byte);
          if (target === undefined) this.#extended(cursor, byte, at);
          else if (this.#advance(target, address)) return;
        }
      }
    }
  }

  #advance(target: number, address: number): boolean {
    if (target > address) {
      this.next = Math.min(target, this.entry.end);
      return true;
    }
    this.location = target;
    return false;
  }

  /** The new location, for instructions that move it. */
  #location(cursor: DwarfCursor, opcode: number): number | undefined {
    const { codeAlignment, pointerEncoding } = this.entry.common;
    switch (opcode) {
      case 0x01:
        return readPointer(cursor, pointerEncoding, this.bases);
      case 0x02:
        return this.location + cursor.u8() * codeAlignment;
      case 0x03:
        return this.location + cursor.u16() * codeAlignment;
      case 0x04:
        return this.location + cursor.u32() * codeAlignment;
      case 0x1d: // MIPS_advance_loc8
        return this.location + cursor.u64() * codeAlignment;
    }
  }

  #extended(cursor: DwarfCursor, opcode: number, at: number): void {
    const { state } = this;
    const { dataAlignment } = this.entry.common;
    switch (opcode) {
      case 0x00: // nop
      case 0x2d: // GNU_window_save, of SPARC
        return;
      case 0x05: // offset_extended
        return this.#rule(cursor.uleb(), { kind: "offset", offset: cursor.uleb() * dataAlignment });
      case 0x06: // restore_extended
        return this.#restore(cursor.uleb());
      case 0x07:
        return this.#rule(cursor.uleb(), { kind: "undefined" });
      case 0x08:
        return this.#rule(cursor.uleb(), { kind: "same value" });
      case 0x09:
        return this.#rule(cursor.uleb(), { kind: "register", register: cursor.uleb() });
      case 0x0a:
        if (this.#remembered.length >= MAXIMUM_DEPTH) throw cursor.error("too many rows are remembered at once", at);
        this.#remembered.push({ cfa: state.cfa, rules: new Map(state.rules) });
        return;
      case 0x0b: {
        const remembered = this.#remembered.pop();
        if (remembered === undefined) throw cursor.error("a row is restored that was not remembered", at);
        Object.assign(state, remembered);
        return;
      }
      case 0x0c:
        state.cfa = { kind: "register", register: cursor.uleb(), offset: cursor.uleb() };
        return;
      case 0x0d:
        state.cfa = { kind: "register", register: cursor.uleb(), offset: this.#cfa(cursor, at).offset };
        return;
      case 0x0e:
        state.cfa = { ...this.#cfa(cursor, at), offset: cursor.uleb() };
        return;
      case 0x0f:
        state.cfa = { kind: "expression", expression: readExpression(cursor) };
        return;
      case 0x10:
        return this.#rule(cursor.uleb(), { kind: "expression", expression: readExpression(cursor) });
      case 0x11: // offset_extended_sf
        return this.#rule(cursor.uleb(), { kind: "offset", offset: cursor.sleb() * dataAlignment });
      case 0x12: // def_cfa_sf
        state.cfa = { kind: "register", register: cursor.uleb(), offset: cursor.sleb() * dataAlignment };
        return;
      case 0x13: // def_cfa_offset_sf
        state.cfa = { ...this.#cfa(cursor, at), offset: cursor.sleb() * dataAlignment };
        return;
      case 0x14:
        return this.#rule(cursor.uleb(), { kind: "value offset", offset: cursor.uleb() * dataAlignment });
      case 0x15:
        return this.#rule(cursor.uleb(), { kind: "value offset", offset: cursor.sleb() * dataAlignment });
      case 0x16:
        return this.#rule(cursor.uleb(), { kind: "value expression", expression: readExpression(cursor) });
      case 0x2e: // GNU_args_size
        cursor.uleb();
        return;
      case 0x2f: // GNU_negative_offset_extended
        return this.#rule(cursor.uleb(), { kind: "offset", offset: -cursor.uleb() * dataAlignment });
      default:
        throw cursor.error(`the call frame instruction 0x${opcode.toString(16)} is unknown`, at);
    }
  }

  #rule(register: number, rule: RegisterRule): void {
    this.state.rules.set(register, rule);
  }

  #restore(register: number): void {
    const rule = this.initial.get(register);
    if (rule === undefined) this.state.rules.delete(register);
    else this.state.rules.set(register, rule);
  }

  #cfa(cursor: DwarfCursor, at: number): CfaRule & { kind: "register" } {
    const { cfa } = this.state;
    if (cfa?.kind === "register") return cfa;
    throw cursor.error("half of a canonical frame address is set where the other half is unknown", at);
  }
}

function readExpression(cursor: DwarfCursor): DwarfExpression {
  const length = cursor.uleb();
  return { section: cursor.section, offset: cursor.position, bytes: cursor.block(length) };
}
