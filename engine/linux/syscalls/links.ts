/** Rows about names: link(2), symlink(2), readlink(2), rename(2), unlink(2). */

import { ERRNO } from "../abi/errno.ts";
import { ACCESS, AT_FDCWD, AT_FLAGS, RENAME_FLAGS, UNLINK_FLAGS } from "../abi/files.ts";
import { copyOut, guestPath, readable, transferRange } from "../guest_pointers.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { directory, flags, output, path, size } from "../parameters.ts";
import { deniesChange } from "../path_access.ts";
import type { ProcNode } from "../proc/node.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";

const { AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW } = AT_FLAGS;
const WRITE = 2;
const empty = new HostBuffer(1);

function unlink(process: Process, directory: number, pathname: number, flags: number): Result {
  return process.paths.at(process, directory, pathname, false, {
    access: "change",
    host: (directory, name) => hostCall("unlinkat", directory, name, flags),
  });
}

/** unlink(2) */
export const unlink_ = syscall(
  "unlink",
  "full",
  { pathname: path },
  (process, { pathname }) => unlink(process, AT_FDCWD, pathname, 0),
);

/** unlinkat(2) */
export const unlinkat = syscall(
  "unlinkat",
  "full",
  { dirfd: directory, pathname: path, flags: flags(UNLINK_FLAGS) },
  (process, { dirfd, pathname, flags }) => unlink(process, dirfd, pathname, flags),
);

function symlink(process: Process, target: number, directory: number, pathname: number): Result {
  const text = readable(process, target, 1);
  return process.paths.at(process, directory, pathname, false, {
    access: "make",
    host: (directory, name) => hostCall("symlinkat", text, directory, name),
    proc: () => -ERRNO.EEXIST,
  });
}

/** symlink(2) */
export const symlink_ = syscall(
  "symlink",
  "full",
  { target: path, linkpath: path },
  (process, { target, linkpath }) => symlink(process, target, AT_FDCWD, linkpath),
);

/** symlinkat(2) */
export const symlinkat = syscall(
  "symlinkat",
  "full",
  { target: path, newdirfd: directory, linkpath: path },
  (process, { target, newdirfd, linkpath }) => symlink(process, target, newdirfd, linkpath),
);

interface Names {
  readonly oldDirectory: number;
  readonly oldPath: number;
  readonly newDirectory: number;
  readonly newPath: number;
  readonly flags: number;
}

/** @returns 0, or a negative errno. */
function isThere(directory: number, name: bigint): number {
  return hostCall("faccessat2", directory, name, ACCESS.F_OK, AT_SYMLINK_NOFOLLOW);
}

function link(process: Process, names: Names): Result {
  const { flags, oldDirectory, oldPath } = names;
  const toNew = (from: number, name: bigint, flags: number) => {
    const result = process.paths.at(process, names.newDirectory, names.newPath, false, {
      access: "make",
      host: (directory, newName) => hostCall("linkat", from, name, directory, newName, flags),
      proc: () => -ERRNO.EXDEV,
    });
    // Linux looks for the old file before it looks at the new path.
    const old = result === 0 || flags & AT_EMPTY_PATH ? 0 : isThere(from, name);
    return old < 0 ? old : result;
  };
  const follow = (flags & AT_SYMLINK_FOLLOW) !== 0;
  return process.paths.atOrEmpty(process, oldDirectory, oldPath, follow, (flags & AT_EMPTY_PATH) !== 0, {
    access: "move",
    host: (directory, name) => toNew(directory, name, flags & ~AT_EMPTY_PATH),
    proc: () => -ERRNO.EXDEV,
    descriptor: (file) => deniesChange(process, file) ?? toNew(file.host, empty.address, flags),
  });
}

/** link(2) */
export const link_ = syscall(
  "link",
  "full",
  { oldpath: path, newpath: path },
  (process, { oldpath, newpath }) =>
    link(process, { oldDirectory: AT_FDCWD, oldPath: oldpath, newDirectory: AT_FDCWD, newPath: newpath, flags: 0 }),
);

/** linkat(2) */
export const linkat = syscall(
  "linkat",
  "full",
  { olddirfd: directory, oldpath: path, newdirfd: directory, newpath: path, flags: flags(AT_FLAGS) },
  (process, { olddirfd, oldpath, newdirfd, newpath, flags }) =>
    link(process, { oldDirectory: olddirfd, oldPath: oldpath, newDirectory: newdirfd, newPath: newpath, flags }),
);

function rename(process: Process, names: Names): Result {
  const { flags } = names;
  return process.paths.at(process, names.oldDirectory, names.oldPath, false, {
    access: "move",
    host: (from, name) =>
      process.paths.at(process, names.newDirectory, names.newPath, false, {
        access: flags & RENAME_FLAGS.RENAME_EXCHANGE ? "move" : "create",
        host: (to, newName) =>
          flags === 0
            ? hostCall("renameat", from, name, to, newName)
            : hostCall("renameat2", from, name, to, newName, flags),
        proc: () => -ERRNO.EXDEV,
      }),
    proc: () => -ERRNO.EXDEV,
  });
}

/** rename(2) */
export const rename_ = syscall(
  "rename",
  "full",
  { oldpath: path, newpath: path },
  (process, { oldpath, newpath }) =>
    rename(process, { oldDirectory: AT_FDCWD, oldPath: oldpath, newDirectory: AT_FDCWD, newPath: newpath, flags: 0 }),
);

/** renameat(2) */
export const renameat = syscall(
  "renameat",
  "full",
  { olddirfd: directory, oldpath: path, newdirfd: directory, newpath: path },
  (process, { olddirfd, oldpath, newdirfd, newpath }) =>
    rename(process, { oldDirectory: olddirfd, oldPath: oldpath, newDirectory: newdirfd, newPath: newpath, flags: 0 }),
);

/** renameat2(2) */
export const renameat2 = syscall(
  "renameat2",
  "full",
  { olddirfd: directory, oldpath: path, newdirfd: directory, newpath: path, flags: flags(RENAME_FLAGS) },
  (process, { olddirfd, oldpath, newdirfd, newpath, flags }) =>
    rename(process, { oldDirectory: olddirfd, oldPath: oldpath, newDirectory: newdirfd, newPath: newpath, flags }),
);

function readLink(process: Process, directory: number, pathname: number, buffer: number, size: number): Result {
  const call = (directory: number, name: bigint) => {
    const { address, length } = transferRange(process, buffer, size, WRITE);
    return hostCall("readlinkat", directory, name, address, length);
  };
  const length = Number(BigInt.asIntN(32, BigInt(size)));
  if (length <= 0) return -ERRNO.EINVAL;
  const isFile = directory !== AT_FDCWD;
  const bytes = isFile ? guestPath(process, pathname) : undefined;
  const isEmpty = bytes instanceof Uint8Array && bytes.length === 0;
  return process.paths.atOrEmpty(process, directory, pathname, false, isEmpty, {
    host: call,
    proc: (node) => readNode(process, node, buffer, length),
    descriptor: (file) =>
      file.node === undefined ? call(file.host, empty.address) : readNode(process, file.node, buffer, length),
  });
}

function readNode(process: Process, node: ProcNode, buffer: number, size: number): number {
  if (node.kind !== "link") return -ERRNO.EINVAL;
  const text = node.text();
  if (typeof text === "number") return text;
  const cut = text.subarray(0, size);
  return copyOut(process, buffer, cut) ? cut.length : -ERRNO.EFAULT;
}

/** readlink(2) */
export const readlink = syscall(
  "readlink",
  "full",
  { pathname: path, buf: output, bufsiz: size },
  (process, { pathname, buf, bufsiz }) => readLink(process, AT_FDCWD, pathname, buf, bufsiz),
);

/** readlinkat(2) */
export const readlinkat = syscall(
  "readlinkat",
  "full",
  { dirfd: directory, pathname: path, buf: output, bufsiz: size },
  (process, { dirfd, pathname, buf, bufsiz }) => readLink(process, dirfd, pathname, buf, bufsiz),
);
