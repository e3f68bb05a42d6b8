/**
 * Types of a program, as its debugging entries describe them.
 *
 * What a type refers to is read when somebody asks for it. Leaves out values that templates are made for, and types whose size
 * depends on the run, but for the counts of arrays that a variable holds. DWARF 5, chapter 5.
 */

import { ATTRIBUTE, TAG } from "./constants.ts";
import {
  type DebugType,
  type Encoding,
  type Enumerator,
  type Member,
  type Parameter,
  type StaticMember,
  type TypeKind,
  type Variants,
  VOID,
} from "./debug_type.ts";
import type { Entry } from "./entry.ts";
import type { DwarfExpression } from "./expression.ts";

const KINDS: Readonly<Record<number, TypeKind>> = {
  [TAG.baseType]: "base",
  [TAG.pointerType]: "pointer",
  [TAG.referenceType]: "reference",
  [TAG.rvalueReferenceType]: "rvalue reference",
  [TAG.pointerToMemberType]: "member pointer",
  [TAG.arrayType]: "array",
  [TAG.structureType]: "structure",
  [TAG.unionType]: "union",
  [TAG.classType]: "class",
  [TAG.enumerationType]: "enumeration",
  [TAG.typedef]: "typedef",
  [TAG.constType]: "const",
  [TAG.volatileType]: "volatile",
  [TAG.restrictType]: "restrict",
  [TAG.atomicType]: "atomic",
  [TAG.immutableType]: "const",
  [TAG.subroutineType]: "function",
  [TAG.subprogram]: "function",
};

/** DW_ATE_*. */
const ENCODINGS: Readonly<Record<number, Encoding>> = {
  1: "address",
  2: "boolean",
  3: "complex",
  4: "float",
  5: "signed",
  6: "signed char",
  7: "unsigned",
  8: "unsigned char",
  0x10: "utf",
};

/** DW_LANG_Rust. */
const RUST = 0x1c;

const types = new WeakMap<Entry, DebugType>();

/** The type that an entry describes. @param entry The entry; undefined means `void`. */
export function typeOf(entry: Entry | undefined): DebugType {
  if (entry === undefined) return VOID;
  let type = types.get(entry);
  if (type === undefined) {
    // A unit of its own may have it, and this entry only the signature of that.
    const whole = entry.has(ATTRIBUTE.signature) ? entry.reference(ATTRIBUTE.signature) : undefined;
    types.set(entry, type = new EntryType(whole ?? entry));
  }
  return type;
}

/** The type of what an entry describes: of a variable, a member, a function's result. */
export function typeOfValue(entry: Entry): DebugType {
  return typeOf(entry.type);
}

/** The name of an entry with the namespaces and classes that it is in. */
export function qualifiedName(entry: Entry): string | undefined {
  const { name } = entry;
  if (name === undefined) return undefined;
  const outer: string[] = [];
  for (let at = entry.origin.parent; at !== undefined; at = at.parent) {
    if (at.tag === TAG.namespace) outer.unshift(at.name ?? "(anonymous namespace)");
    else if (SCOPES.has(at.tag) && at.name !== undefined) outer.unshift(at.name);
    else if (at.tag === TAG.subprogram) break;
  }
  return [...outer, name].join("::");
}

const SCOPES: ReadonlySet<number> = new Set([TAG.structureType, TAG.classType, TAG.unionType]);

class EntryType implements DebugType {
  readonly kind: TypeKind;
  #members: readonly Member[] | undefined;
  #enumerators: readonly Enumerator[] | undefined;
  #size: number | undefined;

  constructor(readonly entry: Entry) {
    this.kind = KINDS[entry.tag] ?? "unspecified";
  }

  get name(): string | undefined {
    return qualifiedName(this.entry);
  }

  get isDeclaration(): boolean {
    return this.entry.flag(ATTRIBUTE.declaration);
  }

  get isPlainlyNamed(): boolean {
    return !this.entry.unit.isC;
  }

  get isRust(): boolean {
    return this.entry.unit.header.language === RUST;
  }

  get size(): number {
    return this.#size ??= this.entry.number(ATTRIBUTE.byteSize) ?? this.#impliedSize();
  }

  #impliedSize(): number {
    switch (this.kind) {
      case "pointer":
      case "reference":
      case "rvalue reference":
        return 8;
      case "array":
        return this.counts.reduce<number>((total, count) => total * (count ?? 0), this.target.size);
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "atomic":
        return this.target.size;
      case "function":
        return 1;
      default:
        return 0;
    }
  }

  get encoding(): Encoding | undefined {
    return ENCODINGS[this.entry.number(ATTRIBUTE.encoding) ?? 0];
  }

  get target(): DebugType {
    return typeOfValue(this.entry);
  }

  get counts(): readonly (number | undefined)[] {
    return this.entry.children.filter(({ tag }) => tag === TAG.subrangeType).map((range) => {
      const count = range.number(ATTRIBUTE.count);
      if (count !== undefined) return count;
      const last = range.number(ATTRIBUTE.upperBound);
      // A flexible array's bound is all ones, or missing.
      return last === undefined || last >= 2 ** 63 ? undefined : (last | 0) === -1 && last > 2 ** 31 ? 0 : last + 1;
    });
  }

  get members(): readonly Member[] {
    return this.#members ??= membersOf(this.entry);
  }

  get statics(): readonly StaticMember[] {
    return this.entry.children.flatMap((child) => {
      const isStatic = child.tag === TAG.variable || child.tag === TAG.member && isStaticMember(child);
      return isStatic && child.name !== undefined ? [{ name: child.name, type: typeOfValue(child), entry: child }] : [];
    });
  }

  get variants(): Variants | undefined {
    const part = this.entry.children.find(({ tag }) => tag === TAG.variantPart);
    if (part === undefined) return undefined;
    const discriminant = part.reference(ATTRIBUTE.discriminant);
    return {
      discriminant: discriminant && memberOf(discriminant),
      list: part.children.filter(({ tag }) => tag === TAG.variant).map((variant) => ({
        discriminant: variant.exact(ATTRIBUTE.discriminantValue),
        members: membersOf(variant),
      })),
    };
  }

  get enumerators(): readonly Enumerator[] {
    const prefix = this.isPlainlyNamed ? this.#enumeratorPrefix() : "";
    return this.#enumerators ??= this.entry.children.filter(({ tag }) => tag === TAG.enumerator).map((child) => ({
      name: `${prefix}${child.name ?? "?"}`,
      value: child.exact(ATTRIBUTE.constantValue) ?? 0n,
    }));
  }

  /** What C++ has before the names: the enumeration's own name, if they are only known by that. */
  #enumeratorPrefix(): string {
    const { name = "" } = this;
    if (this.entry.flag(ATTRIBUTE.enumClass)) return `${name}::`;
    const end = name.lastIndexOf("::");
    return end < 0 ? "" : name.slice(0, end + 2);
  }

  get templateArguments(): readonly DebugType[] {
    return this.entry.children.flatMap((child) => {
      const list = child.tag === TAG.gnuTemplateParameterPack ? child.children : [child];
      return list.filter(({ tag }) => tag === TAG.templateTypeParameter).map(typeOfValue);
    });
  }

  get parameters(): readonly Parameter[] {
    return this.entry.children.flatMap((child) => {
      if (child.tag === TAG.formalParameter) return [{ name: child.name, type: typeOfValue(child) }];
      return child.tag === TAG.unspecifiedParameters ? [{ name: "...", type: VOID }] : [];
    });
  }
}

function isStaticMember(entry: Entry): boolean {
  return entry.flag(ATTRIBUTE.external) && !entry.has(ATTRIBUTE.dataMemberLocation) &&
    !entry.has(ATTRIBUTE.dataBitOffset);
}

function membersOf(entry: Entry): readonly Member[] {
  return entry.children
    .filter((child) => child.tag === TAG.inheritance || child.tag === TAG.member && !isStaticMember(child))
    .map(memberOf);
}

function memberOf(entry: Entry): Member {
  const type = typeOfValue(entry);
  const isBase = entry.tag === TAG.inheritance;
  const bitSize = entry.number(ATTRIBUTE.bitSize);
  return {
    name: entry.name,
    type,
    bitOffset: bitOffsetOf(entry, type, bitSize),
    bitSize,
    isBase,
    isVirtual: isBase && (entry.number(ATTRIBUTE.virtuality) ?? 0) === 1,
    location: entry.block(ATTRIBUTE.dataMemberLocation),
    isArtificial: entry.flag(ATTRIBUTE.artificial),
  };
}

function bitOffsetOf(entry: Entry, type: DebugType, bitSize: number | undefined): number {
  const whole = entry.number(ATTRIBUTE.dataBitOffset);
  if (whole !== undefined) return whole;
  const start = 8 * (entry.number(ATTRIBUTE.dataMemberLocation) ?? constantPlace(entry) ?? 0);
  // DWARF 2 and 3 count a bit-field from the highest bit of what holds it.
  const fromHighest = entry.number(ATTRIBUTE.bitOffset);
  if (fromHighest === undefined || bitSize === undefined) return start;
  const storage = entry.number(ATTRIBUTE.byteSize) ?? type.size;
  return start + storage * 8 - fromHighest - bitSize;
}

/** DW_OP_plus_uconst alone, as old compilers write where a member is. */
function constantPlace(entry: Entry): number | undefined {
  const block: DwarfExpression | undefined = entry.block(ATTRIBUTE.dataMemberLocation);
  if (block === undefined || block.bytes[0] !== 0x23) return undefined;
  let value = 0;
  for (let at = 1, scale = 1; at < block.bytes.length; at++, scale *= 128) value += (block.bytes[at] & 0x7f) * scale;
  return value;
}
