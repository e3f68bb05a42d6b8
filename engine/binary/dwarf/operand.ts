/**
 * Numbers on the stack of an expression: plain ones of 64 bits, and those of a base type, with their arithmetic.
 *
 * Leaves out floating point of other than 4 and 8 bytes. DWARF 5, sections 2.5.1.2 to 2.5.1.6.
 */

import type { Encoding } from "./debug_type.ts";

/** The type of a number; the plain one has none. */
export interface OperandType {
  readonly size: number;
  readonly encoding: Encoding | undefined;
}

/** A number: its bits, and what they mean. */
export interface Operand {
  readonly bits: bigint;
  readonly type: OperandType | undefined;
}

const SIGNED: ReadonlySet<Encoding | undefined> = new Set<Encoding | undefined>(["signed", "signed char"]);

const view = new DataView(new ArrayBuffer(8));

/** The bits of a type's size. */
function bitsOf(type: OperandType | undefined): number {
  return type === undefined ? 64 : type.size * 8;
}

/** A number of a type from its bits. */
export function operand(bits: bigint, type?: OperandType): Operand {
  return { bits: BigInt.asUintN(bitsOf(type), bits), type };
}

/** Whether a number is of a floating point type that is known here. */
function isFloat(type: OperandType | undefined): boolean {
  return type?.encoding === "float" && (type.size === 4 || type.size === 8);
}

function floatOf({ bits, type }: Operand): number {
  view.setBigUint64(0, bits, true);
  return type?.size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

function ofFloat(value: number, type: OperandType | undefined): Operand {
  view.setBigUint64(0, 0n, true);
  if (type?.size === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return operand(view.getBigUint64(0, true), type);
}

/** The number with its sign; what has no type has one. */
export function signedOf({ bits, type }: Operand): bigint {
  return type === undefined || SIGNED.has(type.encoding) ? BigInt.asIntN(bitsOf(type), bits) : bits;
}

/** The number in another type. */
export function convert(value: Operand, type: OperandType | undefined): Operand {
  if (isFloat(value.type)) {
    const number = floatOf(value);
    if (isFloat(type)) return ofFloat(number, type);
    return operand(Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n, type);
  }
  // Without a type it counts as an address: it has no sign.
  const whole = value.type === undefined ? value.bits : signedOf(value);
  return isFloat(type) ? ofFloat(Number(whole), type) : operand(whole, type);
}

/** Operations on two numbers; undefined if there is none of the number, or it would divide by 0. */
export function binary(operation: number, left: Operand, right: Operand): Operand | undefined {
  const { type } = left;
  if (isFloat(type)) return floating(operation, floatOf(left), floatOf(right), type);
  const [a, b] = [left.bits, right.bits];
  const comparison = COMPARISONS[operation];
  if (comparison !== undefined) return operand(comparison(signedOf(left), signedOf(right)) ? 1n : 0n);
  const shift = b > 64n ? 64n : b;
  switch (operation) {
    case 0x1a: // and
      return operand(a & b, type);
    case 0x1b: // div
      return b === 0n ? undefined : operand(signedOf(left) / signedOf(right), type);
    case 0x1c: // minus
      return operand(a - b, type);
    case 0x1d: // mod
      if (b === 0n) return undefined;
      return operand(type === undefined ? a % b : signedOf(left) % signedOf(right), type);
    case 0x1e: // mul
      return operand(a * b, type);
    case 0x21: // or
      return operand(a | b, type);
    case 0x22: // plus
      return operand(a + b, type);
    case 0x24: // shl
      return operand(a << shift, type);
    case 0x25: // shr
      return operand(a >> shift, type);
    case 0x26: // shra
      return operand(BigInt.asIntN(bitsOf(type), a) >> shift, type);
    case 0x27: // xor
      return operand(a ^ b, type);
    default:
      return undefined;
  }
}

/** Whether there is an operation on two numbers of this number. */
export function isBinary(operation: number): boolean {
  return operation in COMPARISONS || operation === 0x21 || operation === 0x22 ||
    operation >= 0x1a && operation <= 0x1e || operation >= 0x24 && operation <= 0x27;
}

/** The number with the other sign. */
export function negate(value: Operand): Operand {
  return isFloat(value.type) ? ofFloat(-floatOf(value), value.type) : operand(-value.bits, value.type);
}

/** The number without its sign. */
export function absolute(value: Operand): Operand {
  if (isFloat(value.type)) return ofFloat(Math.abs(floatOf(value)), value.type);
  const number = signedOf(value);
  return operand(number < 0n ? -number : number, value.type);
}

const COMPARISONS: Readonly<Record<number, <T extends bigint | number>(left: T, right: T) => boolean>> = {
  0x29: (left, right) => left === right,
  0x2a: (left, right) => left >= right,
  0x2b: (left, right) => left > right,
  0x2c: (left, right) => left <= right,
  0x2d: (left, right) => left < right,
  0x2e: (left, right) => left !== right,
};

function floating(operation: number, left: number, right: number, type: OperandType | undefined): Operand | undefined {
  const comparison = COMPARISONS[operation];
  if (comparison !== undefined) return operand(comparison(left, right) ? 1n : 0n);
  switch (operation) {
    case 0x1b:
      return ofFloat(left / right, type);
    case 0x1c:
      return ofFloat(left - right, type);
    case 0x1e:
      return ofFloat(left * right, type);
    case 0x22:
      return ofFloat(left + right, type);
    default:
      return undefined;
  }
}
