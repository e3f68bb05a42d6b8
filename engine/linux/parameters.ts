/** Types of system call arguments: how each is taken from its register, and how strace shows it. */

import { ACCESS_MODE, AT_FDCWD, OPEN_FLAGS } from "./abi/files.ts";
import type { Process } from "./process.ts";

/** A call that is shown. */
export interface ShownCall {
  readonly process: Process;
  /** All six argument registers. */
  readonly registers: readonly bigint[];
  /** What it returned; undefined before it has. */
  readonly result: bigint | undefined;
}

/** A type of argument. */
export interface Parameter<T> {
  /** The argument's value, from its register. */
  decode(register: bigint): T;
  /** What closures are told in place of the value; undefined if it cannot be read. */
  read?(register: bigint, process: Process): unknown;
  /** The argument as strace(1) shows it; undefined to leave it out. */
  show(register: bigint, call: ShownCall): string | undefined;
  /** Whether it shows what the call filled, so that it can be shown only afterwards. */
  readonly isOutput?: boolean;
}

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);
/** strace(1) shows as many bytes of a buffer. */
const SHOWN_BYTES = 32;
const PATH_BYTES = 4096;

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
/** A directory's descriptor, or AT_FDCWD. */
export const directory: Parameter<number> = {
  decode: toInt,
  show: (register) => toInt(register) === AT_FDCWD ? "AT_FDCWD" : String(toInt(register)),
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
  show: (register) => octal(toInt(register) & 0o7777),
};
/** Address of a path, which closures are told as text. */
export const path: Parameter<number> = {
  decode: toNumber,
  read(register, process) {
    const bytes = pathBytes(register, process);
    return bytes && new TextDecoder().decode(bytes);
  },
  show(register, { process }) {
    const bytes = pathBytes(register, process);
    return bytes === undefined ? address.show(register, NO_CALL) : quoted(bytes);
  },
};

function pathBytes(register: bigint, process: Process): Uint8Array | undefined {
  const bytes = reachable(process, toNumber(register), PATH_BYTES);
  const end = bytes.indexOf(0);
  return end < 0 ? undefined : bytes.slice(0, end);
}

/** Address of bytes that the call takes. @param lengthIndex Which argument tells their number. */
export function input(lengthIndex: number): Parameter<number> {
  return {
    decode: toNumber,
    show: (register, { process, registers }) => shownBytes(process, register, toNumber(registers[lengthIndex])),
  };
}

/** Address of bytes that the call fills: as many as its result says. */
export const output: Parameter<number> = {
  decode: toNumber,
  isOutput: true,
  show: (register, { process, result }) =>
    result === undefined || result < 0n
      ? address.show(register, NO_CALL)
      : shownBytes(process, register, toNumber(result)),
};

/** Address of an array of `struct iovec`. @param countIndex Which argument tells its length. */
export function ioVectors(countIndex: number, direction: "input" | "output"): Parameter<number> {
  return {
    decode: toNumber,
    ...(direction === "output" ? { isOutput: true } : {}),
    show(register, { process, registers, result }) {
      const start = toNumber(register);
      const count = Math.min(toInt(registers[countIndex]), 16);
      if (count <= 0 || !process.memory.allows(start, count * 16, 1)) return address.show(register, NO_CALL);
      let left = direction === "input" ? Infinity : Math.max(0, Number(result ?? 0n));
      const shown = Array.from({ length: count }, (_, index) => {
        const length = toNumber(process.memory.u64(start + index * 16 + 8));
        const filled = Math.min(length, left);
        left -= filled;
        return `{iov_base=${shownBytes(process, process.memory.u64(start + index * 16), filled)}, iov_len=${length}}`;
      });
      return `[${shown.join(", ")}]`;
    },
  };
}

/** Flags of open(2): an access mode and more. */
export const openFlags: Parameter<number> = {
  decode: toInt,
  show(register, call) {
    const value = toInt(register);
    const access = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][value & ACCESS_MODE.MASK];
    const rest = BigInt(value & ~ACCESS_MODE.MASK);
    return rest === 0n ? access : `${access}|${flags(OPEN_FLAGS).show(rest, call)}`;
  },
};

/** Mode of a file that open(2) makes; left out if it makes none. @param flagsIndex Which argument has the flags. */
export function openMode(flagsIndex: number): Parameter<number> {
  return {
    decode: toInt,
    show(register, { registers }) {
      const flags = toInt(registers[flagsIndex]);
      const makes = flags & OPEN_FLAGS.O_CREAT || (flags & OPEN_FLAGS.O_TMPFILE) === OPEN_FLAGS.O_TMPFILE;
      return makes ? octal(toInt(register) & 0o7777) : undefined;
    },
  };
}

/** An argument that strace(1) shows only if it is not zero and its call has a variable number of them. */
export const optional: Parameter<bigint> = {
  decode: (register) => register,
  show: (register) => hex(register),
};

const NO_CALL: ShownCall = { process: undefined as never, registers: [], result: undefined };

function octal(value: number): string {
  return value === 0 ? "000" : "0" + value.toString(8).padStart(3, "0");
}

function reachable(process: Process, start: number, limit: number): Uint8Array {
  return process.memory.uncheckedView(start, process.memory.accessible(start, limit, 1));
}

function shownBytes(process: Process, register: bigint, length: number): string {
  const start = toNumber(register);
  const bytes = reachable(process, start, Math.min(length, SHOWN_BYTES));
  if (bytes.length < Math.min(length, SHOWN_BYTES) || register === 0n) return address.show(register, NO_CALL) ?? "";
  return quoted(bytes) + (length > SHOWN_BYTES ? "..." : "");
}

const ESCAPES: Readonly<Record<number, string>> = {
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/** Bytes as a C string literal, octal escapes as short as what follows allows. */
export function quoted(bytes: Uint8Array): string {
  const shown = Array.from(bytes, (byte, index) => {
    if (ESCAPES[byte] !== undefined) return ESCAPES[byte];
    if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
    const next = bytes[index + 1];
    const isDigit = next !== undefined && next >= 0x30 && next <= 0x39;
    return `\\${byte.toString(8).padStart(isDigit ? 3 : 1, "0")}`;
  });
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
