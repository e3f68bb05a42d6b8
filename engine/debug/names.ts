/**
 * What names mean that are in no frame: variables, functions, enumerations' numbers and types, in all images.
 *
 * The image and the unit at hand come first, then the program, then the others.
 */

import {
  ATTRIBUTE,
  type DebugEntry,
  type DebugType,
  Entry,
  qualifiedName,
  TAG,
  typeOf,
  typeOfValue,
} from "../binary/dwarf/mod.ts";
import { type Image, infoOf } from "../symbols/mod.ts";
import type { Target } from "./target.ts";
import { DebugValue } from "./value.ts";
import { type Ground, variableValue } from "./variables.ts";

/** Where names are looked up from. */
export interface Outlook {
  readonly target: Target;
  /** The frame at hand; undefined if it has no debug information. */
  readonly ground: Ground | undefined;
}

/** A variable or function that is in no frame; undefined if there is none of the name. */
export function globalNamed(outlook: Outlook, name: string): DebugValue | undefined {
  const constant = enumeratorNamed(outlook, name);
  if (constant !== undefined) return constant;
  const found = entriesNamed(outlook, name, [TAG.variable, TAG.subprogram], true);
  for (const { image, entry } of found) {
    const value = entryValue(outlook.target, image, entry);
    if (value !== undefined && !value.isOptimizedOut) return value;
  }
  return undefined;
}

/** The value of a variable that is in no function, of whatever image it is. */
export function variableOfEntry(target: Target, entry: DebugEntry): DebugValue | undefined {
  if (!(entry instanceof Entry)) return undefined;
  const image = target.symbols.images.find((each) => infoOf(each).owns(entry));
  if (image === undefined) return undefined;
  const value = infoOf(image).ask(() => entryValue(target, image, entry));
  if (value !== undefined && !value.isOptimizedOut) return value;
  // A declaration in a class: the definition is elsewhere.
  const name = qualifiedName(entry);
  return name === undefined ? undefined : globalNamed({ target, ground: groundOf(target, image) }, name);
}

function groundOf(target: Target, image: Image): Ground {
  return { target, image, frames: [], level: 0, function: undefined };
}

function entryValue(target: Target, image: Image, entry: Entry): DebugValue | undefined {
  if (entry.tag === TAG.subprogram) {
    const start = entry.ranges[0]?.start;
    if (start === undefined) return undefined;
    return new DebugValue(target, typeOf(entry), { kind: "memory", address: image.base + BigInt(start) });
  }
  if (entry.holder(ATTRIBUTE.location) ?? entry.holder(ATTRIBUTE.constantValue)) {
    return variableValue(groundOf(target, image), entry);
  }
  // Only declared here: the symbol says where it is.
  const name = entry.holder(ATTRIBUTE.linkageName)?.text(ATTRIBUTE.linkageName) ?? entry.name;
  const symbol = name === undefined ? undefined : symbolNamed(target, name);
  return symbol === undefined
    ? undefined
    : new DebugValue(target, typeOfValue(entry), { kind: "memory", address: symbol });
}

/** A function, and where it is. */
export interface FunctionPlace {
  readonly name: string;
  /** Its type; undefined without debug information. */
  readonly type: DebugType | undefined;
  readonly address: bigint;
}

/** DW_LANG_Mips_Assembler: DWARF 4, section 7.12; binutils. */
const ASSEMBLER = 0x8001;

/** The functions of a name, each once: with debug information or, if there is none, by their symbols. */
export function functionsNamed(outlook: Outlook, name: string): FunctionPlace[] {
  const found = new Map<bigint, FunctionPlace>();
  const entries = entriesNamed(outlook, name, [TAG.subprogram], true);
  const exact = entries.filter(({ entry }) => qualifiedName(entry) === name);
  for (const { image, entry } of exact.length > 0 ? exact : entries) {
    const address = infoOf(image).ask(() => entryValue(outlook.target, image, entry))?.address ??
      symbolNamed(outlook.target, entry.holder(ATTRIBUTE.linkageName)?.text(ATTRIBUTE.linkageName) ?? name);
    // Assemblers describe functions without their types.
    const type = entry.unit.header.language === ASSEMBLER ? undefined : typeOf(entry);
    if (address !== undefined && !found.has(address)) found.set(address, { name, type, address });
  }
  if (found.size > 0) return [...found.values()];
  const address = symbolNamed(outlook.target, name);
  return address === undefined ? [] : [{ name, type: undefined, address }];
}

/** The address of a symbol, in whatever image has it. */
export function symbolNamed({ symbols }: Target, name: string): bigint | undefined {
  for (const image of symbols.images) {
    const [found] = image.symbols().named(name);
    if (found !== undefined) return found.address;
  }
  return undefined;
}

const TYPE_TAGS: Readonly<Record<string, readonly number[]>> = {
  struct: [TAG.structureType, TAG.classType],
  class: [TAG.classType, TAG.structureType],
  union: [TAG.unionType],
  enum: [TAG.enumerationType],
};
const NAMED_TYPES: readonly number[] = [TAG.typedef, TAG.baseType];

/**
 * A type by its name; undefined if there is none.
 *
 * @param word `struct`, `union`, `enum` or `class` before the name; without, any type whose language needs no such word.
 */
export function typeNamed(outlook: Outlook, name: string, word?: string): DebugType | undefined {
  const tags = word === undefined ? [...NAMED_TYPES, ...Object.values(TYPE_TAGS).flat()] : TYPE_TAGS[word];
  const types = entriesNamed(outlook, name, tags, false).map(({ entry }) => typeOf(entry))
    .filter((type) => word !== undefined || type.isPlainlyNamed || type.kind === "typedef" || type.kind === "base");
  return types.find((type) => !type.isDeclaration) ?? types[0];
}

/** The definition of a type that is only declared; the type itself if there is none. */
export function completeType(outlook: Outlook, type: DebugType): DebugType {
  if (!type.isDeclaration || type.name === undefined) return type;
  const word = type.kind === "structure" ? "struct" : type.kind;
  const found = word in TYPE_TAGS ? typeNamed(outlook, type.name, word) : undefined;
  return found === undefined || found.isDeclaration ? type : found;
}

interface Named {
  readonly image: Image;
  readonly entry: Entry;
}

function entriesNamed(outlook: Outlook, name: string, tags: readonly number[], isSymbol: boolean): Named[] {
  const { target: { symbols }, ground } = outlook;
  const last = lastPart(name);
  const images = [...symbols.images].sort((a, b) => rank(a, ground) - rank(b, ground));
  for (const image of images) {
    // What is in no function has a symbol: a look there is cheap.
    if (isSymbol && image !== ground?.image && !hasSymbol(image, last)) continue;
    const first = ground?.image === image ? ground.function?.unit : undefined;
    const found = infoOf(image).ask((info) =>
      info.search({ name: last, tags }, first).filter((entry) => isMeant(qualifiedName(entry), name))
    );
    if (found !== undefined && found.length > 0) return found.map((entry) => ({ image, entry }));
  }
  return [];
}

function rank(image: Image, ground: Ground | undefined): number {
  if (image === ground?.image) return 0;
  return image.role === "program" ? 1 : image.role === "library" ? 2 : 3;
}

/** Whether some symbol has the name, mangled or not. */
function hasSymbol(image: Image, name: string): boolean {
  if (image.symbols().named(name).length > 0) return true;
  const part = `${name.length}${name}`;
  for (const symbol of image.symbols().names()) {
    if (symbol.startsWith("_") && symbol.includes(part)) return true;
  }
  return false;
}

/** The name without its namespaces; those in template arguments stay. */
function lastPart(name: string): string {
  let depth = 0;
  for (let at = name.length - 1; at > 0; at--) {
    if (name[at] === ">") depth++;
    else if (name[at] === "<") depth--;
    else if (depth === 0 && name[at] === ":" && name[at - 1] === ":") return name.slice(at + 1);
  }
  return name;
}

function isMeant(qualified: string | undefined, name: string): boolean {
  return qualified === name || qualified?.endsWith(`::${name}`) === true;
}

/** A number that an enumeration of the unit at hand names. */
function enumeratorNamed({ target, ground }: Outlook, name: string): DebugValue | undefined {
  const unit = ground?.function?.unit;
  if (unit === undefined || ground === undefined) return undefined;
  return infoOf(ground.image).ask(() => {
    const { tags } = unit.tree;
    const last = lastPart(name);
    for (let index = 0; index < tags.length; index++) {
      if (tags[index] !== TAG.enumerator) continue;
      const entry = unit.entry(index);
      if (entry.text(ATTRIBUTE.name) !== last || entry.parent === undefined) continue;
      return DebugValue.of(target, typeOf(entry.parent), entry.exact(ATTRIBUTE.constantValue) ?? 0n);
    }
    return undefined;
  });
}
