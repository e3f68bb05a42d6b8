/** Rows that change what is known of files: chmod(2), chown(2), utimensat(2) and its like. */

import { ERRNO } from "../abi/errno.ts";
import { AT_FDCWD, AT_FLAGS } from "../abi/files.ts";
import { withFile } from "../file_calls.ts";
import { copyIn, readableOrNull } from "../guest_pointers.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { deniesChange } from "../path_access.ts";
import type { OpenFile } from "../files.ts";
import { address, directory, fd, flags, int, mode, path } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";

const { AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH } = AT_FLAGS;
const TIMES_BYTES = 32;
const empty = new HostBuffer(1);
const times = new HostBuffer(TIMES_BYTES);

/** The errno with which an open file refuses a change; procfs refuses any. */
function refuses(process: Process, file: OpenFile): number | undefined {
  return file.node ? -ERRNO.EPERM : deniesChange(process, file);
}

function changeMode(process: Process, directory: number, pathname: number, mode: number, flags: number): Result {
  const follow = !(flags & AT_SYMLINK_NOFOLLOW);
  return process.paths.atOrEmpty(process, directory, pathname, follow, (flags & AT_EMPTY_PATH) !== 0, {
    access: "change",
    host: (directory, name) =>
      flags === 0
        ? hostCall("fchmodat", directory, name, mode)
        : hostCall("fchmodat2", directory, name, mode, flags & ~AT_EMPTY_PATH),
    descriptor: (file) => refuses(process, file) ?? hostCall("fchmodat2", file.host, empty.address, mode, flags),
  });
}

/** chmod(2) */
export const chmod = syscall(
  "chmod",
  "full",
  { pathname: path, mode },
  (process, { pathname, mode }) => changeMode(process, AT_FDCWD, pathname, mode, 0),
);

/** fchmod(2) */
export const fchmod = syscall(
  "fchmod",
  "full",
  { fd, mode },
  (process, { fd, mode }) =>
    withFile(process, fd, (file) => refuses(process, file) ?? hostCall("fchmod", file.host, mode)),
);

/** fchmodat(2), which has no flags as a system call. */
export const fchmodat = syscall(
  "fchmodat",
  "full",
  { dirfd: directory, pathname: path, mode },
  (process, { dirfd, pathname, mode }) => changeMode(process, dirfd, pathname, mode, 0),
);

/** fchmodat2(2) */
export const fchmodat2 = syscall(
  "fchmodat2",
  "full",
  { dirfd: directory, pathname: path, mode, flags: flags(AT_FLAGS) },
  (process, { dirfd, pathname, mode, flags }) => changeMode(process, dirfd, pathname, mode, flags),
);

interface Owners {
  readonly owner: number;
  readonly group: number;
}

function changeOwner(process: Process, directory: number, pathname: number, ids: Owners, flags: number): Result {
  const follow = !(flags & AT_SYMLINK_NOFOLLOW);
  return process.paths.atOrEmpty(process, directory, pathname, follow, (flags & AT_EMPTY_PATH) !== 0, {
    access: "change",
    host: (directory, name) => hostCall("fchownat", directory, name, ids.owner, ids.group, flags & ~AT_EMPTY_PATH),
    descriptor: (file) =>
      refuses(process, file) ?? hostCall("fchownat", file.host, empty.address, ids.owner, ids.group, flags),
  });
}

const ids = { owner: int, group: int };

/** chown(2) */
export const chown = syscall(
  "chown",
  "full",
  { pathname: path, ...ids },
  (process, values) => changeOwner(process, AT_FDCWD, values.pathname, values, 0),
);

/** lchown(2) */
export const lchown = syscall(
  "lchown",
  "full",
  { pathname: path, ...ids },
  (process, values) => changeOwner(process, AT_FDCWD, values.pathname, values, AT_SYMLINK_NOFOLLOW),
);

/** fchown(2) */
export const fchown = syscall(
  "fchown",
  "full",
  { fd, ...ids },
  (process, { fd, owner, group }) =>
    withFile(process, fd, (file) => refuses(process, file) ?? hostCall("fchown", file.host, owner, group)),
);

/** fchownat(2) */
export const fchownat = syscall(
  "fchownat",
  "full",
  { dirfd: directory, pathname: path, ...ids, flags: flags(AT_FLAGS) },
  (process, values) => changeOwner(process, values.dirfd, values.pathname, values, values.flags),
);

/** @param timesAt Host address of two `struct timespec`, or 0 for now. */
function setTimes(process: Process, directory: number, pathname: number, timesAt: bigint, flags: number): Result {
  if (pathname === 0) {
    return withFile(
      process,
      directory,
      (file) => refuses(process, file) ?? hostCall("utimensat", file.host, 0, timesAt, flags),
    );
  }
  const follow = !(flags & AT_SYMLINK_NOFOLLOW);
  return process.paths.atOrEmpty(process, directory, pathname, follow, (flags & AT_EMPTY_PATH) !== 0, {
    access: "change",
    host: (directory, name) => hostCall("utimensat", directory, name, timesAt, flags & ~AT_EMPTY_PATH),
    descriptor: (file) => refuses(process, file) ?? hostCall("utimensat", file.host, empty.address, timesAt, flags),
  });
}

/** utimensat(2) */
export const utimensat = syscall(
  "utimensat",
  "full",
  { dirfd: directory, pathname: path, times: address, flags: flags(AT_FLAGS) },
  (process, { dirfd, pathname, times, flags }) =>
    setTimes(process, dirfd, pathname, readableOrNull(process, times, TIMES_BYTES), flags),
);

/** Turns times of the older calls into `struct timespec`. @returns Their host address, 0 for now, or an errno. */
function olderTimes(process: Process, at: number, bytes: number, nanoseconds: number): bigint | number {
  if (at === 0) return 0n;
  const given = copyIn(process, at, bytes);
  if (given === undefined) return -ERRNO.EFAULT;
  const view = new DataView(given.buffer);
  for (const index of [0, 1]) {
    const seconds = nanoseconds === 0 ? view.getBigInt64(index * 8, true) : view.getBigInt64(index * 16, true);
    const micro = nanoseconds === 0 ? 0n : view.getBigInt64(index * 16 + 8, true);
    if (micro < 0n || micro >= 1_000_000n) return -ERRNO.EINVAL;
    times.view.setBigInt64(index * 16, seconds, true);
    times.view.setBigInt64(index * 16 + 8, micro * BigInt(nanoseconds), true);
  }
  return times.address;
}

/** utime(2) */
export const utime = syscall("utime", "full", { filename: path, times: address }, (process, { filename, times }) => {
  const at = olderTimes(process, times, 16, 0);
  return typeof at === "number" ? at : setTimes(process, AT_FDCWD, filename, at, 0);
});

/** utimes(2) */
export const utimes = syscall("utimes", "full", { filename: path, times: address }, (process, { filename, times }) => {
  const at = olderTimes(process, times, TIMES_BYTES, 1000);
  return typeof at === "number" ? at : setTimes(process, AT_FDCWD, filename, at, 0);
});

/** futimesat(2) */
export const futimesat = syscall(
  "futimesat",
  "full",
  { dirfd: directory, pathname: path, times: address },
  (process, { dirfd, pathname, times }) => {
    const at = olderTimes(process, times, TIMES_BYTES, 1000);
    return typeof at === "number" ? at : setTimes(process, dirfd, pathname, at, 0);
  },
);
