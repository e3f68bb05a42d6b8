/** Walks what the containers of gcc's C++ library are made of: trees, chains, blocks of elements, bits. */

import type { DebugType } from "../../binary/dwarf/mod.ts";
import { BOOLEAN, INT } from "../c_types.ts";
import { bareType, DebugValue, DebugValueError } from "../value.ts";
import { fieldOf, MOST_ELEMENTS } from "./container.ts";

/** Bytes of the links of a node of a tree: color, parent, left, right. */
export const TREE_LINKS = 32n;
/** Bytes of the links of a list's node: next, previous. */
export const LIST_LINKS = 16n;
/** Bytes of a block of a deque. */
const DEQUE_BLOCK = 512n;

/** The alignment of a type: what its parts need most. */
function alignmentOf(type: DebugType): bigint {
  const bare = bareType(type);
  if (bare.kind === "array") return alignmentOf(bare.target ?? bare);
  const inner = (bare.members ?? []).map((member) => alignmentOf(member.type));
  if (inner.length > 0) return inner.reduce((most, each) => each > most ? each : most, 1n);
  return bare.kind === "base" && bare.size === 16 ? 16n : BigInt(Math.min(Math.max(bare.size, 1), 8));
}

/** The value behind the links of a node. */
export function behind(node: bigint, links: bigint, type: DebugType, { target }: DebugValue): DebugValue {
  const alignment = alignmentOf(type);
  const address = (node + links + alignment - 1n) / alignment * alignment;
  return new DebugValue(target, type, { kind: "memory", address });
}

/** The word at an address: a link. */
function link({ target }: DebugValue, address: bigint): bigint {
  return target.memory.u64(address);
}

/** The values of a tree in their order. */
export function* treeNodes(tree: DebugValue, type: DebugType): Generator<DebugValue> {
  const header = fieldOf(tree, "_M_impl", "_M_header").address;
  if (header === undefined) throw new DebugValueError("The tree is not in memory");
  const [parent, left, right] = [8n, 16n, 24n];
  let node = link(tree, header + left);
  for (let count = 0; node !== header && count < MOST_ELEMENTS; count++) {
    yield behind(node, TREE_LINKS, type, tree);
    const next = link(tree, node + right);
    if (next !== 0n) {
      node = next;
      for (let below = link(tree, node + left); below !== 0n; below = link(tree, node + left)) node = below;
      continue;
    }
    let above = link(tree, node + parent);
    while (above !== header && node === link(tree, above + right)) [node, above] = [above, link(tree, above + parent)];
    // From the root's right edge the header is above; its right is the last node.
    node = above;
  }
}

/** The values of a table of hashes, which are a chain. */
export function* hashNodes(table: DebugValue, type: DebugType): Generator<DebugValue> {
  let node = fieldOf(table, "_M_before_begin", "_M_nxt").integer;
  for (let count = 0; node !== 0n && count < MOST_ELEMENTS; count++, node = link(table, node)) {
    yield behind(node, 8n, type, table);
  }
}

/** The values of a list, linked both ways, or only forward. */
export function* listNodes(list: DebugValue, type: DebugType, way: "both" | "forward" = "both"): Generator<DebugValue> {
  const isBoth = way === "both";
  const head = fieldOf(list, "_M_impl", isBoth ? "_M_node" : "_M_head").address;
  if (head === undefined) throw new DebugValueError("The list is not in memory");
  const end = isBoth ? head : 0n;
  let node = link(list, head);
  for (let count = 0; node !== end && count < MOST_ELEMENTS; count++, node = link(list, node)) {
    yield behind(node, isBoth ? LIST_LINKS : 8n, type, list);
  }
}

/** The elements of a deque, which are in blocks. */
export function dequeElements(deque: DebugValue, type: DebugType) {
  const iterator = (name: string) => {
    const [current, first, block] = ["_M_cur", "_M_first", "_M_node"].map((field) =>
      fieldOf(deque, "_M_impl", name, field).integer
    );
    return { current, first, block };
  };
  const [start, finish] = [iterator("_M_start"), iterator("_M_finish")];
  const size = BigInt(type.size || 1);
  const perBlock = size < DEQUE_BLOCK ? DEQUE_BLOCK / size : 1n;
  const before = (start.current - start.first) / size;
  const count = (finish.block - start.block) / 8n * perBlock + (finish.current - finish.first) / size - before;
  const at = (index: number) => {
    const place = before + BigInt(index);
    const block = link(deque, start.block + place / perBlock * 8n);
    return new DebugValue(deque.target, type, { kind: "memory", address: block + place % perBlock * size });
  };
  return { count: Number(count), at };
}

/** The elements of a vector of bits, between iterators. */
export function boolsOf(first: DebugValue, last: DebugValue) {
  const place = (iterator: DebugValue) =>
    fieldOf(iterator, "_M_p").integer * 8n + fieldOf(iterator, "_M_offset").integer;
  const [start, end] = [place(first), place(last)];
  const at = (index: number) => {
    const bit = start + BigInt(index);
    const byte = first.target.memory.bytes(bit / 8n, 1)[0];
    return DebugValue.of(first.target, BOOLEAN, BigInt(byte >> Number(bit % 8n) & 1));
  };
  return { count: Number(end - start), at };
}

/** The bits of a set that are set, by number. */
export function* bitsOf(words: DebugValue): Generator<readonly [string, DebugValue]> {
  const { bytes } = words;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    if (bytes[bit >> 3] >> (bit & 7) & 1) yield [`[${bit}]`, DebugValue.of(words.target, INT, 1n)];
  }
}
