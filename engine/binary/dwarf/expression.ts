/**
 * Evaluates expressions (DW_OP_*): a stack machine over 64-bit numbers, and numbers of base types.
 *
 * Where a variable is has more operations: see location.ts. DWARF 5, section 2.5.1.
 */

import { DwarfCursor } from "./cursor.ts";
import type { DwarfError } from "./errors.ts";
import { absolute, binary, convert, isBinary, negate, type Operand, operand, type OperandType } from "./operand.ts";

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

/** Thrown inside, where a register or memory is not available: the result is unknown, and nothing is corrupt. */
export const UNAVAILABLE: unique symbol = Symbol("unavailable");

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
    const machine = new StackMachine(expression, context, initial);
    machine.run();
    return machine.pop().bits;
  } catch (error) {
    if (error === UNAVAILABLE) return undefined;
    throw error;
  }
}

/** Executes the operations of an expression, but for those that only a location has. */
export class StackMachine {
  readonly stack: Operand[];
  readonly cursor: DwarfCursor;

  /**
   * Starts at the first operation.
   *
   * @param expression The expression.
   * @param context What it may look at.
   * @param initial What is on the stack before, the top last.
   */
  constructor(
    readonly expression: DwarfExpression,
    readonly context: ExpressionContext,
    initial: readonly bigint[],
  ) {
    this.stack = initial.map((value) => operand(value));
    this.cursor = new DwarfCursor(expression.bytes, expression.section);
  }

  /** Executes all of it. */
  run(): void {
    const { cursor } = this;
    for (let steps = 0; cursor.remaining > 0; steps++) {
      if (steps > MAXIMUM_STEPS) throw this.error("the expression does not end");
      if (this.stack.length > MAXIMUM_DEPTH) throw this.error("the expression's stack overflows");
      this.execute(cursor.u8());
    }
  }

  /** Executes an operation, whose number was read. */
  execute(operation: number): void {
    const { cursor } = this;
    if (operation >= 0x30 && operation <= 0x4f) return this.push(BigInt(operation - 0x30)); // lit0 ...
    if (operation >= 0x50 && operation <= 0x6f) return this.push(this.register(operation - 0x50)); // reg0 ...
    if (operation >= 0x70 && operation <= 0x8f) { // breg0 ...
      return this.push(this.register(operation - 0x70) + cursor.slebExact());
    }
    if (isBinary(operation)) return this.#binary(operation);
    switch (operation) {
      case 0x03: // addr
        return this.push(cursor.u64Exact() + (this.context.bias ?? 0n));
      case 0x06: // deref
        return this.push(this.read(this.pop().bits, 8));
      case 0x08:
        return this.push(BigInt(cursor.u8()));
      case 0x09:
        return this.push(BigInt(cursor.i8()));
      case 0x0a:
        return this.push(BigInt(cursor.u16()));
      case 0x0b:
        return this.push(BigInt(cursor.i16()));
      case 0x0c:
        return this.push(BigInt(cursor.u32()));
      case 0x0d:
        return this.push(BigInt(cursor.i32()));
      case 0x0e:
      case 0x0f:
        return this.push(cursor.u64Exact());
      case 0x10:
        return this.push(cursor.ulebExact());
      case 0x11:
        return this.push(cursor.slebExact());
      case 0x12: // dup
        return this.#pushOperand(this.#peek(0));
      case 0x13: // drop
        this.pop();
        return;
      case 0x14: // over
        return this.#pushOperand(this.#peek(1));
      case 0x15: // pick
        return this.#pushOperand(this.#peek(cursor.u8()));
      case 0x16: { // swap
        const [top, second] = [this.pop(), this.pop()];
        this.stack.push(top, second);
        return;
      }
      case 0x17: { // rot
        const [top, second, third] = [this.pop(), this.pop(), this.pop()];
        this.stack.push(top, third, second);
        return;
      }
      case 0x19:
        return this.#pushOperand(absolute(this.pop()));
      case 0x1f:
        return this.#pushOperand(negate(this.pop()));
      case 0x20: {
        const { bits, type } = this.pop();
        return this.push(~bits, type);
      }
      case 0x23: { // plus_uconst
        const { bits, type } = this.pop();
        return this.push(bits + cursor.ulebExact(), type);
      }
      case 0x28: { // bra
        const distance = cursor.i16();
        if (this.pop().bits !== 0n) this.#jump(distance);
        return;
      }
      case 0x2f: // skip
        return this.#jump(cursor.i16());
      case 0x90: // regx
        return this.push(this.register(cursor.uleb()));
      case 0x92: // bregx
        return this.push(this.register(cursor.uleb()) + cursor.slebExact());
      case 0x94: { // deref_size
        const size = cursor.u8();
        if (size < 1 || size > 8) throw this.error(`a value of ${size} bytes is read`);
        return this.push(this.read(this.pop().bits, size));
      }
      case 0x96: // nop
        return;
      case 0x9c: // call_frame_cfa
        return this.push(this.context.cfa ?? unavailable());
      default:
        throw this.error(`the operation 0x${operation.toString(16)} is not supported`);
    }
  }

  #binary(operation: number): void {
    const [right, left] = [this.pop(), this.pop()];
    const shift = operation >= 0x24 && operation <= 0x26;
    const other = shift || left.type === right.type ? right : convert(right, left.type);
    const result = binary(operation, left, other);
    if (result === undefined) throw this.error("a number is divided by 0");
    this.#pushOperand(result);
  }

  #jump(distance: number): void {
    const target = this.cursor.position + distance;
    if (target < 0 || target > this.cursor.end) throw this.error("a branch leaves the expression");
    this.cursor.position = target;
  }

  /** A register's value. */
  register(register: number): bigint {
    return this.context.register(register) ?? unavailable();
  }

  /** A number in memory. */
  read(address: bigint, size: number): bigint {
    return this.context.read(address, size) ?? unavailable();
  }

  /** Puts a number on the stack. */
  push(value: bigint, type?: OperandType): void {
    this.stack.push(operand(value, type));
  }

  #pushOperand(value: Operand): void {
    this.stack.push(value);
  }

  /** Takes the number at the top. */
  pop(): Operand {
    const value = this.stack.pop();
    if (value === undefined) throw this.error("the expression's stack is empty");
    return value;
  }

  #peek(depth: number): Operand {
    const value = this.stack.at(-1 - depth);
    if (value === undefined) throw this.error("the expression's stack is too short");
    return value;
  }

  /** An error about the operation at hand. */
  error(problem: string): DwarfError {
    return this.cursor.error(problem, this.expression.offset + Math.max(0, this.cursor.position - 1));
  }
}

/** Ends the evaluation: something it needs is not known. */
export function unavailable(): never {
  throw UNAVAILABLE;
}
