/** Types of system call arguments: how each is taken from its register, and how strace shows it. */

import type { Process } from "./process.ts";

/** A type of argument. */
export interface Parameter<T> {
  /** The argument's value, from its register. */
  decode(register: bigint): T;
  /** The argument as strace(1) shows it. */
  show(register: bigint, process: Process): string;
}

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

function toNumber(register: bigint): number {
  return register <= LARGEST ? Number(register) : Number.MAX_SAFE_INTEGER;
}

function toInt(register: bigint): number {
  return Number(BigInt.asIntN(32, register));
}

function number(decode: (register: bigint) => number): Parameter<number> {
  return { decode, show: (register) => String(decode(register)) };
}

const hex = (register: bigint) => register === 0n ? "0" : `0x${register.toString(16)}`;

/** A signed 32-bit number. */
export const int: Parameter<number> = number(toInt);
/** An unsigned 32-bit number. */
export const unsigned: Parameter<number> = number((register) => Number(BigInt.asUintN(32, register)));
/** A file descriptor. */
export const fd: Parameter<number> = int;
/** A directory's descriptor; AT_FDCWD is -100. */
export const directory: Parameter<number> = {
  decode: toInt,
  show: (register) => toInt(register) === -100 ? "AT_FDCWD" : String(toInt(register)),
};
/** A length in bytes; those past 2^53 - 1 are taken for that. */
export const size: Parameter<number> = number(toNumber);
/** A signed 64-bit number. */
export const long: Parameter<bigint> = {
  decode: (register) => BigInt.asIntN(64, register),
  show: (register) => String(BigInt.asIntN(64, register)),
};
/** A guest address; those past 2^53 - 1, which no guest can map, are taken for that. */
export const address: Parameter<number> = {
  decode: toNumber,
  show: (register) => register === 0n ? "NULL" : hex(register),
};
/** Flags without names. */
export const bits: Parameter<number> = { decode: toInt, show: (register) => hex(BigInt.asUintN(32, register)) };
/** A file mode. */
export const mode: Parameter<number> = {
  decode: toInt,
  show: (register) => "0" + (toInt(register) & 0o7777).toString(8),
};
/** Address of a path. */
export const path: Parameter<number> = {
  decode: toNumber,
  show: (register, process) => quotedAt(register, process, 256, true),
};
/** Address of bytes whose number is not shown here. */
export const buffer: Parameter<number> = {
  decode: toNumber,
  show: (register, process) => quotedAt(register, process, 32, false),
};

function quotedAt(register: bigint, process: Process, limit: number, terminated: boolean): string {
  const start = toNumber(register);
  const reach = process.memory.accessible(start, limit, 1);
  if (reach === 0) return address.show(register, process);
  const bytes = process.memory.uncheckedView(start, reach);
  const end = terminated ? bytes.indexOf(0) : -1;
  return quoted(end >= 0 ? bytes.subarray(0, end) : bytes) + (terminated && end >= 0 ? "" : "...");
}

/** Bytes as a C string literal. */
export function quoted(bytes: Uint8Array): string {
  const escapes: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\" };
  const shown = Array.from(
    bytes,
    (byte) => escapes[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`),
  );
  return `"${shown.join("")}"`;
}

/** One of named flags, combined with `|`. */
export function flags(names: Readonly<Record<string, number>>): Parameter<number> {
  return {
    decode: toInt,
    show(register) {
      let rest = toInt(register);
      if (rest === 0) return Object.keys(names).find((name) => names[name] === 0) ?? "0";
      const found: string[] = [];
      for (const [name, bit] of Object.entries(names)) {
        if (bit !== 0 && (rest & bit) === bit) {
          found.push(name);
          rest &= ~bit;
        }
      }
      if (rest !== 0) found.push(`0x${(rest >>> 0).toString(16)}`);
      return found.join("|");
    },
  };
}

/** One of named values. */
export function choice(names: Readonly<Record<string, number>>): Parameter<number> {
  const byValue = new Map(Object.entries(names).map(([name, value]) => [value, name]));
  return { decode: toInt, show: (register) => byValue.get(toInt(register)) ?? hex(BigInt.asUintN(32, register)) };
}
