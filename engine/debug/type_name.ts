/**
 * Types as the language writes them: `const char *`, `int (*)(int, char **)`, `struct node [3]`; and as `ptype` shows
 * them, with their fields.
 */

import type { DebugType, Member } from "../binary/dwarf/mod.ts";
import { rustTypeLines, rustTypeName } from "./rust_type.ts";

/** Types inside one another before a name counts as endless. */
const MAXIMUM_DEPTH = 64;

/** The type's name. @param declarator What is declared of the type: a variable's name, or nothing. */
export function typeName(type: DebugType, declarator = ""): string {
  if (declarator === "" && isOfRust(type)) return rustTypeName(type);
  return declare(type, declarator, 0);
}

/** Whether a type is Rust's, or a pointer to one of those. */
function isOfRust({ isRust, kind, target }: DebugType): boolean {
  return isRust ?? (kind === "pointer" && target?.isRust === true);
}

function declare(type: DebugType, declarator: string, depth: number): string {
  if (depth > MAXIMUM_DEPTH) return "...";
  const inner = (to: DebugType, text: string) => declare(to, text, depth + 1);
  const target = type.target;
  switch (type.kind) {
    case "pointer":
    case "reference":
    case "rvalue reference": {
      if (target === undefined || type.isRust && type.name !== undefined) break;
      const mark = type.kind === "pointer" ? "*" : type.kind === "reference" ? "&" : "&&";
      const isCompound = target.kind === "array" || target.kind === "function";
      return inner(target, isCompound ? `(${mark}${declarator})` : `${mark}${declarator}`);
    }
    case "array": {
      if (target === undefined) break;
      const counts = type.counts ?? [undefined];
      return inner(target, `${declarator}${counts.map((count) => `[${count ?? ""}]`).join("")}`);
    }
    case "function":
      return inner(target ?? type, `${declarator}(${parameterList(type, depth)})`);
    case "const":
    case "volatile":
    case "restrict":
    case "atomic": {
      const word = type.kind === "atomic" ? "_Atomic" : type.kind;
      if (target === undefined) break;
      // What is constant is the pointer, not what it points to.
      if (target.kind === "pointer") {
        return inner(
          target,
          spaced(` ${word}`, declarator).trimStart() && ` ${word}${declarator === "" ? "" : ` ${declarator}`}`,
        );
      }
      return `${word} ${inner(target, declarator)}`;
    }
  }
  return spaced(plainName(type), declarator);
}

function spaced(name: string, declarator: string): string {
  if (declarator === "" || declarator.startsWith(" ")) return `${name}${declarator}`;
  return `${name} ${declarator}`;
}

function parameterList(type: DebugType, depth: number): string {
  const list = type.parameters ?? [];
  if (list.length === 0) return "void";
  return list.map(({ name, type: of }) => name === "..." ? "..." : declare(of, "", depth + 1)).join(", ");
}

const WORDS: Readonly<Record<string, string>> = {
  structure: "struct",
  union: "union",
  class: "class",
  enumeration: "enum",
};

/** The name of a type that is no pointer, array or function. */
function plainName(type: DebugType): string {
  const word = WORDS[type.kind];
  const name = type.name !== undefined ? shortName(type.name) : word === undefined ? "<unnamed>" : "{...}";
  return word === undefined || type.isPlainlyNamed && type.name !== undefined ? name : `${word} ${name}`;
}

const NUMBER_WORDS = /\b(?:(?:unsigned|signed|long|short|int|char) )+(?:unsigned|signed|long|short|int|char)\b/g;

/** A name with the types of numbers in it as short as C allows: `unsigned long`, where gcc has `long unsigned int`. */
export function shortName(name: string): string {
  return name.replace(NUMBER_WORDS, (found) => {
    const words = found.split(" ");
    const has = (word: string) => words.includes(word);
    const size = words.filter((word) => word === "long" || word === "short" || word === "char");
    const sign = has("unsigned") ? ["unsigned"] : has("signed") && has("char") ? ["signed"] : [];
    return [...sign, ...size.length === 0 ? ["int"] : size].join(" ");
  });
}

/** Lines that define the type: its fields, if it has some. */
export function typeLines(type: DebugType): string[] {
  if (isOfRust(type)) return rustTypeLines(type);
  const [inside, wrap] = unwrapped(type);
  if (inside.kind === "enumeration") {
    let next = 0n;
    const names = (inside.enumerators ?? []).map(({ name, value }) => {
      const text = value === next ? name : `${name} = ${value}`;
      next = value + 1n;
      return text;
    });
    return [wrap(`enum ${head(inside.name)}{${names.join(", ")}}`)];
  }
  if (!(inside.kind in WORDS)) return [wrap(undefined)];
  const word = inside.kind === "class" ? "class" : WORDS[inside.kind];
  const fields = (inside.members ?? []).filter(({ isBase }) => !isBase);
  const bases = (inside.members ?? []).filter(({ isBase }) => isBase).map(({ type: of }) => `public ${typeName(of)}`);
  const title = `${word} ${head(inside.name)}${bases.length === 0 ? "" : `: ${bases.join(", ")} `}{`;
  if (inside.isDeclaration) return [title, "    <incomplete type>", wrap("}")];
  const statics = (inside.statics ?? []).map(({ name, type: of }) => `    static ${typeName(of, name)};`);
  const variants = (inside.variants?.list ?? []).flatMap(({ members }) =>
    members.flatMap((each) => fieldLines(each, 1))
  );
  const lines = [...fields.flatMap((each) => fieldLines(each, 1)), ...variants, ...statics];
  if (lines.length === 0) lines.push("    <no data fields>");
  const last = wrap(`}`);
  return [title, ...lines, last];
}

function head(name: string | undefined): string {
  return name === undefined ? "" : `${shortName(name)} `;
}

function fieldLines({ name, type, bitSize }: Member, depth: number): string[] {
  const indent = "    ".repeat(depth);
  const [inside, wrap] = unwrapped(type, name ?? "", true);
  const bits = bitSize === undefined ? "" : ` : ${bitSize}`;
  const isNested = (inside.kind === "structure" || inside.kind === "union") && inside.name === undefined;
  if (!isNested) return [`${indent}${typeName(type, name ?? "")}${bits};`];
  const fields = (inside.members ?? []).flatMap((each) => fieldLines(each, depth + 1));
  return [`${indent}${WORDS[inside.kind]} {`, ...fields, `${indent}${wrap("}")};`];
}

/**
 * What a type is, without names that stand for it and without what is around it, and a way to put that around again.
 *
 * @param declarator What is declared.
 * @param isField Whether other names of types are kept.
 */
function unwrapped(
  type: DebugType,
  declarator = "",
  isField = false,
): [inside: DebugType, wrap: (text: string | undefined) => string] {
  let inside = type;
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
    const isName = inside.kind === "typedef" && !isField;
    if (!(isName || LAYERS.has(inside.kind)) || inside.target === undefined) break;
    inside = inside.target;
  }
  const resolved = isField ? type : withoutNames(type);
  return [inside, (text) => {
    if (text === undefined) return typeName(resolved, declarator);
    return declare(replaceInside(resolved, text), declarator, 0);
  }];
}

const LAYERS: ReadonlySet<string> = new Set([
  ...["pointer", "reference", "rvalue reference", "array", "const", "volatile", "restrict", "atomic"],
]);

/** The type with other names of types replaced by what they stand for. */
function withoutNames(type: DebugType): DebugType {
  if (type.target === undefined) return type;
  if (type.kind === "typedef") return withoutNames(type.target);
  if (!LAYERS.has(type.kind)) return type;
  return { ...copy(type), target: withoutNames(type.target) };
}

/** The type with a text in place of what its layers are around. */
function replaceInside(type: DebugType, text: string): DebugType {
  if (LAYERS.has(type.kind) && type.target !== undefined) {
    return { ...copy(type), target: replaceInside(type.target, text) };
  }
  return { kind: "base", name: text, size: type.size };
}

function copy({ kind, name, size, counts }: DebugType): DebugType {
  return { kind, name, size, ...(counts === undefined ? {} : { counts }) };
}
