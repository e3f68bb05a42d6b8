/**
 * Values as gdb prints them: `{x = 1, name = 0x4006f4 "root"}`, `97 'a'`, `(node *) 0x55555555a2a0`.
 *
 * Containers are shown by what they hold, as gdb's pretty-printers do. GDB manual, "Data".
 */

import { type DebugType, DwarfError, type Member } from "../binary/dwarf/mod.ts";
import { demangle } from "../symbols/mod.ts";
import { GuestMemoryError } from "../memory/errors.ts";
import { type Container, containerOf, type ContainerText } from "./containers/mod.ts";
import { characterText, extendedText, floatText, isRepeat, quotedText, runsOf } from "./number_text.ts";
import { rustText } from "./rust_text.ts";
import { typeName } from "./type_name.ts";
import { bareType, type DebugValue, DebugValueError, isScalar } from "./value.ts";

/** Elements and characters that are shown; more are dots. */
const MOST_ELEMENTS = 200;
/** Structures inside one another that are shown. */
const MOST_DEPTH = 20;

/** How a value is shown. */
export interface TextOptions {
  /** Whether a pointer's type is shown before it, as for a value alone. */
  readonly isTop?: boolean;
  /** Whether structures and arrays are left out: `...`, as for arguments in a backtrace. */
  readonly isBrief?: boolean;
  /** Whether containers are shown by their fields. */
  readonly isRaw?: boolean;
}

/** The text of a value; what cannot be read says so. */
export function valueText(value: DebugValue, options: TextOptions = {}): string {
  const { isTop = false, isBrief = false, isRaw = false } = options;
  try {
    return new Writer(isBrief, isRaw).text(value, isTop, 0);
  } catch (error) {
    return problemText(error);
  }
}

/** What is shown instead of a value that cannot be had; the problem is thrown if it is none of the program's. */
function problemText(error: unknown): string {
  if (error instanceof GuestMemoryError) {
    return `<error: Cannot access memory at address 0x${error.address.toString(16)}>`;
  }
  if (error instanceof DebugValueError || error instanceof DwarfError) return `<error: ${error.message}>`;
  throw error;
}

/** Whether a type is one of characters of a byte, as texts are made of. */
export function isCharacter(type: DebugType): boolean {
  const { kind, encoding, size } = bareType(type);
  return kind === "base" && size === 1 && (encoding === "signed char" || encoding === "unsigned char");
}

class Writer {
  /** Elements that may still be shown. */
  #left = MOST_ELEMENTS;

  constructor(readonly isBrief: boolean, readonly isRaw: boolean) {}

  text(value: DebugValue, isTop: boolean, depth: number): string {
    const { bare } = value;
    if (value.isSynthetic) return this.#synthetic(value, isTop, depth);
    const container = this.#containerOf(value);
    if (container !== undefined) return this.#container(container, depth);
    const isCompound = bare.members !== undefined && COMPOUND.has(bare.kind);
    if (this.isBrief && (isCompound || bare.kind === "array")) return "...";
    if (!isCompound && bare.kind !== "array" && !value.isAvailable) return "<optimized out>";
    if (value.isOptimizedOut) return "<optimized out>";
    if (depth > MOST_DEPTH) return "{...}";
    switch (bare.kind) {
      case "base":
        return this.#base(value, bare);
      case "enumeration":
        return enumerationText(value.integer, bare);
      case "pointer":
        return this.#pointer(value, isTop);
      case "reference":
      case "rvalue reference":
        return this.#reference(value, isTop, depth);
      case "array":
        return this.#array(value, depth);
      case "structure":
      case "class":
      case "union":
        return this.#structure(value, bare, depth);
      case "function":
        return `{${typeName(bare)}} ${addressText(value.address ?? 0n, value)}`;
      case "void":
        return "void";
      default:
        return bare.size > 0 && bare.size <= 8 ? `${value.unsigned}` : "<unknown type>";
    }
  }

  /** What a container holds, or the container that a reference is to. */
  #containerOf(value: DebugValue): Container | undefined {
    if (this.isRaw) return undefined;
    const isReference = value.bare.kind === "reference" || value.bare.kind === "rvalue reference";
    return containerOf(isReference && value.isAvailable ? value.deref() : value);
  }

  #container({ title, text, same, ...held }: Container, depth: number): string {
    if (depth > MOST_DEPTH) return "{...}";
    if (same !== undefined) return this.text(same, false, depth);
    if (text !== undefined) return this.#containerText(text);
    if (held.fields === undefined && held.pairs === undefined && held.elements === undefined) return title ?? "{...}";
    if (this.isBrief && held.pairs === undefined && held.fields === undefined) {
      for (const _ of held.elements?.() ?? []) return `${title} = {...}`;
      return `${title}`;
    }
    if (this.isBrief) return title === undefined ? "{...}" : `${title} = {...}`;
    const parts: string[] = [];
    const write = (part: DebugValue) => this.#inside(() => this.text(part, false, depth + 1));
    const most = held.pairs === undefined ? MOST_ELEMENTS : MOST_ELEMENTS / 2;
    for (const part of partsOf(held, write)) {
      if (parts.length === most) {
        parts[most - 1] += "...";
        break;
      }
      parts.push(part);
    }
    const head = title === undefined ? "" : `${title} = `;
    return parts.length === 0 ? `${title}` : `${head}{${parts.join(", ")}}`;
  }

  #containerText({ start, length }: ContainerText): string {
    const element = start.bare.target ?? start.type;
    const shown = Math.min(length, MOST_ELEMENTS);
    return this.#inside(() => {
      const { size } = bareType(element);
      const codes = codesOf(start.target.memory.bytes(start.unsigned, shown * size), size);
      return quotedText(codes, size === 1 ? "" : prefixOf(element), length > shown);
    });
  }

  /** A pointer or reference to what is not in memory. */
  #synthetic(value: DebugValue, isTop: boolean, depth: number): string {
    const isReference = value.bare.kind !== "pointer";
    const text = `${isTop ? `(${typeName(value.type)}) ` : ""}<synthetic pointer>`;
    if (!isReference || this.isBrief || depth > 0) return text;
    const write = () => {
      const to = value.deref();
      return COMPOUND.has(to.bare.kind) ? this.#structure(to, to.bare, depth + 1) : this.text(to, false, depth + 1);
    };
    return `${text}: ${this.#inside(write)}`;
  }

  #base(value: DebugValue, { encoding, size }: DebugType): string {
    switch (encoding) {
      case "boolean": {
        const { unsigned } = value;
        return unsigned === 0n ? "false" : unsigned === 1n ? "true" : `${unsigned}`;
      }
      case "signed char":
      case "unsigned char": {
        if (size !== 1) return `${value.integer}`;
        return `${value.integer} '${characterText(Number(value.unsigned), "'")}'`;
      }
      case "utf":
        return `${value.integer} ${prefixOf(value.type)}'${characterText(Number(value.unsigned), "'")}'`;
      case "float":
        return size > 8 ? extendedText(value.bytes) : floatText(value.number, size);
      case "complex": {
        const half = { kind: "base", name: undefined, size: size / 2, encoding: "float" } as const;
        const [real, imaginary] = [value.part(half, 0), value.part(half, size / 2)];
        return `${this.#base(real, half)} + ${this.#base(imaginary, half)}i`;
      }
      default:
        return wordOfCharacter(value.type) === undefined
          ? `${value.integer}`
          : `${value.integer} ${prefixOf(value.type)}'${characterText(Number(value.unsigned), "'")}'`;
    }
  }

  #pointer(value: DebugValue, isTop: boolean): string {
    const address = value.unsigned;
    const { target } = value.bare;
    const to = target === undefined ? undefined : bareType(target);
    if (target !== undefined && to !== undefined && isCharacter(to)) {
      return address === 0n ? "0x0" : `0x${address.toString(16)} ${this.#textAt(value, address)}`;
    }
    const text = `${addressText(address, value)}${rustBytes(to, value)}`;
    return isTop ? `(${typeName(value.type)}) ${text}` : text;
  }

  #textAt(value: DebugValue, address: bigint): string {
    const { memory } = value.target;
    const reach = address < 1n << 40n ? memory.accessible(Number(address), MOST_ELEMENTS, 1) : 0;
    if (reach === 0) return `<error: Cannot access memory at address 0x${address.toString(16)}>`;
    const bytes = memory.view(address, reach);
    const end = bytes.indexOf(0);
    return quotedText([...end < 0 ? bytes : bytes.subarray(0, end)], "", end < 0);
  }

  #reference(value: DebugValue, isTop: boolean, depth: number): string {
    const address = `@0x${value.unsigned.toString(16)}`;
    const head = isTop ? `(${typeName(value.type)}) ${address}` : address;
    if (depth > 0) return head;
    if (this.isBrief && !isScalar(bareType(value.bare.target ?? value.type))) return "...";
    return `${head}: ${this.#inside(() => this.text(value.deref(), false, depth + 1))}`;
  }

  #inside(write: () => string): string {
    try {
      return write();
    } catch (error) {
      return problemText(error);
    }
  }

  #array(value: DebugValue, depth: number): string {
    const { counts = [], target } = value.bare;
    const count = counts[0] ?? 0;
    if (counts.length === 1 && target !== undefined && isText(target)) return this.#characters(value, target, count);
    const texts: string[] = [];
    for (let index = 0; index < count && this.#left > 0; index++) {
      const element = value.at(index);
      texts.push(this.#inside(() => this.text(element, false, depth + 1)));
      // Elements of arrays inside have been counted themselves; what repeats is shown once.
      if (element.bare.kind !== "array" && texts.at(-1) !== texts.at(-2)) this.#left--;
    }
    const parts = runsOf(texts, (a, b) => a === b).flatMap((run) =>
      isRepeat(run) ? [`${run.item} <repeats ${run.count} times>`] : Array<string>(run.count).fill(run.item)
    );
    const [open, close] = value.bare.isRust ? "[]" : "{}";
    return `${open}${parts.join(", ")}${texts.length < count ? "..." : ""}${close}`;
  }

  #characters(value: DebugValue, element: DebugType, count: number): string {
    const { size } = bareType(element);
    const codes = codesOf(value.bytes, size).slice(0, MOST_ELEMENTS);
    const isCut = count > MOST_ELEMENTS;
    if (!isCut && codes.at(-1) === 0) codes.pop();
    return quotedText(codes, size === 1 ? "" : prefixOf(element), isCut);
  }

  #structure(value: DebugValue, bare: DebugType, depth: number): string {
    if (bare.isDeclaration) return "<incomplete type>";
    if (bare.isRust) return rustText(value, bare, (part) => this.#inside(() => this.text(part, false, depth + 1)));
    const parts = (bare.members ?? []).map((member) => this.#member(value, member, depth));
    for (const each of bare.statics ?? []) {
      const found = value.target.variable(each.entry);
      if (found !== undefined) {
        parts.push(`static ${each.name} = ${this.#inside(() => this.text(found, false, depth + 1))}`);
      }
    }
    return parts.length === 0 ? "<No data fields>" : `{${parts.join(", ")}}`;
  }

  #member(value: DebugValue, member: Member, depth: number): string {
    const text = this.#inside(() => this.text(value.member(member), false, depth + 1));
    if (member.isBase) {
      return `<${typeName(member.type)}> = ${text}`;
    }
    return member.name === undefined ? text : `${member.name} = ${text}`;
  }
}

/** What Rust's byte strings add to their address: `b"text"`. */
function rustBytes(to: DebugType | undefined, value: DebugValue): string {
  const isBytes = to?.isRust === true && to.kind === "array" && bareType(to.target ?? to).name === "u8";
  if (!isBytes || value.unsigned === 0n) return "";
  const { bytes } = value.deref();
  return ` b${quotedText([...bytes.subarray(0, MOST_ELEMENTS)], "", bytes.length > MOST_ELEMENTS)}`;
}

/** The numbers of characters of a size. */
function codesOf(bytes: Uint8Array<ArrayBuffer>, size: number): number[] {
  if (size === 1) return [...bytes];
  const view = new DataView(bytes.buffer);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => {
    return size === 2 ? view.getUint16(index * 2, true) : view.getUint32(index * 4, true);
  });
}

/** What a container holds, part by part. */
function* partsOf({ fields, pairs, elements }: Omit<Container, "title">, write: (part: DebugValue) => string) {
  if (pairs !== undefined) { for (const [key, value] of pairs()) yield `[${write(key)}] = ${write(value)}`; }
  else if (fields !== undefined) { for (const [name, value] of fields()) yield `${name} = ${write(value)}`; }
  else for (const element of elements?.() ?? []) yield write(element);
}

const COMPOUND: ReadonlySet<string> = new Set(["structure", "class", "union"]);

function isText(type: DebugType): boolean {
  return isCharacter(type) || wordOfCharacter(type) !== undefined;
}

/** The name of a type of characters of several bytes; C has only other names of numbers for them. */
function wordOfCharacter(type: DebugType): string | undefined {
  for (let at: DebugType | undefined = type; at !== undefined; at = at.target) {
    if (at.name !== undefined && at.name in PREFIXES) return at.name;
    if (at.kind === "base") return at.encoding === "utf" ? at.name : undefined;
    if (at.kind !== "typedef" && at.kind !== "const" && at.kind !== "volatile") return undefined;
  }
  return undefined;
}

const PREFIXES: Readonly<Record<string, string>> = { wchar_t: "L", char16_t: "u", char32_t: "U" };

function prefixOf(type: DebugType): string {
  return PREFIXES[wordOfCharacter(type) ?? ""] ?? "";
}

/** A pointer's address, and the symbol there. */
function addressText(address: bigint, { target }: DebugValue): string {
  const found = address === 0n ? undefined : target.symbols.at(address);
  const offset = found === undefined || found.offset === 0 ? "" : `+${found.offset}`;
  return `0x${address.toString(16)}${found === undefined ? "" : ` <${demangle(found.name)}${offset}>`}`;
}

/** The name of an enumeration's number, or the names of its bits. */
export function enumerationText(value: bigint, { enumerators = [] }: DebugType): string {
  const exact = enumerators.find((each) => each.value === value);
  if (exact !== undefined) return exact.name;
  const isFlags = enumerators.every(({ value: bit }) => bit >= 0n) && areFlags(enumerators.map((each) => each.value));
  if (!isFlags || value < 0n) return `${value}`;
  const names: string[] = [];
  let rest = value;
  for (const { name, value: bits } of enumerators) {
    if (bits !== 0n && (rest & bits) === bits) {
      names.push(name);
      rest &= ~bits;
    }
  }
  if (names.length === 0) return value === 0n ? "0" : `(unknown: 0x${value.toString(16)})`;
  return `(${[...names, ...rest === 0n ? [] : [`unknown: 0x${rest.toString(16)}`]].join(" | ")})`;
}

/** Whether no two numbers have a bit in common. */
function areFlags(values: readonly bigint[]): boolean {
  let seen = 0n;
  for (const value of values) {
    if ((seen & value) !== 0n) return false;
    seen |= value;
  }
  return true;
}
