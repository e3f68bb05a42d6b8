/**
 * Evaluates the expressions of call frame information (DW_OP_*): a stack machine over 64-bit numbers.
 *
 * Leaves out what only descriptions of variables use: pieces, types, calls of other entries, thread-local addresses.
 * DWARF 5, section 2.5.1.
 */

import { DwarfCursor } from "./cursor.ts";

/** An expression, and where it is. */
export interface DwarfExpression {
  /** Its operations. */
  readonly bytes: Uint8Array;
  /** Name of the section it is in, for errors. */
  readonly section: string;
  /** Its offset in that section. */
  readonly offset: number;
}

/** What an expression is evaluated in. */
export interface ExpressionContext {
  /** The value of a register in DWARF's numbering; undefined if it is not known. */
  register(register: number): bigint | undefined;
  /** Reads 1 to 8 bytes of memory as an unsigned number; undefined if they are not there. */
  read(address: bigint, size: number): bigint | undefined;
  /** The canonical frame address, for DW_OP_call_frame_cfa. */
  readonly cfa?: bigint;
  /** What is added to the addresses in the file. */
  readonly bias?: bigint;
}

/** Operations executed, and numbers on the stack, before an expression counts as corrupt. */
const MAXIMUM_STEPS = 10_000;
const MAXIMUM_DEPTH = 1024;

const wrap = (value: bigint) => BigInt.asUintN(64, value);
const signed = (value: bigint) => BigInt.asIntN(64, value);

/** Thrown inside, where a register or memory is not available: the result is unknown, and nothing is corrupt. */
const UNAVAILABLE = Symbol("unavailable");

/**
 * Evaluates an expression.
 *
 * @param expression The expression.
 * @param context What it may look at.
 * @param initial What is on the stack before, the top last.
 * @returns The value at the top in the end; undefined if it depends on a register or on memory that is not available.
 * @throws {DwarfError} If the expression is corrupt, has an operation that is left out here, or does not end.
 */
export function evaluate(
  expression: DwarfExpression,
  context: ExpressionContext,
  initial: readonly bigint[] = [],
): bigint | undefined {
  try {
    return new Evaluation(expression, context, initial).result();
  } catch (error) {
    if (error === UNAVAILABLE) return undefined;
    throw error;
  }
}

class Evaluation {
  readonly #stack: bigint[];
  readonly #cursor: DwarfCursor;

  constructor(
    readonly expression: DwarfExpression,
    readonly context: ExpressionContext,
    initial: readonly bigint[],
  ) {
    this.#stack = [...initial];
    this.#cursor = new DwarfCursor(expression.bytes, expression.section);
  }

  result(): bigint {
    const cursor = this.#cursor;
    for (let steps = 0; cursor.remaining > 0; steps++) {
      if (steps > MAXIMUM_STEPS) throw this.#error("the expression does not end");
      if (this.#stack.length > MAXIMUM_DEPTH) throw this.#error("the expression's stack overflows");
      this.#execute(cursor.u8());
    }
    return this.#pop();
  }

  #execute(operation: number): void {
    const cursor = this.#cursor;
    if (operation >= 0x30 && operation <= 0x4f) return this.#push(BigInt(operation - 0x30)); // lit0 ...
    if (operation >= 0x50 && operation <= 0x6f) return this.#push(this.#register(operation - 0x50)); // reg0 ...
    if (operation >= 0x70 && operation <= 0x8f) { // breg0 ...
      return this.#push(this.#register(operation - 0x70) + cursor.slebExact());
    }
    switch (operation) {
      case 0x03: // addr
        return this.#push(cursor.u64Exact() + (this.context.bias ?? 0n));
      case 0x06: // deref
        return this.#push(this.#read(this.#pop(), 8));
      case 0x08:
        return this.#push(BigInt(cursor.u8()));
      case 0x09:
        return this.#push(BigInt(cursor.i8()));
      case 0x0a:
        return this.#push(BigInt(cursor.u16()));
      case 0x0b:
        return this.#push(BigInt(cursor.i16()));
      case 0x0c:
        return this.#push(BigInt(cursor.u32()));
      case 0x0d:
        return this.#push(BigInt(cursor.i32()));
      case 0x0e:
      case 0x0f:
        return this.#push(cursor.u64Exact());
      case 0x10:
        return this.#push(cursor.ulebExact());
      case 0x11:
        return this.#push(cursor.slebExact());
      case 0x12: // dup
        return this.#push(this.#peek(0));
      case 0x13: // drop
        this.#pop();
        return;
      case 0x14: // over
        return this.#push(this.#peek(1));
      case 0x15: // pick
        return this.#push(this.#peek(cursor.u8()));
      case 0x16: { // swap
        const [top, second] = [this.#pop(), this.#pop()];
        this.#stack.push(top, second);
        return;
      }
      case 0x17: { // rot
        const [top, second, third] = [this.#pop(), this.#pop(), this.#pop()];
        this.#stack.push(top, third, second);
        return;
      }
      case 0x19: { // abs
        const value = signed(this.#pop());
        return this.#push(value < 0n ? -value : value);
      }
      case 0x1f:
        return this.#push(-this.#pop());
      case 0x20:
        return this.#push(~this.#pop());
      case 0x23: // plus_uconst
        return this.#push(this.#pop() + cursor.ulebExact());
      case 0x28: { // bra
        const distance = cursor.i16();
        if (this.#pop() !== 0n) this.#jump(distance);
        return;
      }
      case 0x2f: // skip
        return this.#jump(cursor.i16());
      case 0x90: // regx
        return this.#push(this.#register(cursor.uleb()));
      case 0x92: // bregx
        return this.#push(this.#register(cursor.uleb()) + cursor.slebExact());
      case 0x94: { // deref_size
        const size = cursor.u8();
        if (size < 1 || size > 8) throw this.#error(`a value of ${size} bytes is read`);
        return this.#push(this.#read(this.#pop(), size));
      }
      case 0x96: // nop
        return;
      case 0x9c: // call_frame_cfa
        return this.#push(this.context.cfa ?? unavailable());
      default: {
        const binary = BINARY[operation];
        if (binary === undefined) throw this.#error(`the operation 0x${operation.toString(16)} is not supported`);
        const [right, left] = [this.#pop(), this.#pop()];
        if (right === 0n && (operation === 0x1b || operation === 0x1d)) throw this.#error("a number is divided by 0");
        return this.#push(binary(left, right));
      }
    }
  }

  #jump(distance: number): void {
    const target = this.#cursor.position + distance;
    if (target < 0 || target > this.#cursor.end) throw this.#error("a branch leaves the expression");
    this.#cursor.position = target;
  }

  #register(register: number): bigint {
    return this.context.register(register) ?? unavailable();
  }

  #read(address: bigint, size: number): bigint {
    return this.context.read(address, size) ?? unavailable();
  }

  #push(value: bigint): void {
    this.#stack.push(wrap(value));
  }

  #pop(): bigint {
    const value = this.#stack.pop();
    if (value === undefined) throw this.#error("the expression's stack is empty");
    return value;
  }

  #peek(depth: number): bigint {
    const value = this.#stack.at(-1 - depth);
    if (value === undefined) throw this.#error("the expression's stack is too short");
    return value;
  }

  #error(problem: string) {
    return this.#cursor.error(problem, this.expression.offset + Math.max(0, this.#cursor.position - 1));
  }
}

function unavailable(): never {
  throw UNAVAILABLE;
}

const truth = (value: boolean) => value ? 1n : 0n;
/** A shift by 64 or more leaves nothing. */
const distance = (value: bigint) => value > 64n ? 64n : value;

const BINARY: Readonly<Record<number, (left: bigint, right: bigint) => bigint>> = {
  0x1a: (left, right) => left & right,
  0x1b: (left, right) => signed(left) / signed(right),
  0x1c: (left, right) => left - right,
  0x1d: (left, right) => left % right,
  0x1e: (left, right) => left * right,
  0x21: (left, right) => left | right,
  0x22: (left, right) => left + right,
  0x24: (left, right) => left << distance(right),
  0x25: (left, right) => left >> distance(right),
  0x26: (left, right) => signed(left) >> distance(right),
  0x27: (left, right) => left ^ right,
  0x29: (left, right) => truth(left === right),
  0x2a: (left, right) => truth(signed(left) >= signed(right)),
  0x2b: (left, right) => truth(signed(left) > signed(right)),
  0x2c: (left, right) => truth(signed(left) <= signed(right)),
  0x2d: (left, right) => truth(signed(left) < signed(right)),
  0x2e: (left, right) => truth(left !== right),
};
