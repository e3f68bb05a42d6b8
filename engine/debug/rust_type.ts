/** Types of Rust as gdb's `ptype` shows them: `struct main::Point {`, `enum main::Shape {`, `*mut fn (i32) -> i32`. */

import type { DebugType, Member } from "../binary/dwarf/mod.ts";

/** Types inside one another before a name counts as endless. */
const MAXIMUM_DEPTH = 64;

/** The type's name. */
export function rustTypeName(type: DebugType, depth = 0): string {
  const { kind, target, name } = type;
  if (depth > MAXIMUM_DEPTH) return "...";
  const inner = (to: DebugType | undefined) => to === undefined ? "()" : rustTypeName(to, depth + 1);
  switch (kind) {
    case "pointer":
    case "reference":
      return `*mut ${inner(target)}`;
    case "array":
      return `[${inner(target)}; ${type.counts?.[0] ?? ""}]`;
    case "function": {
      const parameters = (type.parameters ?? []).map(({ type: of }) => inner(of)).join(", ");
      const result = target === undefined || target.kind === "void" ? "" : ` -> ${inner(target)}`;
      return `fn (${parameters})${result}`;
    }
    default:
      return name ?? "()";
  }
}

/** Lines that define the type: its fields or its variants, if it has some. */
export function rustTypeLines(type: DebugType): string[] {
  const { name = "" } = type;
  if (type.kind === "enumeration") {
    const names = (type.enumerators ?? []).map((each) => `  ${each.name.slice(each.name.lastIndexOf("::") + 2)},`);
    return [`enum ${name} {`, ...names, "}"];
  }
  if (type.kind !== "structure" || type.members === undefined || name.startsWith("(")) return [rustTypeName(type)];
  if (type.variants !== undefined) {
    const variants = type.variants.list.flatMap(({ members }) => members.map((each) => `  ${variantText(each)},`));
    return [`enum ${name} {`, ...variants, "}"];
  }
  if (type.members.length === 0) return [`struct ${name}`];
  const isTuple = type.members.every(isNumbered);
  const fields = type.members.map((member) => `  ${isTuple ? rustTypeName(member.type) : fieldText(member)},`);
  return [`struct ${name} ${isTuple ? "(" : "{"}`, ...fields, isTuple ? ")" : "}"];
}

function isNumbered({ name }: Member): boolean {
  return name === undefined || /^__\d+$/.test(name);
}

function fieldText({ name, type }: Member): string {
  return `${name}: ${rustTypeName(type)}`;
}

function variantText({ name, type: { members = [] } }: Member): string {
  if (members.length === 0) return `${name}`;
  if (members.every(isNumbered)) return `${name}(${members.map(({ type }) => rustTypeName(type)).join(", ")})`;
  return `${name}{${members.map(fieldText).join(", ")}}`;
}
