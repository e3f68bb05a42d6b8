/**
 * Guest pointers as the host's kernel takes them.
 *
 * The host maps guest pages with the guest's permissions, so its kernel finds the same bytes accessible, and fails or
 * stops short where Linux would. What must be checked here is only that a range stays inside the guest: what reaches out
 * of it becomes the address of guest page 0, which nothing is ever mapped at, and so fails with EFAULT in its turn among
 * the call's errors. Pages that hold translated code are announced before the host writes to them.
 */

import { PROT } from "../ffi/libc.ts";
import { LOWEST_ADDRESS } from "../loader/layout.ts";
import { SPAN } from "../memory/guest_memory.ts";
import { ERRNO } from "./abi/errno.ts";
import { HostBuffer } from "./host.ts";
import type { Process } from "./process.ts";

/** Past this no user address is valid on x86-64 Linux. */
const USER_END = 2 ** 47 - 4096;
/** Most bytes that Linux transfers at once, MAX_RW_COUNT. */
const MOST_AT_ONCE = 0x7ffff000;
const IOV_MAX = 1024;
const IOVEC_BYTES = 16;
const PATH_MAX = 4096;
const vectors = new HostBuffer(IOV_MAX * IOVEC_BYTES);

/** Host address from which the kernel may read `length` bytes of the guest, or fail with EFAULT. */
export function readable(process: Process, at: number, length: number): bigint {
  const inside = at >= LOWEST_ADDRESS && at + length <= SPAN;
  return inside ? process.memory.hostBase + BigInt(at) : process.memory.hostBase;
}

/** Host address to which the kernel may write `length` bytes of the guest, or fail with EFAULT. */
export function writable(process: Process, at: number, length: number): bigint {
  announce(process, at, length);
  return readable(process, at, length);
}

/** The same for pointers that may be null. */
export function readableOrNull(process: Process, at: number, length: number): bigint {
  return at === 0 ? 0n : readable(process, at, length);
}

/** The same for pointers that may be null. */
export function writableOrNull(process: Process, at: number, length: number): bigint {
  return at === 0 ? 0n : writable(process, at, length);
}

function announce(process: Process, at: number, length: number): void {
  const { memory } = process;
  if (!(length > 0)) return;
  for (const region of memory.regions.within(at, Math.min(at + length, SPAN))) {
    if (region.protection & PROT.EXEC) memory.listener?.codeChanged(region.start, region.end);
  }
}

/** A range of the guest to transfer, with its host address. */
export interface Range {
  readonly address: bigint;
  readonly length: number;
}

/**
 * A guest buffer of a transfer. Its length is cut where Linux would cut it, and at the end of the guest's space, where
 * nothing is mapped.
 *
 * @param permission PROT.READ for what the kernel reads, PROT.WRITE for what it fills.
 */
export function transferRange(process: Process, at: number, length: number, permission: number): Range {
  if (at + length > USER_END) return { address: process.memory.hostBase, length: Math.min(length, MOST_AT_ONCE) };
  const cut = Math.max(0, Math.min(length, MOST_AT_ONCE, at < SPAN ? SPAN - at : length));
  const address = permission === PROT.WRITE ? writable(process, at, cut) : readable(process, at, cut);
  return { address, length: cut };
}

/**
 * Decodes an array of `struct iovec`.
 *
 * @param permission As for {@linkcode transferRange}.
 * @returns Its ranges, or a negative errno: EINVAL for a wrong count or length, EFAULT for an array out of reach.
 */
export function transferRanges(process: Process, at: number, count: number, permission: number): Range[] | number {
  if (count < 0 || count > IOV_MAX) return -ERRNO.EINVAL;
  if (count === 0) return [];
  if (!process.memory.allows(at, count * IOVEC_BYTES, PROT.READ)) return -ERRNO.EFAULT;
  const ranges: Range[] = [];
  for (let index = 0; index < count; index++) {
    const base = process.memory.u64(at + index * IOVEC_BYTES);
    const length = process.memory.i64(at + index * IOVEC_BYTES + 8);
    if (length < 0n) return -ERRNO.EINVAL;
    if (base + BigInt.asUintN(64, length) > BigInt(USER_END)) return -ERRNO.EFAULT;
    ranges.push(transferRange(process, Number(base), Number(length), permission));
  }
  return ranges;
}

/** Writes ranges as an array of host `struct iovec`. @returns Its address; valid until the next call. */
export function hostVectors(ranges: readonly Range[]): bigint {
  ranges.forEach(({ address, length }, index) => {
    vectors.view.setBigUint64(index * IOVEC_BYTES, address, true);
    vectors.view.setBigUint64(index * IOVEC_BYTES + 8, BigInt(length), true);
  });
  return vectors.address;
}

/** The guest's address of a range; 0, where nothing is, for one that reaches out of the guest's space. */
function guestAddress(process: Process, { address }: Range): number {
  return Number(address - process.memory.hostBase);
}

/** Copies the bytes of ranges. @returns Undefined if the guest may not read them. */
export function copyRangesIn(process: Process, ranges: readonly Range[]): Uint8Array<ArrayBuffer> | undefined {
  const all = new Uint8Array(totalLength(ranges));
  let at = 0;
  for (const range of ranges) {
    const part = range.length === 0 ? new Uint8Array() : copyIn(process, guestAddress(process, range), range.length);
    if (part === undefined) return undefined;
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Copies bytes to where the guest may write. @returns Whether it may, and there is room for all. */
export function copyRangesOut(process: Process, ranges: readonly Range[], bytes: Uint8Array): boolean {
  let at = 0;
  for (const range of ranges) {
    const part = bytes.subarray(at, at + range.length);
    if (part.length > 0 && !copyOut(process, guestAddress(process, range), part)) return false;
    at += part.length;
  }
  return at === bytes.length;
}

/** What is left of ranges after the first `done` bytes. */
export function rangesAfter(ranges: readonly Range[], done: number): Range[] {
  const left: Range[] = [];
  let skip = done;
  for (const { address, length } of ranges) {
    if (skip < length) left.push({ address: address + BigInt(skip), length: length - skip });
    skip = Math.max(0, skip - length);
  }
  return left;
}

/** The first `length` bytes of ranges. */
export function rangesUpTo(ranges: readonly Range[], length: number): Range[] {
  const first: Range[] = [];
  let room = length;
  for (const range of ranges) {
    if (room === 0) break;
    const taken = Math.min(range.length, room);
    if (taken > 0) first.push({ address: range.address, length: taken });
    room -= taken;
  }
  return first;
}

/** Number of bytes of ranges together. */
export function totalLength(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0);
}

/** Bytes of a path without the zero that ends it, or `-EFAULT`, or `-ENAMETOOLONG`. */
export function guestPath(process: Process, at: number): Uint8Array<ArrayBuffer> | number {
  const reach = process.memory.accessible(at, PATH_MAX, PROT.READ);
  const bytes = process.memory.uncheckedView(at, reach);
  const end = bytes.indexOf(0);
  if (end >= 0) return bytes.slice(0, end);
  return reach < PATH_MAX ? -ERRNO.EFAULT : -ERRNO.ENAMETOOLONG;
}

/** Copies bytes to where the guest may write. @returns Whether it may. */
export function copyOut(process: Process, at: number, bytes: Uint8Array): boolean {
  if (!process.memory.allows(at, bytes.length, PROT.WRITE)) return false;
  announce(process, at, bytes.length);
  process.memory.uncheckedView(at, bytes.length).set(bytes);
  return true;
}

/** Copies bytes from where the guest may read. @returns Undefined if it may not. */
export function copyIn(process: Process, at: number, length: number): Uint8Array<ArrayBuffer> | undefined {
  return process.memory.allows(at, length, PROT.READ) ? process.memory.uncheckedView(at, length).slice() : undefined;
}
