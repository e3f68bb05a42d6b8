/** Values of a program as JavaScript has them: numbers, texts, arrays, objects. Pointers are addresses, not followed. */

import { DwarfError } from "../binary/dwarf/mod.ts";
import { GuestMemoryError } from "../memory/errors.ts";
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
    case "union":
      return Object.fromEntries(fields(value, depth));
    default:
      return value.integer;
  }
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
