/**
 * Evaluates what parseExpression() has read: names, fields, elements, operators, casts, assignments.
 *
 * Functions are called by others: a call that has not been made throws what it needs, and the tree is evaluated again with
 * its result. Leaves out C++'s operators that a program defines, but for those of containers.
 */

import type { DebugType } from "../binary/dwarf/mod.ts";
import { CallNeeded, functionCall, hasMethod, methodCall } from "./c_call.ts";
import { type Evaluated, type ExpressionScope, UnknownVariableError } from "./c_expression.ts";
import { numberLiteral, textLiteral } from "./c_literals.ts";
import { arithmetic, castTo, compare, floatValue, isComparison, isTrue, truth } from "./c_operations.ts";
import type { Node, TypeNode } from "./c_syntax.ts";
import { builtinType, CHAR, isFloat, LONG, promoted, UNSIGNED_LONG } from "./c_types.ts";
import { containerOf } from "./containers/mod.ts";
import { completeType, functionsNamed, globalNamed, typeNamed } from "./names.ts";
import type { Target } from "./target.ts";
import { bareType, DebugValue, DebugValueError, isScalar, pointerTo } from "./value.ts";

/** Evaluates the trees of expressions. What changes something is done once, however often a tree is evaluated. */
export class CEvaluator {
  readonly #scope: ExpressionScope;
  readonly #target: Target;
  readonly #done: Map<Node, DebugValue>;

  /**
   * @param scope What names mean.
   * @param done What calls and assignments have come to, if the tree was evaluated before.
   */
  constructor(scope: ExpressionScope, done = new Map<Node, DebugValue>()) {
    this.#scope = scope;
    this.#target = scope.target;
    this.#done = done;
  }

  /** @throws {CallNeeded} If a function is to be called first; other errors as of `evaluateC`. */
  evaluate(node: Node): Evaluated {
    if (node.kind === "type") return { type: this.#type(node.type) };
    return { value: this.#value(node) };
  }

  #value(node: Node): DebugValue {
    switch (node.kind) {
      case "number":
        return numberLiteral(this.#target, node.text);
      case "character":
        return DebugValue.of(this.#target, CHAR, BigInt(node.code));
      case "string":
        return textLiteral(this.#target, node.text);
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
        return this.#done.get(node) ?? this.#assign(node, node.left, node.right);
      case "call":
        return this.#done.get(node) ?? this.#call(node);
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
        return this.#cast(node.operand, this.#type(node.type));
      case "sizeof": {
        const found = this.evaluate(node.operand);
        const type = "type" in found ? found.type : this.#dereferenced(found.value).type;
        return DebugValue.of(this.#target, UNSIGNED_LONG, BigInt(completeType(this.#scope, bareType(type)).size));
      }
      case "type":
        throw new DebugValueError("Attempt to use a type as an expression");
    }
  }

  #truth(value: boolean): DebugValue {
    return truth(this.#target, value, this.#scope.ground?.function?.unit.isC ?? true);
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
    return isComparison(operator) ? this.#truth(compare(operator, left, right)) : arithmetic(operator, left, right);
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

  #assign(node: Node & { kind: "assign" }, leftNode: Node, rightNode: Node): DebugValue {
    const { operator } = node;
    const left = this.#dereferenced(this.#value(leftNode));
    const right = this.#dereferenced(this.#value(rightNode));
    const next = operator === "=" ? right : arithmetic(operator.slice(0, -1), left, right);
    if (isScalar(left.bare)) left.assign(castTo(next, left.type).bytes);
    else if (next.type.size === left.type.size) left.assign(next.bytes);
    else throw new DebugValueError("Cannot assign a value of another size");
    const result = this.#dereferenced(this.#value(leftNode));
    this.#done.set(node, result);
    return result;
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

  /** A cast of a call says what the function returns, where nothing else does. */
  #cast(operand: Node, type: DebugType): DebugValue {
    const isCall = operand.kind === "call" && !this.#done.has(operand);
    return castTo(this.#dereferenced(isCall ? this.#call(operand, type) : this.#value(operand)), type);
  }

  #call(node: Node & { kind: "call" }, result?: DebugType): DebugValue {
    const given = node.args.map((each) => this.#value(each));
    const { callee } = node;
    const object = callee.kind === "member" ? this.#objectOf(callee) : undefined;
    if (object !== undefined && callee.kind === "member") {
      throw new CallNeeded(node, methodCall(object, callee.name, given));
    }
    const isGlobal = callee.kind === "name" && this.#scope.local(callee.name) === undefined;
    const found = isGlobal ? functionsNamed(this.#scope, callee.name) : [];
    const value = found.length > 0 ? undefined : this.#dereferenced(this.#value(callee));
    throw new CallNeeded(node, functionCall(found, value, given, result));
  }

  /** The object that a method is called of; undefined if the member is a field, as a pointer to a function is. */
  #objectOf({ object, name }: Node & { kind: "member" }): DebugValue | undefined {
    let value = this.#dereferenced(this.#value(object));
    if (value.bare.kind === "pointer") value = this.#complete(value.deref());
    const pointee = containerOf(value)?.pointee;
    const isArrow = pointee !== undefined && !hasMethod(value, name);
    if (isArrow) value = this.#complete(pointee());
    return hasMethod(value, name) ? value : undefined;
  }
}
