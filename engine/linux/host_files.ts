/**
 * Questions about the host's files that several rows ask: what a descriptor is, whether it is ready, where a link leads.
 */

import { AT_FDCWD, FILE_TYPE, PROC_SUPER_MAGIC, STAT, STATFS_BYTES } from "./abi/files.ts";
import { ERRNO } from "./abi/errno.ts";
import { HostBuffer, hostCall } from "./host.ts";

/** What fstat(2) tells of a file. */
export interface HostStatus {
  readonly mode: number;
  readonly device: bigint;
  readonly inode: bigint;
  /** What device it is, if it is one. */
  readonly special: bigint;
}

const PATH_MAX = 4096;
const O_CLOEXEC = 0o2000000;
const status = new HostBuffer(STAT.BYTES);
const system = new HostBuffer(STATFS_BYTES);
const polled = new HostBuffer(8);
const link = new HostBuffer(PATH_MAX);
const name = new HostBuffer(64);

/** The type and identity of what a descriptor stands for; undefined if there is no such descriptor. */
export function hostStatus(descriptor: number): HostStatus | undefined {
  if (hostCall("fstat", descriptor, status.address) < 0) return undefined;
  return {
    mode: status.view.getUint32(STAT.MODE, true),
    device: status.view.getBigUint64(STAT.DEVICE, true),
    inode: status.view.getBigUint64(STAT.INODE, true),
    special: status.view.getBigUint64(STAT.RDEV, true),
  };
}

/** Whether a mode is that of a type of {@linkcode FILE_TYPE}. */
export function isType(mode: number, type: number): boolean {
  return (mode & FILE_TYPE.MASK) === type;
}

/** Whether a descriptor stands for something of a procfs. */
export function isProcfs(descriptor: number): boolean {
  return hostCall("fstatfs", descriptor, system.address) === 0 &&
    system.view.getUint32(0, true) === PROC_SUPER_MAGIC;
}

/**
 * Which of some events a descriptor is ready for, at once.
 *
 * @returns poll(2)'s `revents`; 0 if there is none.
 */
export function hostPoll(descriptor: number, events: number): number {
  polled.view.setInt32(0, descriptor, true);
  polled.view.setInt16(4, events, true);
  polled.view.setInt16(6, 0, true);
  return hostCall("poll", polled.address, 1, 0) > 0 ? polled.view.getUint16(6, true) : 0;
}

/** Text of a symbolic link, or a negative errno. */
export function readLink(directory: number, path: bigint): Uint8Array<ArrayBuffer> | number {
  const length = hostCall("readlinkat", directory, path, link.address, PATH_MAX);
  return length < 0 ? length : link.bytes.slice(0, length);
}

/** Host address of the path that reopens one of the host's descriptors; valid until the next call. */
export function descriptorPath(descriptor: number): bigint {
  return name.setString(new TextEncoder().encode(`/proc/self/fd/${descriptor}`));
}

/** Absolute host path, or description, of what a descriptor stands for. */
export function descriptorName(descriptor: number): Uint8Array<ArrayBuffer> {
  const text = readLink(AT_FDCWD, descriptorPath(descriptor));
  return typeof text === "number" ? new Uint8Array(0) : text;
}

/** Duplicates a host descriptor. */
export function duplicateHost(descriptor: number): number {
  return hostCall("fcntl", descriptor, 1030, 0);
}

/** Everything that a small file of the host holds, or a negative errno. */
export function readHostFile(path: string): Uint8Array<ArrayBuffer> | number {
  const at = new HostBuffer(PATH_MAX).setString(new TextEncoder().encode(path));
  const descriptor = hostCall("openat", AT_FDCWD, at, O_CLOEXEC, 0);
  if (descriptor < 0) return descriptor;
  const chunk = new HostBuffer(65536);
  const parts: Uint8Array[] = [];
  for (;;) {
    const count = hostCall("read", descriptor, chunk.address, chunk.bytes.length);
    if (count <= 0) break;
    parts.push(chunk.bytes.slice(0, count));
  }
  hostCall("close", descriptor);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole;
}

/** A host descriptor that reads as given bytes and cannot be changed. @returns It, or a negative errno. */
export function memoryFile(label: string, bytes: Uint8Array, accessMode = 0): number {
  const at = name.setString(new TextEncoder().encode(label.slice(-40).replace(/[^ -~]/g, "?")));
  const [MFD_CLOEXEC, MFD_ALLOW_SEALING] = [1, 2];
  const descriptor = hostCall("memfd_create", at, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return descriptor;
  const contents = new HostBuffer(Math.max(1, bytes.length));
  contents.bytes.set(bytes);
  const written = bytes.length === 0 ? 0 : hostCall("pwrite64", descriptor, contents.address, bytes.length, 0);
  const [F_ADD_SEALS, ALL_SEALS] = [1033, 0xf];
  hostCall("fcntl", descriptor, F_ADD_SEALS, ALL_SEALS);
  const result = written === bytes.length
    ? hostCall("openat", AT_FDCWD, descriptorPath(descriptor), accessMode | O_CLOEXEC, 0)
    : -ERRNO.EIO;
  hostCall("close", descriptor);
  return result;
}
