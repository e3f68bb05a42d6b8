/**
 * Views of C structures in guest memory: fields by name that are read when they are asked for, and written when they
 * are set.
 *
 * Fields are laid out as the System V ABI, AMD64 supplement, 3.1.2, has it: each at a multiple of its alignment, the
 * whole a multiple of the largest. Leaves out bit-fields, unions and packed structures.
 */

import type { GuestData } from "./guest_data.ts";

interface ScalarType<T> {
  readonly size: number;
  read(memory: GuestData, address: bigint): T;
  write(view: DataView, value: T): void;
}

function scalar<T>(
  size: number,
  read: (memory: GuestData, address: bigint) => T,
  write: (view: DataView, value: T) => void,
): ScalarType<T> {
  return { size, read, write };
}

const signed = (bits: number, value: number) => value << (32 - bits) >> (32 - bits);

const SCALARS = {
  u8: scalar(1, (memory, at) => memory.u8(at), (view, value: number) => view.setUint8(0, value)),
  i8: scalar(1, (memory, at) => signed(8, memory.u8(at)), (view, value: number) => view.setInt8(0, value)),
  u16: scalar(2, (memory, at) => memory.u16(at), (view, value: number) => view.setUint16(0, value, true)),
  i16: scalar(2, (memory, at) => signed(16, memory.u16(at)), (view, value: number) => view.setInt16(0, value, true)),
  u32: scalar(4, (memory, at) => memory.u32(at), (view, value: number) => view.setUint32(0, value, true)),
  i32: scalar(4, (memory, at) => memory.i32(at), (view, value: number) => view.setInt32(0, value, true)),
  u64: scalar(8, (memory, at) => memory.u64(at), (view, value: bigint) => view.setBigUint64(0, value, true)),
  i64: scalar(8, (memory, at) => memory.i64(at), (view, value: bigint) => view.setBigInt64(0, value, true)),
  f32: scalar(4, (memory, at) => memory.f32(at), (view, value: number) => view.setFloat32(0, value, true)),
  f64: scalar(8, (memory, at) => memory.f64(at), (view, value: number) => view.setFloat64(0, value, true)),
  bool: scalar(1, (memory, at) => memory.u8(at) !== 0, (view, value: boolean) => view.setUint8(0, value ? 1 : 0)),
  pointer: scalar(8, (memory, at) => memory.u64(at), (view, value: bigint) => view.setBigUint64(0, value, true)),
} as const satisfies Readonly<Record<ScalarName, unknown>>;

/** Types of fields that are one number. A `bool` is a byte. */
export type ScalarName =
  | "u8"
  | "i8"
  | "u16"
  | "i16"
  | "u32"
  | "i32"
  | "u64"
  | "i64"
  | "f32"
  | "f64"
  | "bool"
  | "pointer";

/**
 * The type of a field: a number or `"pointer"`; `"cstring"`, a pointer to a string; `"char[16]"`, a string in place; an
 * array as a type and a length; a structure within.
 */
export type FieldType =
  | ScalarName
  | "cstring"
  | `char[${number}]`
  | readonly [type: FieldType, length: number]
  | StructLayout;

/** The fields of a structure, in their order in memory. */
export interface StructLayout {
  /** A field's type by its name. */
  readonly [field: string]: FieldType;
}

/** What a field of a type is read as. A `cstring` that points nowhere is undefined; it cannot be set. */
export type FieldValue<T extends FieldType> = T extends "u64" | "i64" | "pointer" ? bigint
  : T extends "bool" ? boolean
  : T extends ScalarName ? number
  : T extends "cstring" ? string | undefined
  : T extends `char[${number}]` ? string
  : T extends readonly [infer E extends FieldType, number] ? FieldValue<E>[]
  : T extends StructLayout ? Struct<T>
  : never;

/** A structure in memory. Its fields are live: reading one reads memory, setting one writes it. */
export type Struct<L extends StructLayout> = { -readonly [K in keyof L]: FieldValue<L[K]> };

/** Where a field is. */
export interface FieldPlace {
  /** Bytes from the structure's start. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
}

const roundUp = (value: number, alignment: number) => Math.ceil(value / alignment) * alignment;

/** Length of a `char[N]`. */
function textLength(type: FieldType): number | undefined {
  const match = typeof type === "string" ? /^char\[(\d+)\]$/.exec(type) : null;
  return match === null ? undefined : Number(match[1]);
}

function measure(type: FieldType): { size: number; alignment: number } {
  const length = textLength(type);
  if (length !== undefined) return { size: length, alignment: 1 };
  if (type === "cstring") return { size: 8, alignment: 8 };
  if (typeof type === "string") {
    if (!Object.hasOwn(SCALARS, type)) {
      const names = [...Object.keys(SCALARS), "cstring", "char[N]"].join(", ");
      throw new TypeError(`Cannot lay out a structure: there is no type ${type}, but ${names}`);
    }
    const { size } = SCALARS[type as ScalarName];
    return { size, alignment: size };
  }
  if (isArray(type)) {
    const element = measure(type[0]);
    if (!Number.isSafeInteger(type[1]) || type[1] < 0) {
      throw new RangeError(`Cannot lay out a structure: an array cannot have ${type[1]} elements`);
    }
    return { size: element.size * type[1], alignment: element.alignment };
  }
  return layOut(type);
}

function isArray(type: FieldType): type is readonly [FieldType, number] {
  return Array.isArray(type);
}

function layOut(layout: StructLayout): { size: number; alignment: number; fields: Map<string, FieldPlace> } {
  let [end, largest] = [0, 1];
  const fields = new Map<string, FieldPlace>();
  for (const [name, type] of Object.entries(layout)) {
    const { size, alignment } = measure(type);
    const offset = roundUp(end, alignment);
    fields.set(name, { offset, size });
    end = offset + size;
    largest = Math.max(largest, alignment);
  }
  return { size: roundUp(end, largest), alignment: largest, fields };
}

/** A structure laid out. */
export interface StructPlaces {
  /** In bytes, with what pads its end. */
  readonly size: number;
  /** Where each field is, by name. */
  readonly fields: Readonly<Record<string, FieldPlace>>;
}

/**
 * Where a C compiler puts the fields of a structure, as `offsetof` and `sizeof` say.
 *
 * @throws {TypeError} If a type is unknown.
 */
export function structLayout(layout: StructLayout): StructPlaces {
  const { size, fields } = layOut(layout);
  return { size, fields: Object.fromEntries(fields) };
}

/** The structure at an address; see `GuestData.struct`. */
export function structAt<const L extends StructLayout>(memory: GuestData, address: bigint, layout: L): Struct<L> {
  const view = {};
  for (const [name, { offset }] of layOut(layout).fields) {
    const at = address + BigInt(offset);
    Object.defineProperty(view, name, {
      get: () => readField(memory, at, layout[name]),
      set: (value: unknown) => writeField(memory, at, layout[name], value, name),
      enumerable: true,
    });
  }
  return Object.seal(view) as Struct<L>;
}

function readField(memory: GuestData, at: bigint, type: FieldType): unknown {
  const length = textLength(type);
  if (length !== undefined) return readText(memory.view(at, length));
  if (type === "cstring") {
    const pointer = memory.u64(at);
    return pointer === 0n ? undefined : memory.cstring(pointer);
  }
  if (typeof type === "string") return SCALARS[type as ScalarName].read(memory, at);
  if (!isArray(type)) return structAt(memory, at, type);
  const [element, count] = type;
  const size = BigInt(measure(element).size);
  return Array.from({ length: count }, (_, index) => readField(memory, at + BigInt(index) * size, element));
}

function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.slice(0, end < 0 ? bytes.length : end));
}

function writeField(memory: GuestData, at: bigint, type: FieldType, value: unknown, name: string): void {
  const length = textLength(type);
  if (length !== undefined) {
    const bytes = new TextEncoder().encode(String(value));
    if (bytes.length > length) throw new RangeError(`Cannot set ${name}: ${bytes.length} bytes, and it has ${length}`);
    const field = new Uint8Array(length);
    field.set(bytes);
    memory.write(at, field);
  } else if (type === "cstring") {
    throw new TypeError(`Cannot set ${name}: it is a string elsewhere; declare it a pointer to set where`);
  } else if (typeof type === "string") {
    const { size, write } = SCALARS[type as ScalarName] as ScalarType<unknown>;
    const bytes = new Uint8Array(size);
    write(new DataView(bytes.buffer), value);
    memory.write(at, bytes);
  } else if (isArray(type)) writeElements(memory, at, type, value, name);
  else {
    const target = structAt(memory, at, type);
    for (const [field, each] of Object.entries(value as object)) Reflect.set(target, field, each);
  }
}

function writeElements(
  memory: GuestData,
  at: bigint,
  [element, count]: readonly [FieldType, number],
  value: unknown,
  name: string,
): void {
  if (!Array.isArray(value) || value.length !== count) {
    throw new RangeError(`Cannot set ${name}: it has ${count} elements, and must be given as many`);
  }
  const size = BigInt(measure(element).size);
  value.forEach((each, index) => writeField(memory, at + BigInt(index) * size, element, each, `${name}[${index}]`));
}
