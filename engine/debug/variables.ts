/**
 * Values of variables: evaluates where a variable is, in a frame or in none, and puts its pieces together.
 *
 * DWARF 5, sections 2.6, 3.4 (call sites) and 4.1; x86-64 psABI, "DWARF Register Number Mapping".
 */

import {
  ATTRIBUTE,
  type DebugType,
  type DwarfExpression,
  type Entry,
  locate,
  locationAt,
  type LocationContext,
  type Piece,
  TAG,
  typeOfValue,
} from "../binary/dwarf/mod.ts";
import { type Image, infoOf } from "../symbols/mod.ts";
import type { Frame } from "../unwind.ts";
import { calledAddresses, type CallSite, callSiteAt, type KnownFunction, startOf } from "./call_sites.ts";
import { mayJumpToItself } from "./tail_calls.ts";
import { bytesOf, ENCODINGS, numberOf, readNumber, type Target, threadAddress } from "./target.ts";
import { DebugValue, type Storage } from "./value.ts";

/** Where variables are looked for: a frame of the guest, or only an image, for what is in no function. */
export interface Ground {
  readonly target: Target;
  readonly image: Image;
  /** The frame, with those that called it. */
  readonly frames: readonly Frame[];
  /** The number of the frame; past the last, if there is none. */
  readonly level: number;
  /** The function that is active, not one that is inlined. */
  readonly function: Entry | undefined;
}

const [FIRST_XMM, LAST_XMM] = [17, 32];
const MAXIMUM_CALLERS = 8;
/** A larger variable counts as corrupt. */
const MAXIMUM_SIZE = 2 ** 40;
/** Bytes of a variable that is not in memory. */
const MAXIMUM_BYTES = 1 << 20;

/** The value of a variable or a parameter. @throws {DwarfError} If what describes it is corrupt. */
export function variableValue(ground: Ground, entry: Entry): DebugValue {
  const type = typeOfValue(entry);
  if (type.size > MAXIMUM_SIZE) return new DebugValue(ground.target, type, { kind: "missing" });
  return new DebugValue(ground.target, type, storageOf(ground, entry, type.size));
}

function storageOf(ground: Ground, entry: Entry, size: number): Storage {
  const holder = entry.holder(ATTRIBUTE.location);
  if (holder === undefined) return constantOf(entry, size);
  const expression = locationAt(holder, ATTRIBUTE.location, pcOf(ground));
  if (expression === undefined || expression.bytes.length === 0) return { kind: "missing" };
  return storageAt(ground, locate(expression, contextOf(ground, holder)), size);
}

/** The program counter before the load bias is added. */
function pcOf({ frames, level, image }: Ground): number {
  return Number((frames[level]?.place ?? 0n) - image.base);
}

function constantOf(entry: Entry, size: number): Storage {
  const holder = entry.holder(ATTRIBUTE.constantValue);
  if (size > MAXIMUM_BYTES) return { kind: "missing" };
  const number = holder?.exact(ATTRIBUTE.constantValue);
  if (number !== undefined) return { kind: "bytes", bytes: bytesOf(number, size) };
  const block = holder?.block(ATTRIBUTE.constantValue);
  if (block !== undefined) return { kind: "bytes", bytes: block.bytes };
  const text = holder?.text(ATTRIBUTE.constantValue);
  return text === undefined ? { kind: "missing" } : { kind: "bytes", bytes: new TextEncoder().encode(`${text}\0`) };
}

/** What expressions of an entry may look at. */
function contextOf(ground: Ground, entry: Entry, depth = 0): LocationContext {
  const { target, image, frames, level } = ground;
  const frame = frames[level];
  return {
    unit: entry.unit,
    bias: image.base,
    register: (number) => number === 16 ? frame?.pc : generalRegister(ground, ENCODINGS[number]),
    read: (address, size) => readNumber(target, address, size),
    ...(frame?.cfa === undefined ? {} : { cfa: frame.cfa }),
    frameBase: () => frameBase(ground),
    entryValue: (expression) => depth > MAXIMUM_CALLERS ? undefined : entryValue(ground, expression, depth + 1),
    parameter: (parameter) => depth > MAXIMUM_CALLERS ? undefined : givenParameter(ground, parameter, depth + 1),
    threadAddress: (offset) => threadAddress(target, image, offset),
    wide: (register) => wideRegister(ground, register),
  };
}

/** An SSE register. In callers too it is as it is now: see {@linkcode generalRegister}. */
function wideRegister({ target }: Ground, register: number): Uint8Array | undefined {
  if (register < FIRST_XMM || register > LAST_XMM) return undefined;
  return target.xmm(register - FIRST_XMM);
}

/**
 * A general register in a frame. One that calls need not preserve is as what was called has it: where a compiler says
 * that a variable is in it, it has seen that the called function leaves it alone.
 */
function generalRegister({ frames, level }: Ground, encoding: number): bigint | undefined {
  for (let at = Math.min(level, frames.length - 1); at >= 0; at--) {
    const value = frames[at].registers[encoding];
    if (value !== undefined) return value;
  }
  return undefined;
}

function frameBase(ground: Ground): bigint | undefined {
  const holder = ground.function?.holder(ATTRIBUTE.frameBase);
  const expression = holder && locationAt(holder, ATTRIBUTE.frameBase, pcOf(ground));
  if (holder === undefined || expression === undefined) return undefined;
  const [{ place }] = locate(expression, contextOf(ground, holder));
  if (place.kind === "memory") return place.address;
  // A register that the frame is relative to: its value.
  if (place.kind === "register") return contextOf(ground, holder).register(place.register);
  return undefined;
}

/** Where the pieces of something are, as one. */
function storageAt(ground: Ground, pieces: readonly Piece[], size: number): Storage {
  const [{ place, bitSize }] = pieces;
  if (pieces.length > 1 || bitSize !== undefined) return assembled(ground, pieces, size);
  switch (place.kind) {
    case "memory":
      return { kind: "memory", address: place.address };
    case "register": {
      const bytes = registerBytes(ground, place.register);
      if (bytes === undefined) return { kind: "missing" };
      const register = ground.level === 0 ? ENCODINGS[place.register] : undefined;
      return { kind: "bytes", bytes: bytes.subarray(0, Math.max(size, 0)), register };
    }
    case "bytes":
      return { kind: "bytes", bytes: place.bytes.subarray(0, size) };
    case "pointer": {
      if (size > MAXIMUM_BYTES) return { kind: "missing" };
      const { to, offset } = place;
      const pointer = (type: DebugType) => to && variableValue(ground, to).part(type, offset);
      return { kind: "bytes", bytes: new Uint8Array(size), pointer };
    }
    case "missing":
      return { kind: "missing" };
  }
}

function registerBytes(ground: Ground, register: number): Uint8Array | undefined {
  const encoding = ENCODINGS[register];
  if (encoding === undefined) return wideRegister(ground, register);
  const value = generalRegister(ground, encoding);
  return value === undefined ? undefined : bytesOf(value, 8);
}

/** Puts pieces together, bit by bit where they are not whole bytes. */
function assembled(ground: Ground, pieces: readonly Piece[], size: number): Storage {
  if (size > MAXIMUM_BYTES) return { kind: "missing" };
  const bytes = new Uint8Array(size);
  const known = Array<boolean>(size).fill(false);
  let at = 0;
  for (const { place, bitSize = size * 8, bitOffset } of pieces) {
    const length = Math.ceil((bitSize + bitOffset) / 8);
    const source = pieceBytes(ground, place, length);
    const bits = source === undefined ? undefined : numberOf(source.subarray(0, length)) >> BigInt(bitOffset);
    for (let bit = 0; bit < bitSize && at + bit < size * 8; bit++) {
      const position = at + bit;
      if (bits === undefined) continue;
      known[position >> 3] = true;
      if ((bits >> BigInt(bit)) & 1n) bytes[position >> 3] |= 1 << (position & 7);
    }
    at += bitSize;
  }
  return { kind: "bytes", bytes, known };
}

function pieceBytes(ground: Ground, place: Piece["place"], length: number): Uint8Array | undefined {
  switch (place.kind) {
    case "memory": {
      const { memory } = ground.target;
      return memory.allows(Number(place.address), length, 1) ? memory.bytes(place.address, length) : undefined;
    }
    case "register":
      return registerBytes(ground, place.register);
    case "bytes":
      return place.bytes;
    default:
      return undefined;
  }
}

/** What an expression came to when the function at hand was entered: its caller's call site may say so. */
function entryValue(ground: Ground, expression: DwarfExpression, depth: number): bigint | undefined {
  return callValue(ground, (child) => isSameBlock(child.block(ATTRIBUTE.location), expression), depth);
}

/** What the caller gave for a parameter that is passed no more. */
function givenParameter(ground: Ground, parameter: Entry, depth: number): bigint | undefined {
  const isMeant = (child: Entry) =>
    (child.reference(ATTRIBUTE.callParameter) ?? child.reference(ATTRIBUTE.abstractOrigin)) === parameter;
  return callValue(ground, isMeant, depth);
}

/** The value of a parameter at the caller's call site. */
function callValue(ground: Ground, isMeant: (child: Entry) => boolean, depth: number): bigint | undefined {
  const { frames, level, target } = ground;
  const caller = frames[level + 1];
  if (caller?.image === undefined || caller.how === "guess" || frames[level].isTrampoline) return undefined;
  const { image } = caller;
  const outer = infoOf(image).ask((info) => info.functionAt(Number(caller.place - image.base)));
  const site = outer && callSiteAt(outer, Number(caller.pc - image.base));
  if (outer === undefined || site === undefined || ground.function === undefined) return undefined;
  const callerGround: Ground = { target, image, frames, level: level + 1, function: outer };
  const parameter = site.entry.children.find((child) =>
    (child.tag === TAG.callSiteParameter || child.tag === TAG.gnuCallSiteParameter) &&
    isMeant(child)
  );
  const value = parameter?.block(ATTRIBUTE.callValue) ?? parameter?.block(ATTRIBUTE.gnuCallSiteValue);
  if (parameter === undefined || value === undefined) return undefined;
  if (!isCallOf(callerGround, site, { image: ground.image, entry: ground.function }, depth)) return undefined;
  if (mayJumpToItself(target, ground.image, ground.function)) return undefined;
  return resultOf(callerGround, parameter, value, depth);
}

/** What an expression of an entry comes to, which a location would take for an address. */
function resultOf(ground: Ground, entry: Entry, expression: DwarfExpression, depth: number): bigint | undefined {
  const [{ place }] = locate(expression, contextOf(ground, entry, depth));
  if (place.kind === "memory") return place.address;
  if (place.kind === "bytes") return numberOf(place.bytes);
  return place.kind === "register" ? contextOf(ground, entry).register(place.register) : undefined;
}

/** Whether a call was one of a function, and not one of another that jumped there. */
function isCallOf(caller: Ground, site: CallSite, callee: KnownFunction, depth: number): boolean {
  const { entry } = site;
  const start = startOf(callee);
  const pointer = entry.block(ATTRIBUTE.callTarget) ?? entry.block(ATTRIBUTE.gnuCallSiteTarget);
  if (pointer === undefined) return calledAddresses(caller.target, caller.image, site).some((each) => each === start);
  return resultOf(caller, entry, pointer, depth) === start;
}

/** The value that a parameter had when its function was entered, if the caller's call site says so. */
export function valueAtEntry(ground: Ground, entry: Entry): DebugValue | undefined {
  const holder = entry.holder(ATTRIBUTE.location);
  const start = ground.function?.ranges[0]?.start;
  if (holder === undefined || start === undefined) return undefined;
  const expression = locationAt(holder, ATTRIBUTE.location, start);
  // Only what came in a general register.
  if (expression?.bytes.length !== 1 || expression.bytes[0] < 0x50 || expression.bytes[0] > 0x6f) return undefined;
  const bits = entryValue(ground, expression, 0);
  return bits === undefined ? undefined : DebugValue.of(ground.target, typeOfValue(entry), bits);
}

function isSameBlock(block: DwarfExpression | undefined, other: DwarfExpression): boolean {
  return block !== undefined && block.bytes.length === other.bytes.length &&
    block.bytes.every((byte, index) => byte === other.bytes[index]);
}
