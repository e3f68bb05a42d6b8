/**
 * Where values are passed and returned: in which registers, or in memory. x86-64 psABI, section 3.2.3.
 *
 * Leaves out vectors of more than 16 bytes, and complex numbers of x87.
 */

import { ATTRIBUTE, type DebugType, Entry, TAG } from "../binary/dwarf/mod.ts";
import { bareType, elementType } from "./value.ts";

/** Largest value that is in registers. */
const LARGEST = 16;

/** What has a part of a value of 8 bytes: a general register or an SSE register. */
export type RegisterClass = "general" | "vector";

/** Where a value is: in registers, one for each 8 bytes; on top of the x87 stack; in memory; not known. */
export type ValuePlace = { readonly kind: "registers"; readonly classes: readonly RegisterClass[] } | {
  readonly kind: "x87" | "memory" | "unknown";
};

/** Where a value of a type is when it is returned; as an argument, what would be in x87 is in memory. */
export function placeOf(type: DebugType): ValuePlace {
  const bare = bareType(type);
  if (isInMemory(bare)) return { kind: "memory" };
  const parts = [...scalarsOf(bare, 0, 0)];
  if (parts.some(({ type: { kind, size } }) => kind === "unspecified" || size === 0)) return { kind: "unknown" };
  if (parts.some(({ type }) => isExtended(type))) {
    return { kind: parts.length === 1 && isExtended(parts[0].type) ? "x87" : "memory" };
  }
  const classes = Array<RegisterClass | undefined>(Math.ceil(bare.size / 8)).fill(undefined);
  for (const { type: { kind, encoding, size }, offset } of parts) {
    const isVector = kind === "base" && (encoding === "float" || encoding === "complex");
    for (let at = offset; at < offset + size; at += 8) {
      if (isVector) classes[at >> 3] ??= "vector";
      else classes[at >> 3] = "general";
    }
  }
  return { kind: "registers", classes: classes.map((each) => each ?? "general") };
}

/** Whether a type is in memory: it is too large, or of C++ with a constructor or destructor that must see its address. */
function isInMemory(bare: DebugType): boolean {
  const isAggregate = bare.kind === "structure" || bare.kind === "class" || bare.kind === "union";
  return isAggregate && (bare.size > LARGEST || bare.entry instanceof Entry && bare.entry.children.some(isCopier));
}

function isCopier(entry: Entry): boolean {
  return entry.tag === TAG.subprogram && entry.name?.startsWith("~") === true && !entry.flag(ATTRIBUTE.artificial);
}

/** Whether a type is x87's `long double`. */
function isExtended({ kind, encoding, size }: DebugType): boolean {
  return kind === "base" && encoding === "float" && size > 8;
}

/** The numbers and pointers that a value is made of. */
function* scalarsOf(type: DebugType, offset: number, depth: number): Generator<{ type: DebugType; offset: number }> {
  const bare = bareType(type);
  if (depth > LARGEST) return yield { type: { kind: "unspecified", name: undefined, size: 0 }, offset };
  if (bare.kind === "array") {
    const element = elementType(bare);
    for (let index = 0; index < (bare.counts?.[0] ?? 0) && index <= LARGEST; index++) {
      yield* scalarsOf(element, offset + index * element.size, depth + 1);
    }
  } else if (bare.members !== undefined && bare.members.length > 0) {
    for (const member of bare.members) {
      if (member.type.size > 0) yield* scalarsOf(member.type, offset + Math.floor(member.bitOffset / 8), depth + 1);
    }
  } else yield { type: bare.size > 0 ? bare : { ...bare, size: 1 }, offset };
}
