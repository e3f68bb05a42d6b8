/**
 * Lays a call out: which registers and which memory have its arguments. x86-64 psABI, section 3.2.3, "Passing".
 */

import type { CallRequest } from "./c_call.ts";
import { placeOf } from "./calling_convention.ts";
import { numberOf } from "./target.ts";
import { bareType, type DebugValue } from "./value.ts";

/** What the guest has to be set to before it enters the function. */
export interface CallLayout {
  /** The general registers for arguments, in their order. */
  readonly general: readonly bigint[];
  /** The low 8 bytes of SSE registers. */
  readonly vectors: readonly Uint8Array[];
  /** Where the arguments in memory begin, 16-byte aligned; the return address goes right below. */
  readonly stack: bigint;
  /** What is written into memory. */
  readonly writes: readonly { readonly address: bigint; readonly bytes: Uint8Array }[];
}

/** Bytes below the stack pointer that a function may use without saying so. */
const RED_ZONE = 128n;
const [GENERAL, VECTORS] = [6, 8];

/**
 * Lays out a call.
 *
 * @param sp The stack pointer where the guest stands.
 */
export function layOutCall({ args, result }: Pick<CallRequest, "args" | "result">, sp: bigint): CallLayout {
  const writes: { address: bigint; bytes: Uint8Array }[] = [];
  let top = sp - RED_ZONE;
  const place = (size: number) => top = top - BigInt(size) & ~15n;
  const general: bigint[] = [];
  const vectors: Uint8Array[] = [];
  const onStack: Uint8Array[] = [];
  if (placeOf(result).kind === "memory") general.push(place(result.size));
  for (const value of args) {
    if (value.bare.kind === "array") {
      const address = place(value.type.size);
      writes.push({ address, bytes: value.bytes });
      pass(general, address, onStack);
      continue;
    }
    const bytes = padded(value);
    const found = placeOf(value.type);
    const classes = found.kind === "registers" ? found.classes : [];
    const count = (wanted: string) => classes.filter((each) => each === wanted).length;
    const fits = general.length + count("general") <= GENERAL && vectors.length + count("vector") <= VECTORS;
    if (classes.length === 0 || !fits) {
      onStack.push(bytes);
      continue;
    }
    for (const [index, each] of classes.entries()) {
      const part = bytes.slice(index * 8, index * 8 + 8);
      if (each === "general") general.push(numberOf(part));
      else vectors.push(part);
    }
  }
  const stack = place(onStack.reduce((total, { length }) => total + length, 0));
  let at = stack;
  for (const bytes of onStack) {
    writes.push({ address: at, bytes });
    at += BigInt(bytes.length);
  }
  return { general, vectors, stack, writes };
}

function pass(general: bigint[], value: bigint, onStack: Uint8Array[]): void {
  if (general.length < GENERAL) general.push(value);
  else onStack.push(new Uint8Array(new BigUint64Array([value]).buffer));
}

/** The bytes of an argument, in whole words; a number with its sign. */
function padded(value: DebugValue): Uint8Array {
  const { kind, encoding } = bareType(value.type);
  const isNumber = kind === "base" && encoding !== "float" && encoding !== "complex" || kind === "enumeration";
  if (isNumber && value.type.size <= 8) {
    return new Uint8Array(new BigInt64Array([BigInt.asIntN(64, value.integer)]).buffer);
  }
  const bytes = new Uint8Array(Math.ceil(value.type.size / 8) * 8);
  bytes.set(value.bytes);
  return bytes;
}
