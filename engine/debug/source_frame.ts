/**
 * The calls that led to where a guest is, as the source has them: inlined calls and those that ended with a jump too, with
 * arguments and variables.
 *
 * Without debug information a frame has a symbol and nothing more. DWARF 5, sections 3.3 to 3.5.
 */

import { join } from "node:path";
import { ATTRIBUTE, type DebugEntry, type Entry, qualifiedName, TAG } from "../binary/dwarf/mod.ts";
import { demangle, infoOf } from "../symbols/mod.ts";
import type { Frame } from "../unwind.ts";
import { callPlace, inlinedAt, type SourcePlace } from "./inlined_calls.ts";
import type { Target } from "./target.ts";
import type { DebugValue } from "./value.ts";
import { withTailCalls } from "./tail_calls.ts";
import { shortName } from "./type_name.ts";
import { type Ground, valueAtEntry, variableValue } from "./variables.ts";

/** A variable or an argument, by its name. */
export interface Variable {
  /** Its name. */
  readonly name: string;
  /** Its value. */
  readonly value: DebugValue;
  /** The entry that describes it. */
  readonly entry: DebugEntry;
}

/** An argument. */
export interface Argument extends Variable {
  /** The value it had when the function was entered, if the caller says so. */
  readonly atEntry: DebugValue | undefined;
}

/** The entry of a frame's function, or of its inlined call; undefined without debug information. */
export let entryOf: (frame: SourceFrame) => Entry | undefined;
/** What a frame's variables are found by; undefined without debug information. */
export let groundOf: (frame: SourceFrame) => Ground | undefined;

/** Blocks inside one another that are looked at. */
const MAXIMUM_DEPTH = 256;

/** A call, inlined or not. */
export class SourceFrame {
  /** 0 for the innermost one; inlined calls count. */
  readonly level: number;
  /** The frame on the stack that it is in. */
  readonly frame: Frame;
  /** Whether the call was inlined, and has no frame of its own. */
  readonly isInlined: boolean;
  readonly #function: Entry | undefined;
  readonly #ground: Ground | undefined;
  readonly #callee: Entry | undefined;

  /**
   * Reads nothing yet.
   *
   * @param level Its number.
   * @param frame The frame that it is in.
   * @param found The function, what variables are found by, and the inlined call that is active in it.
   */
  constructor(
    level: number,
    frame: Frame,
    found: { readonly function?: Entry; readonly ground?: Ground; readonly callee?: Entry } = {},
  ) {
    this.level = level;
    this.frame = frame;
    this.#function = found.function;
    this.#ground = found.ground;
    this.#callee = found.callee;
    this.isInlined = found.function?.tag === TAG.inlinedSubroutine;
  }

  static {
    entryOf = (frame) => frame.#function;
    groundOf = (frame) => frame.#ground;
  }

  /** Whether it is at a call that was inlined: then its line is that of the call. */
  get isAtInlinedCall(): boolean {
    return this.#callee !== undefined;
  }

  /** Whether its function is known from debug information: with arguments and variables. */
  get isKnown(): boolean {
    return this.#function !== undefined;
  }

  /** Whether its function returns nothing, as far as is known. */
  get isVoid(): boolean {
    const entry = this.#function;
    return entry !== undefined && this.#ask(() => entry.type === undefined) === true;
  }

  /** The instruction it is at or, in a caller, where it goes on. */
  get pc(): bigint {
    return this.frame.pc;
  }

  /** The function's name with its namespaces; without debug information, its symbol's. */
  get name(): string | undefined {
    const entry = this.#function;
    const symbol = this.frame.symbol?.name;
    const name = entry && this.#ask(() => qualifiedName(entry));
    return name !== undefined ? shortName(name) : (symbol === undefined ? undefined : demangle(symbol));
  }

  /** The source line it is at or, in a caller, of the call. */
  get source(): SourcePlace | undefined {
    const callee = this.#callee;
    if (callee === undefined) return this.frame.source;
    const { image } = this.frame;
    return image && this.#ask(() => callPlace(image, callee));
  }

  /** Its arguments, in their order. */
  get arguments(): readonly Argument[] {
    const [entry, ground] = [this.#function, this.#ground];
    if (entry === undefined || ground === undefined) return [];
    return this.#variables(entry, TAG.formalParameter).map((variable) => ({
      ...variable,
      get atEntry() {
        return entry.tag === TAG.subprogram ? valueAtEntry(ground, variable.entry) : undefined;
      },
    }));
  }

  /** Its variables that are alive, those of the innermost block first; without arguments. */
  get locals(): readonly Variable[] {
    return this.#blocks.toReversed().flatMap((block) => this.#variables(block, TAG.variable));
  }

  /** The function and the blocks inside it that are active, the innermost last. */
  get #blocks(): readonly Entry[] {
    const entry = this.#function;
    return entry === undefined ? [] : this.#ask(() => blocksAt(entry, this.#place)) ?? [];
  }

  /**
   * A variable or an argument, the innermost of that name.
   *
   * @returns Its value; undefined if there is none of that name.
   */
  local(name: string): DebugValue | undefined {
    for (const block of this.#blocks.toReversed()) {
      for (const tag of [TAG.variable, TAG.formalParameter]) {
        const found = this.#variables(block, tag).find((variable) => variable.name === name);
        if (found !== undefined) return found.value;
      }
    }
    return undefined;
  }

  get #place(): number {
    return Number(this.frame.place - (this.frame.image?.base ?? 0n));
  }

  #variables(block: Entry, tag: number): (Variable & { readonly entry: Entry })[] {
    const ground = this.#ground;
    if (ground === undefined) return [];
    return this.#ask(() => {
      const variables: (Variable & { readonly entry: Entry })[] = [];
      for (const entry of declared(block, tag)) {
        const { name } = entry;
        if (name === undefined || entry.flag(ATTRIBUTE.declaration)) continue;
        const value = this.#ask(() => variableValue(ground, entry));
        if (value !== undefined) variables.push({ name, value, entry });
      }
      return variables;
    }) ?? [];
  }

  /** What is corrupt is told once, and answers nothing. */
  #ask<T>(question: () => T): T | undefined {
    const { image } = this.frame;
    return image && infoOf(image).ask(question);
  }
}

/** Entries of a tag right in a block, with those that only its abstract counterpart has. */
function declared(block: Entry, tag: number): Entry[] {
  const own = block.children.filter((child) => child.tag === tag);
  const abstract = block.reference(ATTRIBUTE.abstractOrigin);
  if (abstract === undefined) return own;
  const known = new Set(own.map((child) => child.reference(ATTRIBUTE.abstractOrigin)));
  return [...own, ...abstract.children.filter((child) => child.tag === tag && !known.has(child))];
}

/** A function or an inlined call, and the blocks in it with code at an address, but for inlined calls. */
function blocksAt(entry: Entry, address: number): Entry[] {
  const blocks = [entry];
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
    const inner = blocks[blocks.length - 1].children
      .find((child) => child.tag === TAG.lexicalBlock && child.covers(address));
    if (inner === undefined) break;
    blocks.push(inner);
  }
  return blocks;
}

/**
 * Adds inlined calls and tail calls to frames.
 *
 * @param target The guest.
 * @param onStack Its frames, the innermost first.
 * @param hidden How many of the innermost inlined calls are left out.
 * @returns The calls, the innermost first.
 */
export function sourceFrames(target: Target, onStack: readonly Frame[], hidden = 0): SourceFrame[] {
  const frames = withTailCalls(target, onStack);
  const found: SourceFrame[] = [];
  for (const [level, frame] of frames.entries()) {
    const { image } = frame;
    const address = Number(frame.place - (image?.base ?? 0n));
    const info = image && infoOf(image);
    const entry = info?.ask((each) => each.functionAt(address));
    if (entry === undefined || image === undefined) {
      found.push(new SourceFrame(found.length, frame));
      continue;
    }
    const ground: Ground = { target, image, frames, level, function: entry };
    // A function that was just entered is at its own beginning, also where that is of one that was inlined.
    const isEntry = level === 0 && info?.ask(() => entry.ranges[0]?.start) === address;
    const chain = [entry, ...info?.ask(() => inlinedAt(entry, address)) ?? []];
    const innermost = isEntry ? 0 : Math.max(chain.length - 1 - (level === 0 ? hidden : 0), 0);
    for (let at = innermost; at >= 0; at--) {
      found.push(new SourceFrame(found.length, frame, { function: chain[at], ground, callee: chain[at + 1] }));
    }
  }
  return found;
}

/** The path of a place in the source. */
export function pathOfPlace({ directory, file }: SourcePlace): string {
  return join(directory, file);
}
