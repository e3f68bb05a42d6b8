/** The types of C that expressions make, and which type arithmetic is done in. ISO C, sections 6.3.1 and 6.5. */

import type { DebugType, Encoding } from "../binary/dwarf/mod.ts";
import { bareType, type DebugValue } from "./value.ts";

function base(name: string, size: number, encoding: Encoding): DebugType {
  return { kind: "base", name, size, encoding };
}

export const INT = base("int", 4, "signed");
export const UNSIGNED = base("unsigned int", 4, "unsigned");
export const LONG = base("long", 8, "signed");
export const UNSIGNED_LONG = base("unsigned long", 8, "unsigned");
export const BOOLEAN = base("bool", 1, "boolean");
export const CHAR = base("char", 1, "signed char");
export const DOUBLE = base("double", 8, "float");
const FLOAT = base("float", 4, "float");

/** The base types that need no debug information, by their words in order. */
export function builtinType(name: string): DebugType | undefined {
  const words = name.split(" ");
  const count = (word: string) => words.filter((each) => each === word).length;
  const isUnsigned = count("unsigned") > 0;
  if (words.some((word) => !BUILTIN.has(word))) return undefined;
  if (count("void") > 0) return { kind: "void", name: "void", size: 1 };
  if (count("_Bool") + count("bool") > 0) return BOOLEAN;
  if (count("float") > 0) return FLOAT;
  if (count("double") > 0) return count("long") > 0 ? base("long double", 16, "float") : DOUBLE;
  if (count("wchar_t") > 0) return base("wchar_t", 4, "signed");
  if (count("char") > 0) {
    if (isUnsigned) return base("unsigned char", 1, "unsigned char");
    return count("signed") > 0 ? base("signed char", 1, "signed char") : CHAR;
  }
  if (count("short") > 0) return isUnsigned ? base("unsigned short", 2, "unsigned") : base("short", 2, "signed");
  if (count("long") > 1) {
    return base(isUnsigned ? "unsigned long long" : "long long", 8, isUnsigned ? "unsigned" : "signed");
  }
  if (count("long") > 0) return isUnsigned ? UNSIGNED_LONG : LONG;
  return isUnsigned ? UNSIGNED : INT;
}

const BUILTIN: ReadonlySet<string> = new Set([
  ...["void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool", "bool", "wchar_t"],
]);

/** The type that an operation on two numbers is done in. */
export function commonType(left: DebugValue, right: DebugValue): DebugType {
  const [a, b] = [promoted(left), promoted(right)];
  if (isFloat(a) || isFloat(b)) {
    if (isFloat(a) && isFloat(b)) return a.size >= b.size ? a : b;
    return isFloat(a) ? a : b;
  }
  if (a.size !== b.size) return a.size > b.size ? a : b;
  return a.encoding === "unsigned" ? a : b;
}

/** The type that a number alone counts as: small ones become `int`. */
export function promoted(value: DebugValue): DebugType {
  const { bare } = value;
  if (isFloat(bare)) return bare;
  if (bare.size < 4) return INT;
  if (bare.size === 4) return value.isSigned ? INT : UNSIGNED;
  return bare.kind === "base" ? bare : value.isSigned ? LONG : UNSIGNED_LONG;
}

/** Whether a type is one of floating point numbers. */
export function isFloat(type: DebugType): boolean {
  const { kind, encoding } = bareType(type);
  return kind === "base" && encoding === "float";
}
