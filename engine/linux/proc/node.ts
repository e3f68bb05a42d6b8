/**
 * What the guest's `/proc` is made of: directories, files and links that are answered here, and files of the host's
 * `/proc` that tell nothing of the host process. See proc(5).
 */

import { HostBuffer, hostCall } from "../host.ts";
import { STAT, STATX } from "../abi/files.ts";
import type { OpenFile } from "../files.ts";

interface Common {
  /** The guest's path, which is also what it is known by. */
  readonly path: string;
  /** Permission bits, without the type. */
  readonly permissions: number;
}

/** An entry of a listing. */
export interface ProcEntry {
  readonly name: string;
  /** `d_type`: 4 directory, 8 file, 10 link. */
  readonly type: number;
}

/** A directory. */
export interface ProcDirectory extends Common {
  readonly kind: "directory";
  /** The directory above; undefined for `/proc` itself. */
  readonly parent: ProcDirectory | undefined;
  /** Names in it, without `.` and `..`. */
  entries(): readonly ProcEntry[];
  /** The entry of a name, or undefined. */
  child(name: string): ProcNode | undefined;
}

/** A file made at the moment it is opened. */
export interface ProcFile extends Common {
  readonly kind: "file";
  /** Its bytes, or a negative errno if opening it is refused. */
  contents(): Uint8Array | number;
  /** Takes what is written to it, if it can be; returns a negative errno or 0. */
  write?(bytes: Uint8Array): number;
}

/** Where a link of the kind that is not resolved by its text leads. */
export type ProcTarget =
  /** Another path, from the guest's root. */
  | { readonly kind: "path"; readonly path: Uint8Array }
  | { readonly kind: "cwd" }
  | { readonly kind: "root" }
  | { readonly kind: "file"; readonly file: OpenFile }
  /** Following it is refused. */
  | { readonly kind: "refused"; readonly errno: number };

/** A symbolic link. */
export interface ProcLink extends Common {
  readonly kind: "link";
  /** Its text, as readlink(2) gives it, or a negative errno. */
  text(): Uint8Array | number;
  /** Where it leads; undefined if its text says so. */
  readonly target?: () => ProcTarget;
}

/** A file of the host's `/proc` that may be reached as it is. */
export interface ProcHostFile extends Common {
  readonly kind: "host";
}

/** Anything in `/proc`. */
export type ProcNode = ProcDirectory | ProcFile | ProcLink | ProcHostFile;

/** Entry types of a listing. */
export const ENTRY = { DIRECTORY: 4, FILE: 8, LINK: 10 } as const;

const encoder = new TextEncoder();

/** Bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

function isRoot(node: ProcNode): boolean {
  return node.path === "/proc";
}

/** Number that stands for a node as its inode: a 32-bit FNV-1a hash of its path, above all that the host hands out. */
export function inodeOf(node: ProcNode): bigint {
  if (isRoot(node)) return 1n;
  let hash = 0x811c9dc5;
  for (let index = 0; index < node.path.length; index++) {
    hash = Math.imul(hash ^ node.path.charCodeAt(index), 0x01000193) >>> 0;
  }
  return BigInt(hash) + 0x1_0000_0000n;
}

function typeBits(node: ProcNode): number {
  return node.kind === "directory" ? 0o040000 : node.kind === "link" ? 0o120000 : 0o100000;
}

/**
 * Fills a `struct stat` or `struct statx` for a node: what the host's `/proc` has, with the node's own type, inode and
 * size.
 *
 * @param call Makes the host call for a descriptor of the host's `/proc`; fills the record.
 * @param view The record, once the call has filled it; undefined if it is out of reach.
 */
export function describeNode(
  node: ProcNode,
  record: "stat" | "statx",
  call: () => number,
  view: () => DataView | undefined,
): number {
  const result = call();
  const fields = result < 0 ? undefined : view();
  if (fields === undefined) return result;
  const mode = typeBits(node) | node.permissions;
  const size = node.kind === "link" ? 64n : 0n;
  const links = isRoot(node) ? undefined : node.kind === "directory" ? 2 : 1; // the root keeps the host's
  if (record === "stat") {
    fields.setBigUint64(STAT.INODE, inodeOf(node), true);
    if (links !== undefined) fields.setBigUint64(STAT.LINKS, BigInt(links), true);
    fields.setUint32(STAT.MODE, mode, true);
    fields.setBigUint64(STAT.SIZE, size, true);
  } else {
    fields.setBigUint64(STATX.INODE, inodeOf(node), true);
    if (links !== undefined) fields.setUint32(STATX.LINKS, links, true);
    fields.setUint16(STATX.MODE, mode, true);
    fields.setBigUint64(STATX.SIZE, size, true);
  }
  return result;
}

const dot = new HostBuffer(2);
dot.setString(bytesOf("."));

/** Opens the host's `/proc` as what stands for a directory of the guest's. @returns A descriptor or an errno. */
export function openStandIn(proc: number, flags: number): number {
  const [O_DIRECTORY, O_CLOEXEC] = [0o200000, 0o2000000];
  return hostCall("openat", proc, dot.address, O_DIRECTORY | O_CLOEXEC | flags, 0);
}
