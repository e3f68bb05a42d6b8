/**
 * Addresses of sockets: what a guest gives is checked against its permissions and, for paths, resolved as any other path;
 * what the host gives is copied out as Linux does. See socket(7), unix(7), ip(7).
 *
 * Leaves out: relative paths and those under a system root are seen by others as the last part or the resolved path.
 */

import { ADDRESS_BYTES, AF } from "./abi/sockets.ts";
import { ERRNO } from "./abi/errno.ts";
import { AT_FDCWD } from "./abi/files.ts";
import type { OpenFile } from "./files.ts";
import { copyIn, copyOut } from "./guest_pointers.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { descriptorName } from "./host_files.ts";
import { mayUseNetlink } from "./netlink.ts";
import { cString } from "./path_access.ts";
import type { Process } from "./process.ts";
import type { Result } from "./syscall.ts";

/** What an address is for. */
export type AddressUse = "bind" | "connect" | "send";

const PATH_AT = 2;
const UNIX_PATH_BYTES = 108;
const [INET_BYTES, INET6_BYTES] = [16, 28];
const [O_PATH, O_CLOEXEC, O_DIRECTORY] = [0o10000000, 0o2000000, 0o200000];
const SLASH = 0x2f;
const given = new HostBuffer(ADDRESS_BYTES + 2);
const dot = new HostBuffer(2);
const own = new HostBuffer(ADDRESS_BYTES);
const ownLength = new HostBuffer(4);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Makes a call with an address of the guest's.
 *
 * @param use Gets the host's copy of it, which is valid until the next call.
 * @returns The call's result, or the errno with which Linux or a permission refuses the address.
 */
export function withAddress(
  process: Process,
  at: number,
  length: number,
  purpose: AddressUse,
  use: (address: bigint, length: number) => Result,
): Result {
  if (length < 0 || length > ADDRESS_BYTES) return -ERRNO.EINVAL;
  const bytes = copyIn(process, at, length);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const pass = () => {
    given.bytes.set(bytes);
    return use(given.address, length);
  };
  const family = length < 2 ? AF.AF_UNSPEC : bytes[0] | bytes[1] << 8;
  if (family === AF.AF_UNIX) return withUnix(process, bytes, purpose, use, pass);
  if (family === AF.AF_UNSPEC && purpose === "connect") return pass();
  if (family === AF.AF_NETLINK) return mayUseNetlink(bytes, purpose === "bind") ? pass() : -ERRNO.EPERM;
  const place = internetPlace(family, bytes);
  if (place === undefined) return process.paths.permissions.allowsAll("net") ? pass() : -ERRNO.EAFNOSUPPORT;
  return mayUse(process, place, purpose) ? pass() : -ERRNO.EACCES;
}

/** An address and port as texts; undefined if it is none. */
function internetPlace(family: number, bytes: Uint8Array): { address: string; port: number } | undefined {
  const port = bytes[2] << 8 | bytes[3];
  // sendto(2) and bind(2) take an address without a family for one of IPv4.
  if (family === AF.AF_INET || family === AF.AF_UNSPEC) {
    return bytes.length < INET_BYTES ? undefined : { address: bytes.subarray(4, 8).join("."), port };
  }
  if (family !== AF.AF_INET6 || bytes.length < INET6_BYTES - 4) return undefined;
  const words = Array.from({ length: 8 }, (_, index) => bytes[8 + index * 2] << 8 | bytes[9 + index * 2]);
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (isMapped) return { address: bytes.subarray(20, 24).join("."), port };
  const text = words.map((word) => word.toString(16)).join(":");
  return { address: new URL(`http://[${text}]`).hostname.slice(1, -1), port };
}

/** What the any-address leads to when it is connected to. */
const HERE: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

function mayUse(process: Process, { address, port }: { address: string; port: number }, purpose: AddressUse): boolean {
  return process.paths.permissions.mayUse(purpose === "bind" ? address : HERE[address] ?? address, port);
}

/** Whether a socket may take connections at the address that it has, or will get. */
export function mayListen(process: Process, file: OpenFile): boolean {
  if (process.paths.permissions.allowsAll("net")) return true;
  const bytes = nameOf(file, "getsockname");
  if (typeof bytes === "number") return true; // none of ours: listen(2) has the error
  const family = bytes[0] | bytes[1] << 8;
  if (family === AF.AF_UNIX) return true;
  const place = internetPlace(family, bytes);
  return place !== undefined && mayUse(process, place, "bind");
}

function withUnix(
  process: Process,
  bytes: Uint8Array<ArrayBuffer>,
  purpose: AddressUse,
  use: (address: bigint, length: number) => Result,
  pass: () => Result,
): Result {
  const text = bytes.subarray(PATH_AT);
  if (text.length === 0 || text.length > UNIX_PATH_BYTES) return pass();
  if (text[0] === 0) {
    const name = `@${decoder.decode(text.subarray(1))}`;
    return process.paths.permissions.mayWrite(name) ? pass() : -ERRNO.EACCES;
  }
  const end = text.indexOf(0);
  const path = end < 0 ? text : text.subarray(0, end);
  const result = process.paths.atBytes(process, path, purpose !== "bind", {
    access: purpose === "bind" ? "make" : "write",
    host: (directory, name) => withUnixPath(directory, name, !path.includes(SLASH), use),
    proc: () => purpose === "bind" ? -ERRNO.EADDRINUSE : -ERRNO.ECONNREFUSED,
  });
  return result === -ERRNO.EEXIST && purpose === "bind" ? -ERRNO.EADDRINUSE : result;
}

/** Makes a call for a name in a directory, by the whole path if it fits, else from within the directory. */
function withUnixPath(
  directory: number,
  nameAt: bigint,
  isBare: boolean,
  use: (address: bigint, length: number) => Result,
): Result {
  const name = cString(nameAt);
  const folder = directory === AT_FDCWD ? new Uint8Array(0) : descriptorName(directory);
  const prefix = folder.length === 1 ? folder : Uint8Array.of(...folder, SLASH);
  const whole = directory === AT_FDCWD ? name : Uint8Array.of(...prefix, ...name);
  if (!isBare && whole.length < UNIX_PATH_BYTES) return use(...unixAddress(whole));
  if (name.length > UNIX_PATH_BYTES) return -ERRNO.ENAMETOOLONG;
  const before = hostCall("openat", AT_FDCWD, dot.setString(encoder.encode(".")), O_PATH | O_CLOEXEC | O_DIRECTORY, 0);
  try {
    const status = hostCall("fchdir", directory);
    return status < 0 ? status : use(...unixAddress(name));
  } finally {
    hostCall("fchdir", before);
    hostCall("close", before);
  }
}

function unixAddress(path: Uint8Array): [address: bigint, length: number] {
  given.view.setUint16(0, AF.AF_UNIX, true);
  given.bytes.set(path, PATH_AT);
  given.bytes[PATH_AT + path.length] = 0;
  return [given.address, PATH_AT + path.length + (path.length < UNIX_PATH_BYTES ? 1 : 0)];
}

/** A socket's own address or that of its peer, as the guest sees it; or a negative errno. */
export function nameOf(file: OpenFile, call: "getsockname" | "getpeername"): Uint8Array | number {
  ownLength.view.setUint32(0, ADDRESS_BYTES, true);
  const status = hostCall(call, file.host, own.address, ownLength.address);
  return status < 0 ? status : own.bytes.slice(0, ownLength.view.getUint32(0, true));
}

/** An address of the host as the guest sees it: paths without the system root. */
export function guestAddress(process: Process, bytes: Uint8Array): Uint8Array {
  const isPath = bytes.length > PATH_AT && bytes[0] === AF.AF_UNIX && bytes[PATH_AT] === SLASH;
  if (!isPath) return bytes;
  return Uint8Array.of(AF.AF_UNIX, 0, ...process.paths.toGuest(bytes.subarray(PATH_AT)));
}

/** Copies an address out with its length, as accept(2) does. @returns 0, or a negative errno. */
export function copyAddress(process: Process, at: number, lengthAt: number, bytes: Uint8Array): number {
  const room = copyIn(process, lengthAt, 4);
  if (room === undefined) return -ERRNO.EFAULT;
  const size = new DataView(room.buffer).getInt32(0, true);
  if (size < 0) return -ERRNO.EINVAL;
  const shown = guestAddress(process, bytes);
  if (!copyOut(process, at, shown.subarray(0, size))) return -ERRNO.EFAULT;
  return copyOut(process, lengthAt, new Uint8Array(Uint32Array.of(shown.length).buffer)) ? 0 : -ERRNO.EFAULT;
}
