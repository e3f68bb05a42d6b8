/**
 * What is known of a type of a program: enough to show values and reach into them. DWARF 5, chapter 5.
 */

import type { DwarfExpression } from "./expression.ts";

/** The debugging entry that describes something: for messages, and to tell one from another. */
export interface DebugEntry {
  /** Its tag (DW_TAG_*). */
  readonly tag: number;
  /** Where it is in its section. */
  readonly offset: number;
  /** Its name; undefined if it has none. */
  readonly name: string | undefined;
}

/** What a type is. */
export type TypeKind =
  | "void"
  | "base"
  | "pointer"
  | "reference"
  | "rvalue reference"
  | "member pointer"
  | "array"
  | "structure"
  | "union"
  | "class"
  | "enumeration"
  | "typedef"
  | "const"
  | "volatile"
  | "restrict"
  | "atomic"
  | "function"
  | "unspecified";

/** How a base type is to be read. */
export type Encoding =
  | "address"
  | "boolean"
  | "complex"
  | "float"
  | "signed"
  | "signed char"
  | "unsigned"
  | "unsigned char"
  | "utf";

/** A field of a structure, or a class that it is derived from. */
export interface Member {
  /** Its name; undefined for a structure or union without one, whose own fields count as this one's. */
  readonly name: string | undefined;
  /** Its type. */
  readonly type: DebugType;
  /** Where it is, from the start, in bits. */
  readonly bitOffset: number;
  /** Bits that it has, for a bit-field. */
  readonly bitSize: number | undefined;
  /** Whether it is a class that this one is derived from. */
  readonly isBase: boolean;
  /** Whether the class is shared with others that are derived from it: then where it is, is found out at run time. */
  readonly isVirtual: boolean;
  /** Where it is, if that depends on the object. */
  readonly location: DwarfExpression | undefined;
  /** Whether the compiler made it, as the pointer to a table of virtual functions. */
  readonly isArtificial: boolean;
}

/** A variable that is a member of a class, not of each value. */
export interface StaticMember {
  /** Its name. */
  readonly name: string;
  /** Its type. */
  readonly type: DebugType;
  /** The entry that declares it. */
  readonly entry: DebugEntry;
}

/** A name of a number. */
export interface Enumerator {
  /** The name. */
  readonly name: string;
  /** The number. */
  readonly value: bigint;
}

/** One of the shapes of a value, as a variant of Rust's enumerations. */
export interface Variant {
  /** The numbers that mean it; undefined for the one that others leave. */
  readonly discriminant: bigint | undefined;
  /** The fields of a value of the shape. */
  readonly members: readonly Member[];
}

/** Shapes that a value may have, and the field that says which it has. */
export interface Variants {
  /** The field; undefined if there is only one shape. */
  readonly discriminant: Member | undefined;
  /** The shapes. */
  readonly list: readonly Variant[];
}

/** A parameter of a type of functions. */
export interface Parameter {
  /** Its name; undefined if it has none. */
  readonly name: string | undefined;
  /** Its type. */
  readonly type: DebugType;
}

/** A type. */
export interface DebugType {
  /** What it is. */
  readonly kind: TypeKind;
  /** Its name, with its namespaces; undefined if it has none. */
  readonly name: string | undefined;
  /** Its size in bytes; 0 if it is not known. */
  readonly size: number;
  /** How a base type is to be read. */
  readonly encoding?: Encoding | undefined;
  /** What it points to, is an array of, is another name of, returns; the type of an enumeration's numbers. */
  readonly target?: DebugType | undefined;
  /** Elements of each dimension of an array; undefined if that is not known. */
  readonly counts?: readonly (number | undefined)[];
  /** Fields, bases first. */
  readonly members?: readonly Member[];
  /** Variables of a class. */
  readonly statics?: readonly StaticMember[];
  /** Shapes it may have. */
  readonly variants?: Variants | undefined;
  /** Names of an enumeration's numbers. */
  readonly enumerators?: readonly Enumerator[];
  /** Types that a template was made for; of several for one parameter, each. */
  readonly templateArguments?: readonly DebugType[];
  /** Parameters of a type of functions. */
  readonly parameters?: readonly Parameter[];
  /** Whether it is only said that there is such a type. */
  readonly isDeclaration?: boolean;
  /** Whether its unit is of a language whose structures are named without the word `struct`: C++, Rust. */
  readonly isPlainlyNamed?: boolean;
  /** Whether its unit is of Rust. */
  readonly isRust?: boolean;
  /** Its entry; undefined for one that no program has. */
  readonly entry?: DebugEntry;
}

/** The type that says nothing. */
export const VOID: DebugType = { kind: "void", name: "void", size: 1 };
