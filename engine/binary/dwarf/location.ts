/**
 * Where a variable is: in memory, in registers, nowhere but computed, or in pieces of all that.
 *
 * Leaves out what no compiler for x86-64 writes: several address spaces. DWARF 5, sections 2.5 and 2.6; GNU extensions
 * of gcc before version 7.
 */

import { ATTRIBUTE } from "./constants.ts";
import type { InfoUnit } from "./info_unit.ts";
import { typeOf } from "./entry_type.ts";
import type { Entry } from "./entry.ts";
import { type DwarfExpression, type ExpressionContext, StackMachine, UNAVAILABLE, unavailable } from "./expression.ts";
import { addressAt } from "./forms.ts";
import { convert, type OperandType } from "./operand.ts";

/** Where something is. */
export type Place =
  | { readonly kind: "memory"; readonly address: bigint }
  | { readonly kind: "register"; readonly register: number }
  /** It is nowhere, but known. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** A pointer to what is not in memory: to a part of another variable. */
  | { readonly kind: "pointer"; readonly to: Entry | undefined; readonly offset: number }
  /** It was optimized away. */
  | { readonly kind: "missing" };

/** A part of a variable. */
export interface Piece {
  /** Where it is. */
  readonly place: Place;
  /** Its bits; undefined for all of the variable. */
  readonly bitSize: number | undefined;
  /** How far into the place it begins. */
  readonly bitOffset: number;
}

/** What a location is evaluated in. */
export interface LocationContext extends ExpressionContext {
  /** The unit it is in. */
  readonly unit: InfoUnit;
  /** The address that DW_OP_fbreg is relative to. */
  frameBase(): bigint | undefined;
  /** What an expression came to at the function's entry. */
  entryValue(expression: DwarfExpression): bigint | undefined;
  /** What the caller gave for a parameter that the compiler took away. */
  parameter(entry: Entry): bigint | undefined;
  /** The address of a thread's variable. */
  threadAddress(offset: bigint): bigint | undefined;
  /** The bytes of a register that is not a general one. */
  wide(register: number): Uint8Array | undefined;
  /** The address of the object that a member is of. */
  readonly object?: bigint;
}

/** DW_OP_call* inside one another before that counts as endless. */
const MAXIMUM_CALLS = 8;

/**
 * Evaluates where something is.
 *
 * @param expression Its location.
 * @param context What it may look at.
 * @param initial What is on the stack before.
 * @returns Its pieces, at least one.
 * @throws {DwarfError} If the expression is corrupt.
 */
export function locate(
  expression: DwarfExpression,
  context: LocationContext,
  initial: readonly bigint[] = [],
): readonly Piece[] {
  try {
    return new LocationMachine(expression, context, initial).locate();
  } catch (error) {
    if (error === UNAVAILABLE) return [whole({ kind: "missing" })];
    throw error;
  }
}

const whole = (place: Place): Piece => ({ place, bitSize: undefined, bitOffset: 0 });

class LocationMachine extends StackMachine {
  readonly #pieces: Piece[] = [];
  /** What the next piece is, if it is no memory. */
  #place: Place | undefined;

  constructor(
    expression: DwarfExpression,
    override readonly context: LocationContext,
    initial: readonly bigint[],
    readonly depth = 0,
  ) {
    super(expression, context, initial);
  }

  locate(): readonly Piece[] {
    this.run();
    if (this.#pieces.length > 0) return this.#pieces;
    return [whole(this.#taken())];
  }

  #taken(): Place {
    const place = this.#place;
    this.#place = undefined;
    if (place !== undefined) return place;
    if (this.stack.length === 0) return { kind: "missing" };
    return { kind: "memory", address: this.pop().bits };
  }

  override execute(operation: number): void {
    const { cursor, context } = this;
    const { unit } = context;
    if (operation >= 0x50 && operation <= 0x6f) return this.#isIn({ kind: "register", register: operation - 0x50 });
    switch (operation) {
      case 0x90: // regx
        return this.#isIn({ kind: "register", register: cursor.uleb() });
      case 0x91: // fbreg
        return this.push((context.frameBase() ?? unavailable()) + cursor.slebExact());
      case 0x93: // piece
        return void this.#pieces.push({ place: this.#taken(), bitSize: cursor.uleb() * 8, bitOffset: 0 });
      case 0x97: // push_object_address
        return this.push(context.object ?? unavailable());
      case 0x98: // call2
      case 0x99: // call4
        return this.#call(unit.entryAt(unit.header.offset + (operation === 0x98 ? cursor.u16() : cursor.u32())));
      case 0x9a: // call_ref
        return this.#call(unit.info.entryAt(cursor.offset(unit.header.is64)));
      case 0x9b: // form_tls_address
      case 0xe0: // GNU_push_tls_address
        return this.push(context.threadAddress(this.pop().bits) ?? unavailable());
      case 0x9d: { // bit_piece
        const bitSize = cursor.uleb();
        return void this.#pieces.push({ place: this.#taken(), bitSize, bitOffset: cursor.uleb() });
      }
      case 0x9e: // implicit_value
        return this.#isIn({ kind: "bytes", bytes: cursor.block(cursor.uleb()) });
      case 0x9f: // stack_value
        return this.#isIn({ kind: "bytes", bytes: this.#topBytes() });
      case 0xa0: // implicit_pointer
      case 0xf2: {
        const at = unit.header.version <= 2 ? cursor.u64() : cursor.offset(unit.header.is64);
        return this.#isIn({ kind: "pointer", to: unit.info.entryAt(at), offset: cursor.sleb() });
      }
      case 0xa1: // addrx
      case 0xfb:
        return this.push(BigInt(addressAt(this.#sections, unit.header, cursor.uleb())) + (context.bias ?? 0n));
      case 0xa2: // constx
      case 0xfc:
        return this.push(BigInt(addressAt(this.#sections, unit.header, cursor.uleb())));
      case 0xa3: // entry_value
      case 0xf3: {
        const at = cursor.position;
        const bytes = cursor.block(cursor.uleb());
        const { section, offset } = this.expression;
        return this.push(context.entryValue({ bytes, section, offset: offset + at }) ?? unavailable());
      }
      case 0xa4: // const_type
      case 0xf4: {
        const type = this.#type(cursor.uleb());
        return this.push(unsigned(cursor.block(cursor.u8())), type);
      }
      case 0xa5: // regval_type
      case 0xf5: {
        const register = cursor.uleb();
        return this.push(this.#bits(register), this.#type(cursor.uleb()));
      }
      case 0xa6: // deref_type
      case 0xf6: {
        const size = cursor.u8();
        return this.push(this.read(this.pop().bits, size), this.#type(cursor.uleb()));
      }
      case 0xa8: // convert
      case 0xf7:
        return void this.stack.push(convert(this.pop(), this.#type(cursor.uleb())));
      case 0xa9: // reinterpret
      case 0xf9:
        return this.push(this.pop().bits, this.#type(cursor.uleb()));
      case 0xf0: // GNU_uninit
        return;
      case 0xfd: { // GNU_variable_value
        const entry = unit.info.entryAt(cursor.offset(unit.header.is64));
        return this.push(this.#variable(entry));
      }
      case 0xfa: // GNU_parameter_ref
        return this.push(context.parameter(unit.entryAt(unit.header.offset + cursor.u32())) ?? unavailable());
      default:
        return super.execute(operation);
    }
  }

  get #sections() {
    return this.context.unit.sections;
  }

  #isIn(place: Place): void {
    this.#place = place;
  }

  #topBytes(): Uint8Array {
    const { bits, type } = this.pop();
    const bytes = new Uint8Array(Math.max(type?.size ?? 8, 8));
    for (let at = 0; at < bytes.length; at++) bytes[at] = Number(bits >> BigInt(at * 8) & 0xffn);
    return type === undefined ? bytes : bytes.subarray(0, type.size);
  }

  /** The type at an offset in the unit; 0 is the plain one. */
  #type(offset: number): OperandType | undefined {
    if (offset === 0) return undefined;
    const { unit } = this.context;
    const { size, encoding } = typeOf(unit.entryAt(unit.header.offset + offset));
    return { size, encoding };
  }

  #bits(register: number): bigint {
    const wide = this.context.wide(register);
    return wide === undefined ? this.register(register) : unsigned(wide);
  }

  #call(entry: Entry): void {
    const expression = entry.block(ATTRIBUTE.location);
    if (expression === undefined) return;
    if (this.depth >= MAXIMUM_CALLS) throw this.error("expressions call one another too many times");
    const machine = new LocationMachine(expression, this.context, [], this.depth + 1);
    machine.stack.push(...this.stack);
    machine.run();
    this.stack.splice(0, this.stack.length, ...machine.stack);
  }

  /** The value of another variable. */
  #variable(entry: Entry): bigint {
    const expression = entry.block(ATTRIBUTE.location);
    if (expression === undefined || this.depth >= MAXIMUM_CALLS) return unavailable();
    const machine = new LocationMachine(expression, this.context, [], this.depth + 1);
    const [{ place }] = machine.locate();
    const { size } = typeOf(entry.type);
    if (place.kind === "memory") return this.read(place.address, Math.min(8, Math.max(1, size)));
    if (place.kind === "register") return this.register(place.register);
    return place.kind === "bytes" ? unsigned(place.bytes) : unavailable();
  }
}

/** Bytes, the lowest first, as a number. */
function unsigned(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = value << 8n | BigInt(bytes[at]);
  return value;
}
