/** Values of a program as JavaScript has them: numbers, texts, arrays, objects. Pointers are addresses, not followed. */

import { DwarfError } from "../binary/dwarf/mod.ts";
import { GuestMemoryError } from "../memory/errors.ts";
import { type Container, containerOf, type ContainerText } from "./containers/mod.ts";
import { sliceOf } from "./containers/rust.ts";
import { bareType, type DebugValue, DebugValueError } from "./value.ts";
import { isCharacter } from "./value_text.ts";

/** Values inside one another that are followed. */
const MAXIMUM_DEPTH = 16;
/** Elements of an array that are taken. */
const MAXIMUM_ELEMENTS = 100_000;
/** Characters of a text that are taken. */
const MAXIMUM_TEXT = 1 << 20;

/** The value of a value; undefined if it was optimized away or is in memory that is not mapped. */
export function toJavaScript(value: DebugValue, depth: number): unknown {
  try {
    return convert(value, depth);
  } catch (error) {
    const isExpected = error instanceof DebugValueError || error instanceof GuestMemoryError;
    if (isExpected || error instanceof DwarfError) return undefined;
    throw error;
  }
}

function convert(value: DebugValue, depth: number): unknown {
  const { bare } = value;
  if (depth > MAXIMUM_DEPTH) return undefined;
  switch (bare.kind) {
    case "base":
    case "enumeration":
      return value.valueOf();
    case "pointer":
      return bare.target !== undefined && isCharacter(bare.target) ? textAt(value) : value.integer;
    case "reference":
    case "rvalue reference":
      return toJavaScript(value.deref(), depth + 1);
    case "array": {
      const count = Math.min(bare.counts?.[0] ?? 0, MAXIMUM_ELEMENTS);
      const isText = bare.target !== undefined && bare.counts?.length === 1 && isCharacter(bare.target);
      if (isText) return decode(value.bytes);
      return Array.from({ length: count }, (_, index) => toJavaScript(value.at(index), depth + 1));
    }
    case "structure":
    case "class":
    case "union": {
      const container = containerOf(value);
      if (container !== undefined) return held(container, depth + 1);
      return bare.isRust ? ofRust(value, depth) : Object.fromEntries(fields(value, depth));
    }
    default:
      return value.integer;
  }
}

/** What a container holds: a text, an array, a Map, or the only value. */
function held({ title, same, text, pairs, elements, inner, fields }: Container, depth: number): unknown {
  const into = (value: DebugValue) => toJavaScript(value, depth);
  if (same !== undefined) return into(same);
  if (text !== undefined) return textOf(text);
  if (inner !== undefined) {
    const value = inner();
    return value && into(value);
  }
  if (pairs !== undefined) return new Map(Iterator.from(pairs()).map(([key, value]) => [into(key), into(value)]));
  if (title === undefined) {
    return Object.fromEntries(Iterator.from(fields?.() ?? []).map(([name, of]) => [name, into(of)]));
  }
  const values = elements?.() ?? Iterator.from(fields?.() ?? []).map(([, value]) => value);
  return [...Iterator.from(values).take(MAXIMUM_ELEMENTS).map(into)];
}

/** A variant as JSON has it in Rust: `"None"`, `{ Some: 7 }`, `{ Rect: { w: 2, h: 3 } }`. */
function variantOf(name: string, held: unknown): unknown {
  if (Array.isArray(held) && held.length === 1) return { [name]: held[0] };
  return typeof held === "object" && held !== null && Object.keys(held).length === 0 ? name : { [name]: held };
}

/** A text, a slice, the fields of a structure; of an enumeration, its variant with its value. */
function ofRust(value: DebugValue, depth: number): unknown {
  const { bare } = value;
  const slice = sliceOf(value, bare);
  if (slice?.isText) return textOf({ start: slice.start, length: slice.count });
  if (slice !== undefined) {
    const length = Math.min(slice.count, MAXIMUM_ELEMENTS);
    return Array.from({ length }, (_, index) => toJavaScript(slice.start.at(index), depth + 1));
  }
  const variant = bare.variants === undefined ? undefined : value.variant()?.members[0];
  if (variant?.name !== undefined) return variantOf(variant.name, toJavaScript(value.member(variant), depth + 1));
  const named = [...fields(value, depth)];
  // A tuple's fields are numbered.
  const isTuple = named.length > 0 && named.every(([name]) => /^__\d+$/.test(name));
  return isTuple ? named.map(([, each]) => each) : Object.fromEntries(named);
}

function textOf({ start, length }: ContainerText): string {
  const size = bareType(start.bare.target ?? start.type).size;
  const bytes = start.target.memory.bytes(start.integer, Math.min(length, MAXIMUM_TEXT) * size);
  if (size === 1) return decoder.decode(bytes);
  return size === 2
    ? String.fromCharCode(...new Uint16Array(bytes.buffer))
    : String.fromCodePoint(...new Uint32Array(bytes.buffer));
}

/** The fields by name; those of bases and of structures without a name as if they were its own. */
function* fields(value: DebugValue, depth: number): Generator<[string, unknown]> {
  for (const member of value.bare.members ?? []) {
    if (member.name !== undefined && !member.isBase) {
      yield [member.name, toJavaScript(value.member(member), depth + 1)];
    } else if (depth < MAXIMUM_DEPTH && bareType(member.type).members !== undefined) {
      yield* fields(value.member(member), depth + 1);
    }
  }
}

function textAt(value: DebugValue): string | bigint {
  const address = value.integer;
  if (!value.target.memory.allows(Number(address), 1, 1)) return address;
  return value.target.memory.cstring(address, MAXIMUM_TEXT);
}

const decoder = new TextDecoder();

function decode(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
