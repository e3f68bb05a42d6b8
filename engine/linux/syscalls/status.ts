/** Rows that tell of files: stat(2) and its like, statx(2), statfs(2), access(2). */

import { ERRNO } from "../abi/errno.ts";
import { ACCESS, ACCESS_FLAGS, AT_FDCWD, AT_FLAGS, STAT, STATFS_BYTES, STATX, STATX_MASK } from "../abi/files.ts";
import { withFile, withWholePath } from "../file_calls.ts";
import { writable } from "../guest_pointers.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { address, directory, fd, flags, path } from "../parameters.ts";
import { wouldWrite } from "../path_access.ts";
import { describeNode, type ProcNode } from "../proc/node.ts";
import { hostProc, hostProcName } from "../proc/host_entry.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";

const { AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH } = AT_FLAGS;
const empty = new HostBuffer(1);

/** What to ask for, and how. */
interface Question {
  readonly record: "stat" | "statx";
  /** Guest address of the record. */
  readonly to: number;
  readonly directory: number;
  readonly path: number;
  readonly flags: number;
  readonly mask: number;
}

function ask(process: Process, { record, to, mask }: Question, directory: number, name: bigint, flags: number): number {
  return record === "stat"
    ? hostCall("newfstatat", directory, name, writable(process, to, STAT.BYTES), flags)
    : hostCall("statx", directory, name, flags, mask, writable(process, to, STATX.BYTES));
}

function askNode(process: Process, question: Question, node: ProcNode): number {
  if (node.kind === "host") {
    return ask(
      process,
      question,
      hostProc(),
      hostProcName(node),
      question.flags & ~AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW,
    );
  }
  const bytes = question.record === "stat" ? STAT.BYTES : STATX.BYTES;
  return describeNode(
    node,
    question.record,
    () => ask(process, question, hostProc(), empty.address, question.flags | AT_EMPTY_PATH),
    () => {
      const { buffer, byteOffset } = process.memory.uncheckedView(question.to, bytes);
      return new DataView(buffer, byteOffset, bytes);
    },
  );
}

function describe(process: Process, question: Question): Result {
  const { flags } = question;
  return process.paths.atOrEmpty(
    process,
    question.directory,
    question.path,
    !(flags & AT_SYMLINK_NOFOLLOW),
    (flags & AT_EMPTY_PATH) !== 0,
    {
      host: (directory, name) => ask(process, question, directory, name, flags & ~AT_EMPTY_PATH),
      proc: (node) => askNode(process, question, node),
      descriptor: (file) =>
        file.node === undefined
          ? ask(process, question, file.host, empty.address, flags)
          : askNode(process, question, file.node),
    },
  );
}

function stat(name: "stat" | "lstat", flags: number) {
  return syscall(
    name,
    "full",
    { pathname: path, statbuf: address },
    (process, { pathname, statbuf }) =>
      describe(process, { record: "stat", to: statbuf, directory: AT_FDCWD, path: pathname, flags, mask: 0 }),
  );
}

/** stat(2) */
export const stat_ = stat("stat", 0);
/** lstat(2) */
export const lstat = stat("lstat", AT_SYMLINK_NOFOLLOW);

/** fstat(2) */
export const fstat = syscall(
  "fstat",
  "full",
  { fd, statbuf: address },
  (process, { fd, statbuf }) =>
    withFile(process, fd, (file) => {
      const call = () => hostCall("fstat", file.host, writable(process, statbuf, STAT.BYTES));
      if (file.node === undefined) return call();
      const question = { record: "stat", to: statbuf, directory: fd, path: 0, flags: AT_EMPTY_PATH, mask: 0 } as const;
      return askNode(process, question, file.node);
    }),
);

/** newfstatat(2) */
export const newfstatat = syscall(
  "newfstatat",
  "full",
  { dirfd: directory, pathname: path, statbuf: address, flags: flags(AT_FLAGS) },
  (process, { dirfd, pathname, statbuf, flags }) =>
    describe(process, { record: "stat", to: statbuf, directory: dirfd, path: pathname, flags, mask: 0 }),
);

/** statx(2) */
export const statx = syscall(
  "statx",
  "full",
  { dirfd: directory, pathname: path, flags: flags(AT_FLAGS), mask: flags(STATX_MASK), statxbuf: address },
  (process, { dirfd, pathname, flags, mask, statxbuf }) =>
    describe(process, { record: "statx", to: statxbuf, directory: dirfd, path: pathname, flags, mask }),
);

/** statfs(2) */
export const statfs = syscall(
  "statfs",
  "full",
  { pathname: path, buf: address },
  (process, { pathname, buf }) =>
    process.paths.at(process, AT_FDCWD, pathname, true, {
      host: (directory, name) =>
        withWholePath(
          directory,
          name,
          true,
          (_, descriptor) => hostCall("fstatfs", descriptor, writable(process, buf, STATFS_BYTES)),
        ),
      proc: () => hostCall("fstatfs", hostProc(), writable(process, buf, STATFS_BYTES)),
    }),
);

/** fstatfs(2) */
export const fstatfs = syscall(
  "fstatfs",
  "full",
  { fd, buf: address },
  (process, { fd, buf }) =>
    withFile(process, fd, (file) => {
      const host = file.node === undefined ? file.host : hostProc();
      return hostCall("fstatfs", host, writable(process, buf, STATFS_BYTES));
    }),
);

function mayAccess(process: Process, directory: number, pathname: number, mode: number, flags: number): Result {
  const { AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH } = ACCESS_FLAGS;
  const call = (directory: number, name: bigint, flags: number) =>
    flags === 0 ? hostCall("faccessat", directory, name, mode) : hostCall("faccessat2", directory, name, mode, flags);
  const follow = !(flags & AT_SYMLINK_NOFOLLOW);
  return process.paths.atOrEmpty(process, directory, pathname, follow, (flags & AT_EMPTY_PATH) !== 0, {
    host: (directory, name) => {
      const result = call(directory, name, flags & ~AT_EMPTY_PATH);
      return result === 0 && mode & ACCESS.W_OK && !wouldWrite(process, directory, name) ? -ERRNO.EACCES : result;
    },
    proc: (node) => nodeAccess(node, mode),
    descriptor: (file) => file.node === undefined ? call(file.host, empty.address, flags) : nodeAccess(file.node, mode),
  });
}

function nodeAccess(node: ProcNode, mode: number): number {
  if (node.kind === "host") return hostCall("faccessat", hostProc(), hostProcName(node), mode);
  const wanted = [ACCESS.R_OK, ACCESS.W_OK, ACCESS.X_OK].filter((bit) => mode & bit);
  const allowed: Readonly<Record<number, number>> = {
    [ACCESS.R_OK]: 0o400,
    [ACCESS.W_OK]: 0o200,
    [ACCESS.X_OK]: 0o100,
  };
  return wanted.every((bit) => node.permissions & allowed[bit]) ? 0 : -ERRNO.EACCES;
}

/** access(2) */
export const access = syscall(
  "access",
  "full",
  { pathname: path, mode: flags(ACCESS) },
  (process, { pathname, mode }) => mayAccess(process, AT_FDCWD, pathname, mode, 0),
);

/** faccessat(2), which has no flags as a system call. */
export const faccessat = syscall(
  "faccessat",
  "full",
  { dirfd: directory, pathname: path, mode: flags(ACCESS) },
  (process, { dirfd, pathname, mode }) => mayAccess(process, dirfd, pathname, mode, 0),
);

/** faccessat2(2) */
export const faccessat2 = syscall(
  "faccessat2",
  "full",
  { dirfd: directory, pathname: path, mode: flags(ACCESS), flags: flags(ACCESS_FLAGS) },
  (process, { dirfd, pathname, mode, flags }) => mayAccess(process, dirfd, pathname, mode, flags),
);
