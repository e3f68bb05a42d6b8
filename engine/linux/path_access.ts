/**
 * Asks whether a guest may do with a file what a call is about to do, by the file's real path on the host: the path that
 * the call was given may lead there by links.
 *
 * A guest may always open for writing what leads to nobody else: /dev/null and its like, terminals that it has, and what
 * it has open for writing already.
 */

import { ERRNO } from "./abi/errno.ts";
import { FILE_TYPE, STAT } from "./abi/files.ts";
import type { OpenFile } from "./files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { descriptorName, isType } from "./host_files.ts";
import type { Process } from "./process.ts";

/**
 * What a call does with a file: look at it, write what is there, write it or make it, change what is known of it or
 * remove it, give it another name, make it where nothing is.
 */
export type Access = "read" | "write" | "create" | "change" | "move" | "make";

const [O_PATH, O_NOFOLLOW, O_CLOEXEC] = [0o10000000, 0o400000, 0o2000000];
const PATH_MAX = 4096;
const SLASH = 0x2f;
/** Major and minor numbers of devices that keep nothing: null, zero, full, random, urandom, tty, ptmx. */
const HARMLESS = new Set(["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:2"]);
/** Majors of the other ends of pseudoterminals. */
const [FIRST_PTS, LAST_PTS] = [136, 143];
const TIOCGPTN = 0x80045430;
const DELETED = " (deleted)";
const status = new HostBuffer(STAT.BYTES);
const number = new HostBuffer(4);
const parent = new HostBuffer(PATH_MAX + 1);
const decoder = new TextDecoder();

/**
 * @param access By default the call looks at it.
 * @returns The errno that the call fails with, or undefined if it may be made.
 */
export function denies(
  process: Process,
  access: Access = "read",
  directory: number,
  name: bigint,
  follow: boolean,
): number | undefined {
  const { permissions } = process.paths;
  if (permissions.allowsAll(access === "read" ? "read" : "write")) return undefined;
  const flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
  const descriptor = hostCall("openat", directory, name, flags, 0);
  if (descriptor === -ERRNO.ENOENT) return deniesMissing(process, access, directory, name);
  if (descriptor < 0) return descriptor;
  try {
    if (access === "make") return -ERRNO.EEXIST;
    const path = realPath(descriptor);
    if (access === "read") return permissions.mayRead(path) ? undefined : -ERRNO.EACCES;
    if ((access === "write" || access === "create") && isHarmless(process, descriptor)) return undefined;
    return (access === "move" ? permissions.mayMove(path) : permissions.mayWrite(path)) ? undefined : -ERRNO.EACCES;
  } finally {
    hostCall("close", descriptor);
  }
}

/** Whether a file may be written, for access(2): nobody is asked. */
export function wouldWrite(process: Process, directory: number, name: bigint): boolean {
  const { permissions } = process.paths;
  if (permissions.allowsAll("write")) return true;
  const descriptor = hostCall("openat", directory, name, O_PATH | O_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const would = isHarmless(process, descriptor) || permissions.wouldWrite(realPath(descriptor));
  hostCall("close", descriptor);
  return would;
}

function deniesMissing(process: Process, access: Access, directory: number, name: bigint): number | undefined {
  if (access !== "create" && access !== "make") return -ERRNO.ENOENT;
  const bytes = cString(name);
  let end = bytes.length;
  while (end > 1 && bytes[end - 1] === SLASH) end--;
  const slash = bytes.subarray(0, end).lastIndexOf(SLASH);
  const above = slash < 0 ? Uint8Array.of(0x2e) : bytes.subarray(0, Math.max(1, slash));
  const descriptor = hostCall("openat", directory, parent.setString(above), O_PATH | O_CLOEXEC, 0);
  if (descriptor < 0) return descriptor;
  const folder = decoder.decode(descriptorName(descriptor)).replace(/\/$/, "");
  hostCall("close", descriptor);
  const path = `${folder}/${decoder.decode(bytes.subarray(slash + 1, end))}`;
  return process.paths.permissions.mayWrite(path) ? undefined : -ERRNO.EACCES;
}

/** Bytes of a string of the host that ends with a zero. */
export function cString(address: bigint): Uint8Array {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) return new Uint8Array(0);
  const view = new Deno.UnsafePointerView(pointer);
  const bytes = new Uint8Array(PATH_MAX);
  let length = 0;
  while (length < PATH_MAX && (bytes[length] = view.getUint8(length)) !== 0) length++;
  return bytes.subarray(0, length);
}

function linkCount(): bigint {
  return status.view.getBigUint64(STAT.LINKS, true);
}

/** The path that a file was last seen at. */
function realPath(descriptor: number): string {
  const path = decoder.decode(descriptorName(descriptor));
  const isGone = hostCall("fstat", descriptor, status.address) === 0 && linkCount() === 0n;
  return isGone && path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
}

/** The number of a character device, or undefined for another file. */
function deviceOf(descriptor: number): { major: number; minor: number } | undefined {
  if (hostCall("fstat", descriptor, status.address) < 0) return undefined;
  if (!isType(status.view.getUint32(STAT.MODE, true), FILE_TYPE.CHARACTER)) return undefined;
  const device = status.view.getUint32(STAT.RDEV, true);
  return { major: device >>> 8 & 0xfff, minor: device & 0xff | device >>> 12 & 0xfff00 };
}

function isHarmless(process: Process, descriptor: number): boolean {
  const device = deviceOf(descriptor);
  if (device === undefined) return false;
  const { major, minor } = device;
  if (HARMLESS.has(`${major}:${minor}`)) return true;
  return process.files.descriptors().some((each) => {
    const host = process.files.host(each);
    const other = deviceOf(host);
    if (other === undefined) return false;
    if (other.major === major && other.minor === minor) return major >= 4 && major <= 5 || isPts(major);
    if (!isPts(major) || hostCall("ioctl", host, TIOCGPTN, number.address) < 0) return false;
    return number.view.getUint32(0, true) === (major - FIRST_PTS) * 256 + minor;
  });
}

function isPts(major: number): boolean {
  return major >= FIRST_PTS && major <= LAST_PTS;
}

/**
 * Asks whether what is known of an open file may be changed: its mode, owner, times.
 *
 * @returns The errno that the call fails with, or undefined.
 */
export function deniesChange(process: Process, file: OpenFile): number | undefined {
  const { permissions } = process.paths;
  if (permissions.allowsAll("write")) return undefined;
  const path = realPath(file.host);
  const isAnonymous = path[0] !== "/" || path.startsWith("/memfd:") && linkCount() === 0n;
  return isAnonymous || permissions.mayWrite(path) ? undefined : -ERRNO.EACCES;
}

/**
 * Asks whether a program may be run.
 *
 * @param path The host's path, its links resolved.
 * @returns The errno that execve(2) fails with, or undefined.
 */
export function deniesRun(process: Process, path: string): number | undefined {
  return process.paths.permissions.mayRun(path) ? undefined : -ERRNO.EACCES;
}
