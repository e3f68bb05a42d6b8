/**
 * Texts and slices of Go, as the runtime's pretty-printers for gdb show them. Leaves out maps, channels and interfaces.
 */

import { type DebugType, Entry } from "../../binary/dwarf/mod.ts";
import type { DebugValue } from "../value.ts";
import { type Container, countOf, fieldOf } from "./container.ts";

/** DW_LANG_Go. */
const GO = 0x16;

/** Whether a type is Go's. */
export function isOfGo({ entry }: DebugType): boolean {
  return entry instanceof Entry && entry.unit.header.language === GO;
}

/** What a text or a slice holds; undefined if the value is neither. */
export function goContainer(value: DebugValue, { name = "" }: DebugType): Container | undefined {
  if (name === "string") {
    return { title: undefined, text: { start: fieldOf(value, "str"), length: countOf(value, "len") } };
  }
  if (!name.startsWith("[]")) return undefined;
  const [start, count] = [fieldOf(value, "array"), countOf(value, "len")];
  const at = (index: number) => start.at(index);
  return {
    title: name,
    at,
    *elements() {
      for (let index = 0; index < count; index++) yield at(index);
    },
  };
}
