/**
 * The containers of Rust's library, as rust-gdb's pretty-printers show them. A table.
 *
 * Of rustc 1.70 and later.
 */

import type { DebugType } from "../../binary/dwarf/mod.ts";
import { bareType, DebugValue, DebugValueError, pointerTo } from "../value.ts";
import { type Container, countOf, fieldOf, MOST_ELEMENTS } from "./container.ts";

type View = (value: DebugValue, type: DebugType) => Container;

const VIEWS: readonly (readonly [name: RegExp, view: View])[] = [
  [/^alloc::string::String$/, (value) => text(fieldOf(value, "vec"))],
  [/^std::ffi::os_str::OsString$/, (value) => text(fieldOf(value, "inner", "inner"))],
  [/^std::path::PathBuf$/, (value) => text(fieldOf(value, "inner", "inner", "inner"))],
  [/^alloc::vec::Vec</, (value, type) => {
    const [start, count] = [startOf(value, argument(type, 0)), countOf(value, "len")];
    return sequence("Vec", count, (index) => start.at(index));
  }],
  [/^alloc::collections::vec_deque::VecDeque</, (value, type) => {
    const [start, count, head] = [startOf(value, argument(type, 0)), countOf(value, "len"), countOf(value, "head")];
    const capacity = countOf(value, "buf", "inner", "cap", "__0") || 1;
    return sequence("VecDeque", count, (index) => start.at((head + index) % capacity));
  }],
  [/^std::collections::hash::map::HashMap</, (value) => {
    const table = fieldOf(value, "base", "table");
    return {
      title: `HashMap(size=${countOf(table, "table", "items")})`,
      *pairs() {
        for (const pair of buckets(table)) yield [pair.field("__0"), pair.field("__1")];
      },
    };
  }],
  [/^std::collections::hash::set::HashSet</, (value) => {
    const table = fieldOf(value, "base", "map", "table");
    const elements = function* () {
      for (const pair of buckets(table)) yield pair.field("__0");
    };
    return { title: `HashSet(size=${countOf(table, "table", "items")})`, elements };
  }],
  [/^alloc::collections::btree::map::BTreeMap</, (value) => ({
    title: `BTreeMap(size=${countOf(value, "length")})`,
    pairs: () => treePairs(value),
  })],
  [/^alloc::collections::btree::set::BTreeSet</, (value) => {
    const elements = function* () {
      for (const [key] of treePairs(fieldOf(value, "map"))) yield key;
    };
    return { title: `BTreeSet(size=${countOf(value, "map", "length")})`, elements };
  }],
  [/^alloc::rc::Rc</, (value) => shared(value, "Rc", "value", "value")],
  [/^alloc::sync::Arc</, (value) => shared(value, "Arc", "v", "data")],
  [/^core::cell::Cell</, (value) => only("Cell", () => fieldOf(value, "value", "value"))],
  [/^core::cell::RefCell</, (value) => {
    const borrow = countOf(value, "borrow", "value", "value");
    const title = borrow >= 0 ? `RefCell(borrow=${borrow})` : `RefCell(borrow_mut=${-borrow})`;
    return only(title, () => fieldOf(value, "value", "value"));
  }],
];

/** What a container of Rust's library holds; undefined if the value is none. */
export function rustContainer(value: DebugValue, type: DebugType): Container | undefined {
  const { name = "" } = type;
  return VIEWS.find(([pattern]) => pattern.test(name))?.[1](value, type);
}

/** A text or a slice: where it begins, and how long it is; undefined if the value is none. */
export function sliceOf(value: DebugValue, { name = "", members = [] }: DebugType) {
  const isText = name === "&str" || name === "&mut str";
  const [data, length] = ["data_ptr", "length"].map((each) => members.find((member) => member.name === each));
  if (data === undefined || length === undefined || !(isText || /^&(?:mut )?\[/.test(name))) return undefined;
  return { start: value.member(data), count: Number(value.member(length).unsigned), isText };
}

function argument(type: DebugType, index: number): DebugType {
  const found = type.templateArguments?.[index];
  if (found === undefined) throw new DebugValueError("The container does not say what it holds");
  return found;
}

/** The pointer inside what says that it is unique, or not null. */
function pointerIn(value: DebugValue): DebugValue {
  let at = value;
  for (let depth = 0; at.bare.kind !== "pointer"; depth++) {
    if (depth > 4) throw new DebugValueError("The container has no pointer where it should");
    at = at.field("pointer");
  }
  return at;
}

function startOf(vector: DebugValue, element: DebugType): DebugValue {
  return pointerIn(fieldOf(vector, "buf", "inner", "ptr")).as(pointerTo(element));
}

function text(vector: DebugValue): Container {
  const start = pointerIn(fieldOf(vector, "buf", "inner", "ptr"));
  return { title: undefined, text: { start, length: countOf(vector, "len") } };
}

function sequence(name: string, count: number, at: (index: number) => DebugValue): Container {
  return {
    title: `${name}(size=${count})`,
    at,
    *elements() {
      for (let index = 0; index < count; index++) yield at(index);
    },
  };
}

function only(title: string, inner: () => DebugValue): Container {
  return { title, inner, fields: () => [["value", inner()]] };
}

function shared(value: DebugValue, name: string, cell: string, field: string): Container {
  const pointer = pointerIn(fieldOf(value, "ptr"));
  const counts = pointer.deref();
  const [strong, weak] = ["strong", "weak"].map((each) => countOf(counts, each, cell, "value"));
  const inner = () => counts.field(field);
  return { ...only(`${name}(strong=${strong}, weak=${weak - 1})`, inner), pointee: inner };
}

/** The entries of a table: they are before its control bytes, the last first; a byte with its highest bit is of none. */
function* buckets(table: DebugValue): Generator<DebugValue> {
  const entry = bareType(argument(table.bare, 0));
  const inner = fieldOf(table, "table");
  const control = pointerIn(fieldOf(inner, "ctrl")).integer;
  const count = Math.min(countOf(inner, "bucket_mask") + 1, MOST_ELEMENTS);
  const { target } = table;
  const bytes = target.memory.bytes(control, count);
  for (let index = 0; index < count; index++) {
    if (bytes[index] & 0x80) continue;
    yield new DebugValue(target, entry, { kind: "memory", address: control - BigInt((index + 1) * entry.size) });
  }
}

/** Deeper is no tree: a node has at least five keys. */
const DEEPEST_TREE = 32;

/** Keys and values of a tree, in their order. */
function* treePairs(map: DebugValue): Generator<readonly [DebugValue, DebugValue]> {
  if (countOf(map, "length") === 0) return;
  const root = fieldOf(map, "root", "Some", "__0");
  const height = countOf(root, "height");
  if (height > DEEPEST_TREE) throw new DebugValueError("The tree is too deep for one");
  const [key, value] = [argument(map.bare, 0), argument(map.bare, 1)];
  yield* nodePairs(pointerIn(fieldOf(root, "node")), height, [key, value]);
}

/** What is at a node and below it. An inner node has pointers to others behind what a leaf has. */
function* nodePairs(
  pointer: DebugValue,
  height: number,
  types: readonly [key: DebugType, value: DebugType],
): Generator<readonly [DebugValue, DebugValue]> {
  const node = pointer.deref();
  const count = countOf(node, "len");
  const [keys, values] = (["keys", "vals"] as const).map((name, at) => elementsOf(node.field(name), types[at]));
  const links = pointer.integer + BigInt(node.bare.size);
  const below = function* (at: number) {
    if (height === 0) return;
    const link = DebugValue.of(node.target, pointer.type, node.target.memory.u64(links + BigInt(at * 8)));
    yield* nodePairs(link, height - 1, types);
  };
  for (let at = 0; at < count; at++) {
    yield* below(at);
    yield [keys(at), values(at)];
  }
  yield* below(count);
}

function elementsOf({ target, address }: DebugValue, type: DebugType): (index: number) => DebugValue {
  if (address === undefined) throw new DebugValueError("The node is not in memory");
  return (index) =>
    new DebugValue(target, type, { kind: "memory", address: address + BigInt(index * bareType(type).size) });
}
