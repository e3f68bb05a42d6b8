/**
 * Values of Rust as gdb writes them: `Point {x: 1, y: 2}`, `(1, true)`, `Some(9)`, `"text"`, `&[i64] [2, 3]`.
 *
 * Only the outside of a structure: its parts are written by value_text.ts.
 */

import type { DebugType, Member } from "../binary/dwarf/mod.ts";
import { quotedText } from "./number_text.ts";
import { sliceOf } from "./containers/rust.ts";
import type { DebugValue } from "./value.ts";

/** Writes a part of a value. */
export type WritePart = (part: DebugValue) => string;

/** Elements of a slice that are shown. */
const MOST_ELEMENTS = 200;

/** A structure, tuple, enumeration, text or slice. */
export function rustText(value: DebugValue, bare: DebugType, write: WritePart): string {
  const slice = sliceText(value, bare, write);
  if (slice !== undefined) return slice;
  const members = bare.members ?? [];
  if (bare.variants !== undefined) return variantText(value, bare, write);
  return `${head(bare.name)}${fieldsText(value, members, write, " ")}`;
}

/** A tuple's name is its types: it is not written. */
function head(name: string | undefined): string {
  return name === undefined || name.startsWith("(") ? "" : name;
}

function fieldsText(value: DebugValue, members: readonly Member[], write: WritePart, gap: string): string {
  if (members.length === 0) return "";
  const texts = members.map((member) => write(value.member(member)));
  const isTuple = members.every(({ name }) => name === undefined || /^__\d+$/.test(name));
  const space = head(value.bare.name) === "" ? "" : gap;
  if (isTuple) return `${space}(${texts.join(", ")})`;
  return `${space}{${members.map(({ name }, index) => `${name}: ${texts[index]}`).join(", ")}}`;
}

function variantText(value: DebugValue, bare: DebugType, write: WritePart): string {
  const shape = value.variant();
  const [member] = shape?.members ?? [];
  if (member === undefined) return bare.name ?? "{...}";
  const inside = value.member(member);
  return `${bare.name}::${member.name}${fieldsText(inside, inside.bare.members ?? [], write, "")}`;
}

/** A text or a slice as gdb writes it. */
function sliceText(value: DebugValue, type: DebugType, write: WritePart): string | undefined {
  const slice = sliceOf(value, type);
  if (slice === undefined) return undefined;
  const { start, count, isText } = slice;
  const shown = Math.min(count, MOST_ELEMENTS);
  if (isText) {
    const bytes = start.target.memory.bytes(start.unsigned, shown);
    return quotedText([...bytes], "", count > shown);
  }
  const items = Array.from({ length: shown }, (_, index) => write(start.at(index)));
  return `${type.name} [${items.join(", ")}${count > shown ? "..." : ""}]`;
}
