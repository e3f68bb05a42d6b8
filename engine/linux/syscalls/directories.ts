/** Rows about directories: mkdir(2), rmdir(2), getdents64(2), chdir(2), getcwd(2), mknod(2). */

import { ERRNO } from "../abi/errno.ts";
import { AT_FDCWD, FILE_TYPE, UNLINK_FLAGS } from "../abi/files.ts";
import { underUmask, withFile } from "../file_calls.ts";
import type { OpenFile } from "../files.ts";
import { copyOut, transferRange } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { isType } from "../host_files.ts";
import { address, directory, fd, mode, path, size, unsigned } from "../parameters.ts";
import { bytesOf, ENTRY, inodeOf, type ProcDirectory } from "../proc/node.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";

const WRITE = 2;
const DIRENT_HEADER = 19;
const RECORD_LENGTH_AT = 16;
const MOST_LISTED = 1 << 20;

function makeDirectory(process: Process, directory: number, pathname: number, mode: number): Result {
  return process.paths.at(process, directory, pathname, false, {
    access: "make",
    host: (directory, name) => underUmask(process, () => hostCall("mkdirat", directory, name, mode)),
    proc: () => -ERRNO.EEXIST,
  });
}

/** mkdir(2) */
export const mkdir = syscall(
  "mkdir",
  "full",
  { pathname: path, mode },
  (process, { pathname, mode }) => makeDirectory(process, AT_FDCWD, pathname, mode),
);

/** mkdirat(2) */
export const mkdirat = syscall(
  "mkdirat",
  "full",
  { dirfd: directory, pathname: path, mode },
  (process, { dirfd, pathname, mode }) => makeDirectory(process, dirfd, pathname, mode),
);

/** rmdir(2) */
export const rmdir = syscall(
  "rmdir",
  "full",
  { pathname: path },
  (process, { pathname }) =>
    process.paths.at(process, AT_FDCWD, pathname, false, {
      access: "change",
      host: (directory, name) => hostCall("unlinkat", directory, name, UNLINK_FLAGS.AT_REMOVEDIR),
    }),
);

function makeNode(process: Process, directory: number, pathname: number, mode: number, device: number): Result {
  return process.paths.at(process, directory, pathname, false, {
    access: "make",
    host: (directory, name) => underUmask(process, () => hostCall("mknodat", directory, name, mode, device)),
    proc: () => -ERRNO.EEXIST,
  });
}

/** mknod(2) */
export const mknod = syscall(
  "mknod",
  "full",
  { pathname: path, mode, dev: unsigned },
  (process, { pathname, mode, dev }) => makeNode(process, AT_FDCWD, pathname, mode, dev),
);

/** mknodat(2) */
export const mknodat = syscall(
  "mknodat",
  "full",
  { dirfd: directory, pathname: path, mode, dev: unsigned },
  (process, { dirfd, pathname, mode, dev }) => makeNode(process, dirfd, pathname, mode, dev),
);

/** chdir(2) */
export const chdir = syscall(
  "chdir",
  "full",
  { path },
  (process, { path }) => process.paths.changeDirectory(process, path),
);

/** fchdir(2) */
export const fchdir = syscall(
  "fchdir",
  "full",
  { fd },
  (process, { fd }) =>
    withFile(
      process,
      fd,
      (file) =>
        isType(file.mode, FILE_TYPE.DIRECTORY) ? process.paths.changeDirectoryTo(process, file) : -ERRNO.ENOTDIR,
    ),
);

/** getcwd(2) */
export const getcwd = syscall("getcwd", "full", { buf: address, size }, (process, { buf, size }) => {
  const path = process.paths.currentDirectory();
  if (typeof path === "number") return path;
  if (path.length + 1 > size) return -ERRNO.ERANGE;
  return copyOut(process, buf, Uint8Array.of(...path, 0)) ? path.length + 1 : -ERRNO.EFAULT;
});

/** getdents64(2) */
export const getdents64 = syscall(
  "getdents64",
  "full",
  { fd, dirp: address, count: size },
  (process, { fd, dirp, count }) =>
    withFile(process, fd, (file) => {
      if (file.node?.kind === "directory") return listNode(process, file, file.node, dirp, count);
      const { address, length } = transferRange(process, dirp, count, WRITE);
      return hostCall("getdents64", file.host, address, length);
    }),
);

/** getdents(2), whose records have the type at their end: made from those of getdents64(2). */
export const getdents = syscall(
  "getdents",
  "full",
  { fd, dirp: address, count: size },
  (process, { fd, dirp, count }) => {
    const room = Math.min(count, MOST_LISTED);
    if (!process.memory.allows(dirp, room, WRITE)) return -ERRNO.EFAULT;
    // What is not a directory, or has no room for a record, has the errors of the newer call.
    const filled = getdents64.call(process, [fd, dirp, room].map((value) => BigInt.asUintN(64, BigInt(value))));
    if (typeof filled !== "number") throw new TypeError("Cannot list a directory: it waits");
    for (let at = dirp; at < dirp + filled;) {
      const bytes = process.memory.uncheckedView(at, RECORD_LENGTH_AT + 2);
      const length = bytes[RECORD_LENGTH_AT] | bytes[RECORD_LENGTH_AT + 1] << 8;
      const whole = process.memory.uncheckedView(at, length);
      const type = whole[DIRENT_HEADER - 1];
      // The name moves a byte ahead, to where the type was; the type goes to the last byte.
      whole.copyWithin(DIRENT_HEADER - 1, DIRENT_HEADER, length);
      whole[length - 1] = type;
      at += length;
    }
    return filled;
  },
);

/** `struct linux_dirent64`: inode, offset of the next, length, type, name. */
function record(inode: bigint, next: number, name: string, type: number): Uint8Array {
  const text = bytesOf(name);
  const bytes = new Uint8Array(Math.ceil((DIRENT_HEADER + text.length + 1) / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, inode, true);
  view.setBigInt64(8, BigInt(next), true);
  view.setUint16(16, bytes.length, true);
  bytes[18] = type;
  bytes.set(text, DIRENT_HEADER);
  return bytes;
}

function listNode(process: Process, file: OpenFile, node: ProcDirectory, at: number, size: number): number {
  const dots = [".", ".."].map((name) => ({ name, type: ENTRY.DIRECTORY }));
  const listing = file.listing ??= { entries: [...dots, ...node.entries()], position: 0 };
  let filled = 0;
  while (listing.position < listing.entries.length) {
    const { name, type } = listing.entries[listing.position];
    const child = name === "." ? node : name === ".." ? node.parent : node.child(name);
    const bytes = record(child === undefined ? 1n : inodeOf(child), listing.position + 1, name, type);
    if (filled + bytes.length > size) return filled > 0 ? filled : -ERRNO.EINVAL;
    if (!copyOut(process, at + filled, bytes)) return filled > 0 ? filled : -ERRNO.EFAULT;
    filled += bytes.length;
    listing.position++;
  }
  return filled;
}
