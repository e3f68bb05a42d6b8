/**
 * Operations of C on values: arithmetic, comparisons, pointers, casts. ISO C, section 6.5.
 */

import type { DebugType } from "../binary/dwarf/mod.ts";
import { BOOLEAN, commonType, DOUBLE, INT, isFloat, LONG, promoted } from "./c_types.ts";
import type { Target } from "./target.ts";
import { bareType, DebugValue, DebugValueError, isScalar, pointerTo } from "./value.ts";

/** Whether an operator compares. */
export function isComparison(operator: string): boolean {
  return operator in COMPARISONS;
}

/** What a comparison comes to: a number in C, a boolean elsewhere. */
export function truth(target: Target, value: boolean, isC: boolean): DebugValue {
  return DebugValue.of(target, isC ? INT : BOOLEAN, value ? 1n : 0n);
}

/** An operation on two values, but for a comparison. @throws {DebugValueError} If it does not fit them. */
export function arithmetic(operator: string, left: DebugValue, right: DebugValue): DebugValue {
  const [a, b] = [decayed(left), decayed(right)];
  const [isA, isB] = [a.bare.kind === "pointer", b.bare.kind === "pointer"];
  if ((isA || isB) && (operator === "+" || operator === "-")) return pointers(operator, a, b);
  if (!isScalar(a.bare) || !isScalar(b.bare)) {
    throw new DebugValueError("Argument to arithmetic operation not a number or boolean.");
  }
  const type = operator === "<<" || operator === ">>" ? promoted(a) : commonType(a, b);
  if (isFloat(type)) return floatValue(a.target, type, floating(operator, a.number, b.number));
  return DebugValue.of(a.target, type, whole(operator, converted(a, type), converted(b, type)));
}

function pointers(operator: string, a: DebugValue, b: DebugValue): DebugValue {
  const pointer = a.bare.kind === "pointer" ? a : b;
  const size = BigInt(pointer.bare.target?.size || 1);
  if (a.bare.kind === "pointer" && b.bare.kind === "pointer") {
    if (operator === "+") throw new DebugValueError("Argument to arithmetic operation not a number or boolean.");
    return DebugValue.of(a.target, LONG, (a.integer - b.integer) / size);
  }
  const distance = (pointer === a ? b.integer : a.integer) * size;
  return DebugValue.of(a.target, pointer.type, pointer.integer + (operator === "+" ? distance : -distance));
}

/** Compares two values. @throws {DebugValueError} If they are no numbers. */
export function compare(operator: string, left: DebugValue, right: DebugValue): boolean {
  const [a, b] = [decayed(left), decayed(right)];
  const comparison = COMPARISONS[operator];
  const type = isScalar(a.bare) && isScalar(b.bare) ? commonType(a, b) : undefined;
  if (type === undefined) throw new DebugValueError(`Cannot compare values that are no numbers`);
  return isFloat(type) ? comparison(a.number, b.number) : comparison(converted(a, type), converted(b, type));
}

/** A value, not a reference, as another type. @throws {DebugValueError} If it cannot be. */
export function castTo(value: DebugValue, type: DebugType): DebugValue {
  const to = bareType(type);
  const from = decayed(value);
  if (to.kind === "void") return new DebugValue(value.target, type, { kind: "bytes", bytes: new Uint8Array(1) });
  if (!isScalar(to)) {
    if (from.address !== undefined || to.size === from.type.size) return value.as(type);
    throw new DebugValueError("Invalid cast.");
  }
  if (!isScalar(from.bare)) throw new DebugValueError("Invalid cast.");
  if (to.encoding === "float") return floatValue(value.target, type, from.number);
  if (to.encoding === "boolean") return DebugValue.of(value.target, type, isTrue(from) ? 1n : 0n);
  return DebugValue.of(value.target, type, from.integer);
}

/** An array counts as a pointer to its first element, a function as one to itself. */
export function decayed(value: DebugValue): DebugValue {
  const { address } = value;
  if (address === undefined) return value;
  if (value.bare.kind === "array") return DebugValue.of(value.target, pointerTo(value.at(0).type), address);
  if (value.bare.kind === "function") return DebugValue.of(value.target, pointerTo(value.type), address);
  return value;
}

/** Whether a value is not zero. */
export function isTrue(value: DebugValue): boolean {
  const plain = decayed(value);
  return isFloat(plain.type) ? plain.number !== 0 : plain.integer !== 0n;
}

function converted(value: DebugValue, { size, encoding }: DebugType): bigint {
  return encoding === "unsigned" ? BigInt.asUintN(size * 8, value.integer) : BigInt.asIntN(size * 8, value.integer);
}

/** A floating point number of a type. */
export function floatValue(target: Target, type: DebugType, number: number): DebugValue {
  const { size } = bareType(type);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (size === 4) view.setFloat32(0, number, true);
  else if (size === 8) view.setFloat64(0, number, true);
  else return floatValue(target, DOUBLE, number);
  return new DebugValue(target, type, { kind: "bytes", bytes });
}

const COMPARISONS: Readonly<Record<string, <T extends number | bigint>(a: T, b: T) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

function floating(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    default:
      throw new DebugValueError("Argument to arithmetic operation not a number or boolean.");
  }
}

function whole(operator: string, a: bigint, b: bigint): bigint {
  if ((operator === "/" || operator === "%") && b === 0n) throw new DebugValueError("Division by zero");
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "<<":
      return b < 0n || b > 63n ? 0n : a << b;
    default:
      return b < 0n || b > 63n ? 0n : a >> b;
  }
}
