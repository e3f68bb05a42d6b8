/**
 * What a function that has just returned gave back, by its type.
 *
 * x86-64 psABI, section 3.2.3, "Returning of Values". Leaves out what comes in x87 registers: `long double`.
 */

import { ATTRIBUTE, type DebugType, Entry, TAG, typeOfValue } from "../binary/dwarf/mod.ts";
import { bytesOf, type Target } from "./target.ts";
import { bareType, DebugValue, elementType } from "./value.ts";

/** Largest value that comes in registers. */
const LARGEST = 16;

/** The registers that results come in. */
export interface ResultRegisters {
  readonly rax: bigint;
  readonly rdx: bigint;
}

/**
 * The value that a function returned.
 *
 * @param target The guest, right after the return.
 * @param registers Its registers.
 * @param entry The function's entry.
 * @returns The value; undefined if the function returns none, or if it is not known where.
 */
export function returnedValue(target: Target, registers: ResultRegisters, entry: Entry): DebugValue | undefined {
  const type = typeOfValue(entry);
  const bare = bareType(type);
  if (bare.kind === "void" || bare.size === 0) return undefined;
  if (isInMemory(type)) return new DebugValue(target, type, { kind: "memory", address: registers.rax });
  const classes = classesOf(type, bare.size);
  if (classes === undefined) return undefined;
  const integers = [registers.rax, registers.rdx];
  let [general, vector] = [0, 0];
  const bytes = new Uint8Array(classes.length * 8);
  for (const [index, isInteger] of classes.entries()) {
    const part = isInteger ? bytesOf(integers[general++], 8) : target.xmm(vector++).subarray(0, 8);
    bytes.set(part, index * 8);
  }
  return new DebugValue(target, type, { kind: "bytes", bytes: bytes.subarray(0, bare.size) });
}

/** Whether a type is returned in memory, whose address the caller gave and comes back in rax. */
function isInMemory(type: DebugType): boolean {
  const bare = bareType(type);
  const isAggregate = bare.kind === "structure" || bare.kind === "class" || bare.kind === "union";
  // C++ returns in memory what has a copy constructor or destructor of its own; those have a function of the name.
  return isAggregate && (bare.size > LARGEST || bare.entry instanceof Entry && bare.entry.children.some(isCopier));
}

function isCopier(entry: Entry): boolean {
  return entry.tag === TAG.subprogram && entry.name?.startsWith("~") === true && !entry.flag(ATTRIBUTE.artificial);
}

/** For each 8 bytes, whether they are returned in a general register; undefined if they are in neither kind. */
function classesOf(type: DebugType, size: number): boolean[] | undefined {
  const classes = Array<boolean | undefined>(Math.ceil(size / 8)).fill(undefined);
  let isKnown = true;
  const visit = (of: DebugType, offset: number, depth: number): void => {
    const bare = bareType(of);
    if (depth > LARGEST) return void (isKnown = false);
    if (bare.kind === "array") {
      const element = elementType(bare);
      for (let index = 0; index < (bare.counts?.[0] ?? 0); index++) {
        visit(element, offset + index * element.size, depth + 1);
      }
    } else if (bare.members !== undefined && bare.members.length > 0) {
      for (const { type: part, bitOffset } of bare.members) visit(part, offset + Math.floor(bitOffset / 8), depth + 1);
    } else if (bare.kind === "base" && (bare.encoding === "float" || bare.encoding === "complex")) {
      if (bare.size > 8 && bare.encoding === "float") isKnown = false;
      for (let at = offset; at < offset + bare.size; at += 8) classes[at >> 3] ??= false;
    } else {
      for (let at = offset; at < offset + Math.max(bare.size, 1); at += 8) classes[at >> 3] = true;
    }
  };
  visit(type, 0, 0);
  return isKnown ? classes.map((isInteger) => isInteger ?? true) : undefined;
}
