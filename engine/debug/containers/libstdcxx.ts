/**
 * The containers of gcc's C++ library, as its pretty-printers for gdb show them. A table.
 *
 * libstdc++ of gcc 5 and later; leaves out std::filesystem, and std::list of before C++11.
 */

import { type DebugType, Entry, TAG, typeOf, typeOfValue } from "../../binary/dwarf/mod.ts";
import { knownFunctionAt } from "../call_sites.ts";
import { shortName } from "../type_name.ts";
import { bareType, type DebugValue, DebugValueError, pointerTo } from "../value.ts";
import { type Container, countOf, countText, fieldOf } from "./container.ts";
import {
  behind,
  bitsOf,
  boolsOf,
  dequeElements,
  hashNodes,
  LIST_LINKS,
  listNodes,
  TREE_LINKS,
  treeNodes,
} from "./libstdcxx_nodes.ts";

type View = (value: DebugValue, type: DebugType, name: string) => Container;

const VIEWS: Readonly<Record<string, View>> = {
  basic_string: (value) => ({
    title: undefined,
    text: { start: fieldOf(value, "_M_dataplus", "_M_p"), length: countOf(value, "_M_string_length") },
  }),
  basic_string_view: (value) => ({
    title: undefined,
    text: { start: fieldOf(value, "_M_str"), length: countOf(value, "_M_len") },
  }),
  vector: vectorView,
  deque: (value, type) => {
    const { count, at } = dequeElements(value, argument(type, 0));
    return { title: `std::deque with ${countText(count)}`, elements: () => numbered(count, at), at };
  },
  list: (value, type, name) => nodesView(name, () => listNodes(value, argument(type, 0))),
  forward_list: (value, type, name) => nodesView(name, () => listNodes(value, argument(type, 0), "forward")),
  map: treeView,
  multimap: treeView,
  set: treeView,
  multiset: treeView,
  unordered_map: hashView,
  unordered_multimap: hashView,
  unordered_set: hashView,
  unordered_multiset: hashView,
  unique_ptr: (value, type) => {
    const [pointer] = tupleElements(fieldOf(value, "_M_t", "_M_t"));
    if (pointer === undefined) throw new DebugValueError("The pointer is not where it should be");
    return { title: `std::unique_ptr<${nameOf(argument(type, 0))}>`, ...owned(pointer) };
  },
  shared_ptr: sharedView,
  weak_ptr: sharedView,
  optional: (value, _, name) => {
    const payload = fieldOf(value, "_M_payload");
    const isEngaged = fieldOf(payload, "_M_engaged").integer !== 0n;
    if (!isEngaged) return { title: `${name} [no contained value]`, inner: () => undefined };
    const inner = () => fieldOf(payload, "_M_payload", "_M_value");
    return { title: name, fields: () => [["[contained value]", inner()]], inner, pointee: inner };
  },
  any: (value, _, name) => {
    const manager = fieldOf(value, "_M_manager").integer;
    if (manager === 0n) return { title: `${name} [no contained value]`, inner: () => undefined };
    const of = managedType(value, manager);
    const storage = fieldOf(value, "_M_storage");
    const isInside = of.manager.includes("_Manager_internal<");
    const inner = () =>
      isInside ? storage.field("_M_buffer").as(of.type) : storage.field("_M_ptr").as(pointerTo(of.type)).deref();
    return { title: `${name} containing ${nameOf(of.type)}`, fields: () => [["[contained value]", inner()]], inner };
  },
  variant: (value, type, name) => {
    const index = Number(fieldOf(value, "_M_index").integer);
    const of = type.templateArguments?.[index];
    if (of === undefined) return { title: `${name} [no contained value]`, inner: () => undefined };
    const inner = () => fieldOf(value, "_M_u").as(of);
    return { title: `${name} [index ${index}]`, elements: () => [inner()], inner };
  },
  tuple: (value) => {
    const elements = tupleElements(value);
    if (elements.length === 0) return { title: "empty std::tuple" };
    const fields = () => elements.map((element, at) => [`[${at + 1}]`, element] as const);
    return { title: "std::tuple containing", fields };
  },
  pair: (value) => ({
    title: undefined,
    fields: () => ["first", "second"].map((name) => [name, fieldOf(value, name)] as const),
  }),
  atomic: (value, type) => {
    const inner = () => fieldOf(value, "_M_i");
    return { title: `std::atomic<${nameOf(argument(type, 0))}>`, elements: () => [inner()], inner };
  },
  bitset: (value) => ({ title: "std::bitset", fields: () => bitsOf(fieldOf(value, "_M_w")) }),
  stack: adapterView,
  queue: adapterView,
  priority_queue: adapterView,
  _Rb_tree_iterator: (value, type) => at(fieldOf(value, "_M_node"), argument(type, 0), TREE_LINKS),
  _Rb_tree_const_iterator: (value, type) => at(fieldOf(value, "_M_node"), argument(type, 0), TREE_LINKS),
  _List_iterator: (value, type) => at(fieldOf(value, "_M_node"), argument(type, 0), LIST_LINKS),
  _List_const_iterator: (value, type) => at(fieldOf(value, "_M_node"), argument(type, 0), LIST_LINKS),
};
const NORMAL_ITERATOR = "__gnu_cxx::__normal_iterator";
const ITERATORS: ReadonlySet<string> = new Set(["std::_Rb_tree_iterator", "std::_Rb_tree_const_iterator"]);

/** What a container of the C++ library holds; undefined if the value is none. */
export function cxxContainer(value: DebugValue, type: DebugType): Container | undefined {
  const { name } = type;
  if (name === undefined) return undefined;
  const plain = name.replace(/<.*$/s, "");
  if (plain === NORMAL_ITERATOR) return { title: undefined, same: fieldOf(value, "_M_current").deref() };
  if (!plain.startsWith("std::")) return undefined;
  const last = plain.slice(plain.lastIndexOf("::") + 2);
  const isInside = plain !== `std::${last}` && plain !== `std::__cxx11::${last}` && plain !== `std::__debug::${last}`;
  if (isInside && !ITERATORS.has(plain)) return undefined;
  const view = Object.hasOwn(VIEWS, last) ? VIEWS[last] : undefined;
  const shown = last === "list" || last === "forward_list" ? plain : nameOf(type);
  return view?.(value, type, shown);
}

/** A type's name as the printers have it: `std::string` for what it is made of. */
export function nameOf(type: DebugType): string {
  return shortName(bareType(type).name ?? type.name ?? "void").replaceAll(STRING, "std::string").replaceAll(
    "std::string >",
    "std::string>",
  );
}

const STRING = /std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >/g;

/** A type that the container is made for. gcc leaves some out, whose classes have another name for it. */
function argument(type: DebugType, index: number): DebugType {
  const found = type.templateArguments?.[index] ?? (index === 0 ? valueType(type) : undefined);
  if (found === undefined) throw new DebugValueError("The container does not say what it holds");
  return found;
}

function valueType({ entry }: DebugType): DebugType | undefined {
  if (!(entry instanceof Entry)) return undefined;
  const named = (wanted: string) => {
    const found = entry.children.find(({ tag, name }) => tag === TAG.typedef && name === wanted);
    return found && typeOfValue(found);
  };
  return named("value_type") ?? named("pointer")?.target;
}

/** The type that a `std::any` holds: its manager is a function of a class made for that type. */
function managedType({ target }: DebugValue, address: bigint): { manager: string; type: DebugType } {
  const scope = knownFunctionAt(target, address)?.entry.origin.parent;
  const manager = scope && typeOf(scope);
  const [type] = manager?.templateArguments ?? [];
  if (manager?.name === undefined || type === undefined) throw new DebugValueError("The manager says no type");
  return { manager: manager.name, type };
}

function* numbered(count: number, at: (index: number) => DebugValue): Generator<DebugValue> {
  for (let index = 0; index < count; index++) yield at(index);
}

function vectorView(value: DebugValue, type: DebugType): Container {
  const [first, last, end] = ["_M_start", "_M_finish", "_M_end_of_storage"].map((name) =>
    fieldOf(value, "_M_impl", name)
  );
  if (bareType(argument(type, 0)).encoding === "boolean") {
    const { count, at } = boolsOf(first, last);
    const capacity = Number(end.integer - fieldOf(first, "_M_p").integer) * 8;
    return {
      title: `std::vector<bool> of length ${count}, capacity ${capacity}`,
      elements: () => numbered(count, at),
      at,
    };
  }
  const size = BigInt(bareType(first.type).target?.size || 1);
  const [count, capacity] = [last, end].map((each) => Number((each.integer - first.integer) / size));
  const at = (index: number) => first.at(index);
  return { title: `std::vector of length ${count}, capacity ${capacity}`, elements: () => numbered(count, at), at };
}

function nodesView(name: string, nodes: () => Iterable<DebugValue>): Container {
  const isEmpty = [...nodes()].length === 0;
  function* fields() {
    let index = 0;
    for (const node of nodes()) yield [`[${index++}]`, node] as const;
  }
  return isEmpty ? { title: `empty ${name}`, elements: nodes } : { title: name, fields, elements: nodes };
}

function treeView(value: DebugValue, type: DebugType, name: string): Container {
  const tree = fieldOf(value, "_M_t");
  const count = countOf(tree, "_M_impl", "_M_node_count");
  return keyed(name, count, () => treeNodes(tree, argument(bareType(tree.type), 1)), type);
}

function hashView(value: DebugValue, type: DebugType, name: string): Container {
  const table = fieldOf(value, "_M_h");
  const count = countOf(table, "_M_element_count");
  return keyed(name, count, () => hashNodes(table, argument(bareType(table.type), 1)), type);
}

/** A map or a set, whose nodes hold pairs or keys. */
function keyed(
  name: string,
  count: number,
  nodes: () => Iterable<DebugValue>,
  { name: full = "" }: DebugType,
): Container {
  const title = `${name.replace(/<.*$/s, "")} with ${countText(count)}`;
  if (/^[\w:]*map</.test(full)) {
    return {
      title,
      *pairs() {
        for (const pair of nodes()) yield [fieldOf(pair, "first"), fieldOf(pair, "second")];
      },
    };
  }
  return {
    title,
    elements: nodes,
    *fields() {
      let index = 0;
      for (const node of nodes()) yield [`[${index++}]`, node];
    },
  };
}

function owned(pointer: DebugValue): Pick<Container, "fields" | "pointee" | "inner"> {
  return { fields: () => [["get()", pointer]], pointee: () => pointer.deref(), inner: () => pointer };
}

function sharedView(value: DebugValue, type: DebugType, name: string): Container {
  const counts = fieldOf(value, "_M_refcount", "_M_pi");
  let state = "empty";
  if (counts.integer !== 0n) {
    const [uses, weak] = ["_M_use_count", "_M_weak_count"].map((field) => countOf(counts.deref(), field));
    state = uses === 0 ? `expired, weak count ${weak}` : `use count ${uses}, weak count ${weak - 1}`;
  }
  const title = `${name.replace(/<.*$/s, "")}<${nameOf(argument(type, 0))}> (${state})`;
  return { title, ...owned(fieldOf(value, "_M_ptr")) };
}

function adapterView(value: DebugValue, _: DebugType, name: string): Container {
  const inner = fieldOf(value, "c");
  const wrapped = cxxContainer(inner, inner.bare);
  if (wrapped === undefined) throw new DebugValueError("The adapter wraps no container of the library");
  return { ...wrapped, title: `${name.replace(/<.*$/s, "")} wrapping: ${wrapped.title}` };
}

/** The elements of a tuple: a base has the first of them, and a base with those that follow. */
function tupleElements(tuple: DebugValue): DebugValue[] {
  const found: DebugValue[] = [];
  for (let node: DebugValue | undefined = basesOf(tuple)[0]; node !== undefined;) {
    const bases: readonly DebugValue[] = basesOf(node);
    const head = bases.at(-1);
    if (head === undefined) break;
    const own = head.bare.members?.find(({ name }) => name === "_M_head_impl");
    // A class without fields is not held, but derived from.
    const element = own === undefined ? basesOf(head)[0] : head.member(own);
    if (element !== undefined) found.push(element);
    node = bases.length > 1 ? bases[0] : undefined;
  }
  return found;
}

function basesOf(value: DebugValue): DebugValue[] {
  return (value.bare.members ?? []).filter(({ isBase }) => isBase).map((member) => value.member(member));
}

/** What an iterator is at: the value behind the links of a node. */
function at(node: DebugValue, type: DebugType, links: bigint): Container {
  return { title: undefined, same: behind(node.integer, links, type, node) };
}
