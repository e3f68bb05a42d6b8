/**
 * A value of a program: a variable, or what an expression over variables comes to.
 *
 * What is in memory is read when it is looked at. Leaves out how it is shown (see value_text.ts).
 */

import { type DebugType, evaluate, type Member, type Variant } from "../binary/dwarf/mod.ts";
import { bytesOf, numberOf, readNumber, type Target } from "./target.ts";
import { toJavaScript } from "./value_js.ts";
import { valueText } from "./value_text.ts";

/** Where a value is; see {@linkcode DebugValue}. */
export type Storage =
  | { readonly kind: "memory"; readonly address: bigint }
  /** It is not in memory, or in several places: here are its bytes. */
  | {
    readonly kind: "bytes";
    readonly bytes: Uint8Array;
    /** For each byte, whether it is known; undefined: all are. */
    readonly known?: readonly boolean[];
    /** The general register that has it, by its encoding, if it can be set there. */
    readonly register?: number | undefined;
    /** Where it points to a variable that is not in memory. */
    readonly pointer?: ((type: DebugType) => DebugValue | undefined) | undefined;
  }
  | { readonly kind: "missing" };

/** A part of the bits of what a value is in. */
export interface Bits {
  /** The first of them, counted from the lowest. */
  readonly offset: number;
  /** How many. */
  readonly size: number;
}

/** Most bytes that are read at once. */
const MAXIMUM_SIZE = 1 << 28;
/** Names and qualifiers of types before that counts as endless. */
const MAXIMUM_NAMES = 64;

/** The type without other names and qualifiers. */
export function bareType(type: DebugType): DebugType {
  let bare = type;
  for (let left = MAXIMUM_NAMES; left > 0 && NAMES.has(bare.kind) && bare.target !== undefined; left--) {
    bare = bare.target;
  }
  return bare;
}

const NAMES: ReadonlySet<string> = new Set(["typedef", "const", "volatile", "restrict", "atomic"]);

/** A pointer to a type. */
export function pointerTo(target: DebugType): DebugType {
  return { kind: "pointer", name: undefined, size: 8, target };
}

/** A problem with an expression over values: what was asked for cannot be had. */
export class DebugValueError extends Error {
  /** `DebugValueError`. */
  override readonly name = "DebugValueError";
}

/** A value: its type, and where it is. */
export class DebugValue {
  /** Its type, as the program declares it. */
  readonly type: DebugType;
  readonly #target: Target;
  readonly #storage: Storage;
  readonly #bits: Bits | undefined;

  /**
   * Reads nothing yet.
   *
   * @param target The guest.
   * @param type Its type.
   * @param storage Where it is.
   * @param bits The part of it, for a bit-field.
   */
  constructor(target: Target, type: DebugType, storage: Storage, bits?: Bits) {
    this.type = type;
    this.#target = target;
    this.#storage = storage;
    this.#bits = bits;
  }

  /** A number of a type, which is nowhere in the guest. */
  static of(target: Target, type: DebugType, value: bigint): DebugValue {
    return new DebugValue(target, type, { kind: "bytes", bytes: bytesOf(value, type.size) });
  }

  /** The guest that it is of. */
  get target(): Target {
    return this.#target;
  }

  /** Its type without other names and qualifiers. */
  get bare(): DebugType {
    return bareType(this.type);
  }

  /** Its address; undefined if it is not in memory, or a bit-field. */
  get address(): bigint | undefined {
    return this.#storage.kind === "memory" && this.#bits === undefined ? this.#storage.address : undefined;
  }

  /** Whether the compiler kept all of it. */
  get isAvailable(): boolean {
    const storage = this.#storage;
    if (storage.kind === "bytes") return storage.known?.every((known) => known) ?? true;
    return storage.kind === "memory";
  }

  /** Whether the compiler kept none of it. */
  get isOptimizedOut(): boolean {
    const storage = this.#storage;
    return storage.kind === "missing" || storage.kind === "bytes" && storage.known?.every((known) => !known) === true;
  }

  /** Whether it points to a variable that is not in memory. */
  get isSynthetic(): boolean {
    return this.#storage.kind === "bytes" && this.#storage.pointer !== undefined;
  }

  /**
   * Its bytes, as they are in memory.
   *
   * @throws {DebugValueError} If it was optimized away.
   * @throws {GuestMemoryError} If it is in memory that is not mapped.
   */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytesAt(0, this.type.size);
  }

  #bytesAt(start: number, size: number): Uint8Array<ArrayBuffer> {
    if (size > MAXIMUM_SIZE) throw new DebugValueError(`Cannot read a value of ${size} bytes`);
    const storage = this.#storage;
    if (storage.kind === "memory") return this.#target.memory.bytes(storage.address + BigInt(start), size);
    if (storage.kind === "missing" || this.isSynthetic) {
      throw new DebugValueError("Cannot read a value that was optimized out");
    }
    const known = storage.known?.slice(start, start + size);
    if (known?.includes(false)) throw new DebugValueError("Cannot read a value that was optimized out");
    const bytes = new Uint8Array(size);
    bytes.set(storage.bytes.subarray(start, start + size));
    return bytes;
  }

  /** Its bits as a number without a sign. */
  get unsigned(): bigint {
    if (this.#bits === undefined) return numberOf(this.bytes);
    const { offset, size } = this.#bits;
    const start = Math.floor(offset / 8);
    const bytes = this.#bytesAt(start, Math.ceil((offset + size) / 8) - start);
    return BigInt.asUintN(size, numberOf(bytes) >> BigInt(offset % 8));
  }

  /**
   * It as a whole number: of a number, a boolean, an enumeration, a pointer. Fractions are cut off.
   *
   * @throws {DebugValueError} If it is nothing of that, or was optimized away.
   */
  get integer(): bigint {
    const { kind, encoding, size } = this.bare;
    if (kind === "base" && encoding === "float") return BigInt(Math.trunc(this.number));
    if (!isScalar(this.bare)) throw new DebugValueError(`Cannot use a value of kind ${kind} as a number`);
    const bits = this.#bits?.size ?? size * 8;
    return this.isSigned ? BigInt.asIntN(bits, this.unsigned) : this.unsigned;
  }

  /** Whether its numbers have a sign. */
  get isSigned(): boolean {
    const { kind, encoding, target, enumerators } = this.bare;
    if (kind === "enumeration") {
      const under = target === undefined || target.kind === "void" ? undefined : bareType(target).encoding;
      return under === undefined ? (enumerators ?? []).some(({ value }) => value < 0n) : SIGNED.has(under);
    }
    return SIGNED.has(encoding ?? "");
  }

  /** It as a number, rounded where it does not fit. */
  get number(): number {
    const { kind, encoding, size } = this.bare;
    if (kind !== "base" || encoding !== "float") return Number(this.integer);
    const { buffer } = this.bytes;
    const view = new DataView(buffer);
    if (size === 4) return view.getFloat32(0, true);
    if (size === 8) return view.getFloat64(0, true);
    if (size === 16 || size === 10 || size === 12) return extended(view);
    throw new DebugValueError(`Cannot read a floating point number of ${size} bytes`);
  }

  /**
   * It as JavaScript has it: a boolean, a number, a bigint for integers of 8 bytes and pointers, a text for what points
   * to characters and arrays of them, an array, an object by field; undefined if it was optimized away.
   */
  get value(): unknown {
    return toJavaScript(this, 0);
  }

  /** For comparisons and arithmetic in JavaScript. */
  valueOf(): number | bigint | boolean {
    const { kind, encoding, size } = this.bare;
    if (kind === "base" && encoding === "float") return this.number;
    if (encoding === "boolean") return this.integer !== 0n;
    return size >= 8 ? this.integer : Number(this.integer);
  }

  /** A part of it, of another type. */
  part(type: DebugType, offset: number, bits?: Bits): DebugValue {
    const storage = this.#storage;
    if (storage.kind === "memory") {
      return new DebugValue(this.#target, type, { kind: "memory", address: storage.address + BigInt(offset) }, bits);
    }
    if (storage.kind === "missing") return new DebugValue(this.#target, type, storage);
    if (type.size > MAXIMUM_SIZE) throw new DebugValueError(`Cannot read a value of ${type.size} bytes`);
    const size = bits === undefined ? type.size : Math.ceil((bits.offset + bits.size) / 8);
    const bytes = new Uint8Array(size);
    bytes.set(storage.bytes.subarray(offset, offset + size));
    const known = storage.known?.slice(offset, offset + size);
    const pointer = offset === 0 && size === storage.bytes.length ? storage.pointer : undefined;
    return new DebugValue(this.#target, type, { kind: "bytes", bytes, ...(known && { known }), pointer }, bits);
  }

  /** A field of a structure. */
  member(member: Member): DebugValue {
    if (member.isVirtual) return this.#virtualBase(member);
    const { bitOffset, bitSize, type } = member;
    if (bitSize === undefined) return this.part(type, bitOffset / 8);
    const start = Math.floor(bitOffset / 8);
    return this.part(type, start, { offset: bitOffset - start * 8, size: bitSize });
  }

  /** The shape that it has, of those that its type may have; undefined if it is of none. */
  variant(): Variant | undefined {
    const { discriminant, list = [] } = this.bare.variants ?? {};
    const tag = discriminant === undefined ? undefined : this.member(discriminant).unsigned;
    return list.find((each) => each.discriminant !== undefined && each.discriminant === tag) ??
      list.find((each) => each.discriminant === undefined);
  }

  /** A base that several classes share: the table of virtual functions has its distance. */
  #virtualBase(member: Member): DebugValue {
    const { address } = this;
    if (address === undefined || member.location === undefined) {
      return new DebugValue(this.#target, member.type, { kind: "missing" });
    }
    const place = evaluate(member.location, {
      register: () => undefined,
      read: (from, size) => readNumber(this.#target, from, size),
    }, [address]);
    return new DebugValue(
      this.#target,
      member.type,
      place === undefined ? { kind: "missing" } : { kind: "memory", address: place },
    );
  }

  /**
   * A field by its name, through the structures without a name and the bases it may be in.
   *
   * @throws {DebugValueError} If there is none.
   */
  field(name: string): DebugValue {
    const found = this.#find(name);
    if (found !== undefined) return found;
    throw new DebugValueError(`There is no member named ${name}`);
  }

  /** Whether it has a field of a name; see {@linkcode DebugValue.field}. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  #find(name: string): DebugValue | undefined {
    const members = [...this.bare.members ?? [], ...(this.bare.variants?.list ?? []).flatMap((each) => each.members)];
    const own = members.find((each) => each.name === name && !each.isBase);
    if (own !== undefined) return this.member(own);
    for (const member of members) {
      if (!member.isBase && member.name !== undefined) continue;
      const found = this.member(member).#find(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What it points to, or refers to. @throws {DebugValueError} If it is no pointer. */
  deref(): DebugValue {
    const { kind, target } = this.bare;
    if (this.#storage.kind === "bytes" && this.#storage.pointer !== undefined && target !== undefined) {
      const to = this.#storage.pointer(target);
      if (to !== undefined) return to;
    }
    if (kind === "array" || kind === "function") return this.at(0);
    if (target === undefined || !POINTERS.has(kind)) {
      throw new DebugValueError("Attempt to take contents of a non-pointer value.");
    }
    return new DebugValue(this.#target, target, { kind: "memory", address: this.unsigned });
  }

  /** An element of an array, or of what a pointer points into. */
  at(index: number | bigint): DebugValue {
    const { kind, target, counts = [] } = this.bare;
    if (kind === "pointer" && target !== undefined) {
      if (this.isSynthetic && Number(index) === 0) return this.deref();
      const address = BigInt.asUintN(64, this.unsigned + BigInt(index) * BigInt(target.size || 1));
      return new DebugValue(this.#target, target, { kind: "memory", address });
    }
    if (kind !== "array" || target === undefined) {
      throw new DebugValueError("Cannot take an element: the value is neither an array nor a pointer");
    }
    const type = elementType(this.bare);
    const count = counts[0];
    if (this.#storage.kind !== "memory" && (Number(index) < 0 || count !== undefined && Number(index) >= count)) {
      throw new DebugValueError(`no such vector element`);
    }
    return this.part(type, Number(index) * type.size);
  }

  /** It read as another type, where it is. */
  as(type: DebugType): DebugValue {
    return new DebugValue(this.#target, type, this.#storage, this.#bits);
  }

  /**
   * Sets it, where it is in memory or in a register of the innermost frame.
   *
   * @throws {DebugValueError} If it is elsewhere.
   */
  assign(bytes: Uint8Array): void {
    const storage = this.#storage;
    if (storage.kind === "memory") {
      if (this.#bits === undefined) return this.#target.memory.write(storage.address, bytes);
      const { offset, size } = this.#bits;
      const length = Math.ceil((offset + size) / 8);
      const mask = (1n << BigInt(size)) - 1n;
      const old = numberOf(this.#target.memory.bytes(storage.address, length)) & ~(mask << BigInt(offset));
      const next = old | (numberOf(bytes) & mask) << BigInt(offset);
      return this.#target.memory.write(storage.address, bytesOf(next, length));
    }
    if (storage.kind === "bytes" && storage.register !== undefined) {
      return this.#target.setGeneral(storage.register, numberOf(bytes));
    }
    throw new DebugValueError("Left operand of assignment is not an lvalue.");
  }

  /** As gdb prints it. */
  toString(): string {
    return valueText(this);
  }
}

const SIGNED: ReadonlySet<string> = new Set(["signed", "signed char"]);
const POINTERS: ReadonlySet<string> = new Set(["pointer", "reference", "rvalue reference"]);

/** Whether values of a type are numbers, one way or the other. */
export function isScalar({ kind }: DebugType): boolean {
  return kind === "base" || kind === "enumeration" || kind === "member pointer" || POINTERS.has(kind);
}

/** The type of an array's elements; of several dimensions, an array of the others. */
export function elementType(array: DebugType): DebugType {
  const { counts = [], target } = array;
  const element = target ?? array;
  if (counts.length < 2) return element;
  const rest = counts.slice(1);
  const size = rest.reduce<number>((total, count) => total * (count ?? 0), element.size);
  return { kind: "array", name: undefined, size, target: element, counts: rest };
}

/** An x87 number: 64 bits of mantissa with the leading one, 15 of exponent. */
function extended(view: DataView): number {
  const mantissa = view.getBigUint64(0, true);
  const high = view.getUint16(8, true);
  const exponent = high & 0x7fff;
  const sign = high & 0x8000 ? -1 : 1;
  if (exponent === 0x7fff) return mantissa << 1n & 0xffff_ffff_ffff_ffffn ? NaN : sign * Infinity;
  return sign * Number(mantissa) * 2 ** (exponent - 16383 - 63);
}
