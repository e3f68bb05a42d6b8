/**
 * Evaluates expressions as C writes them over a guest's variables, registers and memory.
 *
 * A name is a variable of the frame, a field of `this`, a variable or function of the unit, the image, any image, in this
 * order. Leaves out calls of functions, and C++'s operators that a program defines. GDB manual, "Expressions".
 */

import type { DebugType } from "../binary/dwarf/mod.ts";
import { type Node, parseExpression, type TypeNode } from "./c_syntax.ts";
import {
  BOOLEAN,
  builtinType,
  CHAR,
  commonType,
  DOUBLE,
  INT,
  isFloat,
  LONG,
  promoted,
  UNSIGNED,
  UNSIGNED_LONG,
} from "./c_types.ts";
import { containerOf } from "./containers/mod.ts";
import { completeType, globalNamed, type Outlook, typeNamed } from "./names.ts";
import type { Target } from "./target.ts";
import { bareType, DebugValue, DebugValueError, isScalar, pointerTo } from "./value.ts";

/** A name that means nothing at a place. */
export class UnknownVariableError extends Error {
  /** `UnknownVariableError`. */
  override readonly name = "UnknownVariableError";

  /** The name. */
  readonly variable: string;

  /**
   * Puts the message together.
   *
   * @param variable The name.
   */
  constructor(variable: string) {
    super(`No symbol "${variable}" in current context.`);
    this.variable = variable;
  }
}

/** What names mean. */
export interface ExpressionScope extends Outlook {
  /** A variable or an argument of the frame. */
  local(name: string): DebugValue | undefined;
  /** What a name with a dollar means: a register, an earlier value. */
  dollar(name: string): DebugValue | undefined;
}

/** What an expression comes to: a value, or a type. */
export type Evaluated = { readonly value: DebugValue } | { readonly type: DebugType };

/**
 * Evaluates an expression.
 *
 * @param text The expression, or a type.
 * @param scope What names mean.
 * @throws {SyntaxError} If it is no expression.
 * @throws {UnknownVariableError} If a name means nothing.
 * @throws {DebugValueError} If an operation does not fit its operands, or needs what was optimized away.
 * @throws {GuestMemoryError} If it reads memory that is not mapped.
 */
export function evaluateC(text: string, scope: ExpressionScope): Evaluated {
  const isType = (name: string) => scope.local(name) === undefined && typeNamed(scope, name) !== undefined;
  return new CEvaluator(scope).evaluate(parseExpression(text, isType));
}

class CEvaluator {
  readonly #scope: ExpressionScope;
  readonly #target: Target;

  constructor(scope: ExpressionScope) {
    this.#scope = scope;
    this.#target = scope.target;
  }

  evaluate(node: Node): Evaluated {
    if (node.kind === "type") return { type: this.#type(node.type) };
    return { value: this.#value(node) };
  }

  #value(node: Node): DebugValue {
    switch (node.kind) {
      case "number":
        return this.#number(node.text);
      case "character":
        return DebugValue.of(this.#target, CHAR, BigInt(node.code));
      case "string": {
        const bytes = new TextEncoder().encode(`${node.text}\0`);
        const type: DebugType = {
          kind: "array",
          name: undefined,
          size: bytes.length,
          target: CHAR,
          counts: [bytes.length],
        };
        return new DebugValue(this.#target, type, { kind: "bytes", bytes });
      }
      case "name":
        return this.#named(node.name);
      case "dollar": {
        const value = this.#scope.dollar(node.name);
        if (value === undefined) throw new UnknownVariableError(`$${node.name}`);
        return value;
      }
      case "unary":
        return this.#unary(node.operator, node.operand);
      case "binary":
        return this.#binary(node.operator, node.left, node.right);
      case "assign":
        return this.#assign(node.operator, node.left, node.right);
      case "conditional":
        return isTrue(this.#value(node.test)) ? this.#value(node.yes) : this.#value(node.no);
      case "member":
        return this.#member(this.#value(node.object), node.name);
      case "index": {
        const [array, index] = [this.#dereferenced(this.#value(node.array)), this.#value(node.index)];
        const element = containerOf(array)?.at?.(Number(index.integer)) ?? array.at(index.integer);
        return this.#complete(element);
      }
      case "cast":
        return this.#cast(this.#value(node.operand), this.#type(node.type));
      case "sizeof": {
        const found = this.evaluate(node.operand);
        const type = "type" in found ? found.type : this.#dereferenced(found.value).type;
        return DebugValue.of(this.#target, UNSIGNED_LONG, BigInt(completeType(this.#scope, bareType(type)).size));
      }
      case "type":
        throw new DebugValueError("Attempt to use a type as an expression");
    }
  }

  /** What a comparison comes to: a number in C, a boolean elsewhere. */
  #truth(value: boolean): DebugValue {
    const isC = this.#scope.ground?.function?.unit.isC ?? true;
    return DebugValue.of(this.#target, isC ? INT : BOOLEAN, value ? 1n : 0n);
  }

  #number(text: string): DebugValue {
    const isHex = /^0x/i.test(text);
    if (!isHex && /[.e]|f$/i.test(text)) {
      return floatValue(this.#target, DOUBLE, Number(text.replace(/[fl]+$/i, "")));
    }
    const [, digits, suffix = ""] = /^(0x[0-9a-f]+|\d+)([ul]*)$/i.exec(text) ?? [];
    if (digits === undefined) throw new SyntaxError(`Cannot read the number ${text}`);
    const isOctal = /^0\d/.test(digits);
    if (isOctal && /[89]/.test(digits)) throw new SyntaxError(`Cannot read the number ${text}: it is not octal`);
    const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
    if (value >= 1n << 64n) throw new SyntaxError("Numeric constant too large.");
    const isUnsigned = /u/i.test(suffix);
    const isLong = /l/i.test(suffix);
    if (!isUnsigned && !isLong && value < 1n << 31n) return DebugValue.of(this.#target, INT, value);
    if (!isLong && value < 1n << 32n && (isHex || isUnsigned)) return DebugValue.of(this.#target, UNSIGNED, value);
    return DebugValue.of(this.#target, !isUnsigned && value < 1n << 63n ? LONG : UNSIGNED_LONG, value);
  }

  #named(name: string): DebugValue {
    const found = this.#scope.local(name) ?? this.#ofThis(name) ?? globalNamed(this.#scope, name);
    if (found === undefined) throw new UnknownVariableError(name);
    return this.#complete(found);
  }

  /** A field of the object whose method is executed. */
  #ofThis(name: string): DebugValue | undefined {
    const object = this.#scope.local("this");
    if (object === undefined || object.bare.kind !== "pointer") return undefined;
    try {
      return object.deref().field(name);
    } catch (error) {
      if (error instanceof DebugValueError) return undefined;
      throw error;
    }
  }

  /** The value with the definition of its type, if the unit at hand only declares that. */
  #complete(value: DebugValue): DebugValue {
    const type = completeType(this.#scope, value.bare);
    return type === value.bare ? value : value.as(type);
  }

  /** What a reference refers to; other values are themselves. */
  #dereferenced(value: DebugValue): DebugValue {
    const { kind } = value.bare;
    return kind === "reference" || kind === "rvalue reference" ? this.#complete(value.deref()) : value;
  }

  #member(object: DebugValue, name: string): DebugValue {
    let value = this.#dereferenced(object);
    if (value.bare.kind === "pointer") value = this.#complete(value.deref());
    if (value.bare.members === undefined || isScalar(value.bare)) {
      throw new DebugValueError(
        `Attempt to extract a component of a value that is not a structure${
          object.bare.kind === "pointer" ? " pointer" : ""
        }.`,
      );
    }
    const pointee = value.has(name) ? undefined : containerOf(value)?.pointee?.();
    if (pointee !== undefined) return this.#member(pointee, name);
    const field = value.bare.statics?.find((each) => each.name === name);
    const found = field === undefined ? value.field(name) : this.#target.variable(field.entry);
    if (found === undefined) throw new DebugValueError(`static field ${name} has been optimized out`);
    return this.#complete(found);
  }

  #unary(operator: string, operand: Node): DebugValue {
    if (operator === "&") return this.#addressOf(this.#value(operand));
    const value = this.#dereferenced(this.#value(operand));
    switch (operator) {
      case "*": {
        const { same, pointee } = containerOf(value) ?? {};
        const held = same ?? pointee?.();
        if (held !== undefined) return this.#complete(held);
        if (value.bare.kind === "base" && value.bare.encoding !== "float") {
          return this.#word(value);
        }
        if (bareType(value.bare.target ?? value.type).kind === "void") {
          throw new DebugValueError("Attempt to take contents of a void pointer; cast it, as in `*(long *)p`");
        }
        return this.#complete(value.deref());
      }
      case "!":
        return this.#truth(!isTrue(value));
      case "-": {
        const type = promoted(value);
        if (isFloat(type)) return floatValue(this.#target, type, -value.number);
        return DebugValue.of(this.#target, type, -value.integer);
      }
      case "~":
        return DebugValue.of(this.#target, promoted(value), ~value.integer);
      default:
        return value;
    }
  }

  /** The word that a plain number is the address of: gdb takes 4 bytes, a register has 8. */
  #word(value: DebugValue): DebugValue {
    return new DebugValue(this.#target, LONG, { kind: "memory", address: BigInt.asUintN(64, value.integer) });
  }

  #addressOf(value: DebugValue): DebugValue {
    const target = this.#dereferenced(value);
    const { address } = target;
    if (address === undefined) {
      throw new DebugValueError(
        target.isOptimizedOut || target.isAvailable === false
          ? "Can't take address of a value that was optimized out"
          : "Attempt to take address of value not located in memory.",
      );
    }
    return DebugValue.of(this.#target, pointerTo(target.type), address);
  }

  #binary(operator: string, leftNode: Node, rightNode: Node): DebugValue {
    const left = this.#dereferenced(this.#value(leftNode));
    if (operator === "&&" || operator === "||") {
      const isDecided = isTrue(left) === (operator === "||");
      const result = isDecided ? isTrue(left) : isTrue(this.#dereferenced(this.#value(rightNode)));
      return this.#truth(result);
    }
    const right = this.#dereferenced(this.#value(rightNode));
    if (operator === "@") return this.#array(left, right);
    return this.#arithmetic(operator, left, right);
  }

  /** gdb's `first@count`: an array of what is there. */
  #array(first: DebugValue, count: DebugValue): DebugValue {
    const { address, type } = first;
    const length = Number(count.integer);
    if (address === undefined) throw new DebugValueError("Only values in memory can be extended with '@'.");
    if (length < 1) throw new DebugValueError(`Invalid number ${length} of repetitions.`);
    if (length * type.size > 1 << 24) throw new DebugValueError(`Cannot show ${length} elements: they are too many`);
    const array: DebugType = {
      kind: "array",
      name: undefined,
      size: type.size * length,
      target: type,
      counts: [length],
    };
    return first.as(array);
  }

  #arithmetic(operator: string, left: DebugValue, right: DebugValue): DebugValue {
    const [a, b] = [decayed(left), decayed(right)];
    const [isA, isB] = [a.bare.kind === "pointer", b.bare.kind === "pointer"];
    if ((isA || isB) && (operator === "+" || operator === "-")) return this.#pointers(operator, a, b);
    if (operator in COMPARISONS) return this.#compare(operator, a, b);
    if (!isScalar(a.bare) || !isScalar(b.bare)) {
      throw new DebugValueError("Argument to arithmetic operation not a number or boolean.");
    }
    const type = operator === "<<" || operator === ">>" ? promoted(a) : commonType(a, b);
    if (isFloat(type)) return floatValue(this.#target, type, floating(operator, a.number, b.number));
    return DebugValue.of(this.#target, type, whole(operator, converted(a, type), converted(b, type)));
  }

  #pointers(operator: string, a: DebugValue, b: DebugValue): DebugValue {
    const pointer = a.bare.kind === "pointer" ? a : b;
    const size = BigInt(pointer.bare.target?.size || 1);
    if (a.bare.kind === "pointer" && b.bare.kind === "pointer") {
      if (operator === "+") throw new DebugValueError("Argument to arithmetic operation not a number or boolean.");
      return DebugValue.of(this.#target, LONG, (a.integer - b.integer) / size);
    }
    const distance = (pointer === a ? b.integer : a.integer) * size;
    return DebugValue.of(this.#target, pointer.type, pointer.integer + (operator === "+" ? distance : -distance));
  }

  #compare(operator: string, a: DebugValue, b: DebugValue): DebugValue {
    const compare = COMPARISONS[operator];
    const type = isScalar(a.bare) && isScalar(b.bare) ? commonType(a, b) : undefined;
    if (type === undefined) throw new DebugValueError(`Cannot compare values that are no numbers`);
    const result = isFloat(type) ? compare(a.number, b.number) : compare(converted(a, type), converted(b, type));
    return this.#truth(result);
  }

  #assign(operator: string, leftNode: Node, rightNode: Node): DebugValue {
    const left = this.#dereferenced(this.#value(leftNode));
    const right = this.#dereferenced(this.#value(rightNode));
    const next = operator === "=" ? right : this.#arithmetic(operator.slice(0, -1), left, right);
    if (isScalar(left.bare)) left.assign(this.#cast(next, left.type).bytes);
    else if (next.type.size === left.type.size) left.assign(next.bytes);
    else throw new DebugValueError("Cannot assign a value of another size");
    return this.#dereferenced(this.#value(leftNode));
  }

  #cast(value: DebugValue, type: DebugType): DebugValue {
    const to = bareType(type);
    const from = decayed(this.#dereferenced(value));
    if (to.kind === "void") return new DebugValue(this.#target, type, { kind: "bytes", bytes: new Uint8Array(1) });
    if (!isScalar(to)) {
      if (from.address !== undefined || to.size === from.type.size) return value.as(type);
      throw new DebugValueError("Invalid cast.");
    }
    if (!isScalar(from.bare)) throw new DebugValueError("Invalid cast.");
    if (to.encoding === "float") return floatValue(this.#target, type, from.number);
    if (to.encoding === "boolean") return DebugValue.of(this.#target, type, isTrue(from) ? 1n : 0n);
    return DebugValue.of(this.#target, type, from.integer);
  }

  #type({ word, name, derived }: TypeNode): DebugType {
    const named = word === undefined
      ? builtinType(name) ?? typeNamed(this.#scope, name)
      : typeNamed(this.#scope, name, word);
    if (named === undefined) {
      throw new DebugValueError(`No ${word === undefined ? "symbol" : `${word} type`} named ${name}.`);
    }
    return derived.reduce<DebugType>((target, each) => {
      if (each === "*") return pointerTo(target);
      if (each === "&") return { ...pointerTo(target), kind: "reference" };
      return { kind: "array", name: undefined, size: target.size * each, target, counts: [each] };
    }, named);
  }
}

/** An array counts as a pointer to its first element, a function as one to itself. */
function decayed(value: DebugValue): DebugValue {
  const { address } = value;
  if (address === undefined) return value;
  if (value.bare.kind === "array") return DebugValue.of(value.target, pointerTo(value.at(0).type), address);
  if (value.bare.kind === "function") return DebugValue.of(value.target, pointerTo(value.type), address);
  return value;
}

function isTrue(value: DebugValue): boolean {
  const plain = decayed(value);
  return isFloat(plain.type) ? plain.number !== 0 : plain.integer !== 0n;
}

function converted(value: DebugValue, { size, encoding }: DebugType): bigint {
  return encoding === "unsigned" ? BigInt.asUintN(size * 8, value.integer) : BigInt.asIntN(size * 8, value.integer);
}

function floatValue(target: Target, type: DebugType, number: number): DebugValue {
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
