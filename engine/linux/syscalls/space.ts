/** Rows about what files hold on disk: fsync(2), ftruncate(2), fallocate(2), posix_fadvise(2), flock(2). */

import { ERRNO } from "../abi/errno.ts";
import { AT_FDCWD, FADVISE, FALLOCATE, LOCK } from "../abi/files.ts";
import { withFile, withWholePath } from "../file_calls.ts";
import { hostCall } from "../host.ts";
import { bits, choice, fd, flags, long, path, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";

/** How often a lock that another process holds is tried for. */
const RETRY_MILLISECONDS = 10;

const descriptorOnly = (name: "fsync" | "fdatasync" | "syncfs") =>
  syscall(name, "full", { fd }, (process, { fd }) => hostCall(name, process.files.host(fd)));

/** fsync(2) */
export const fsync = descriptorOnly("fsync");
/** fdatasync(2) */
export const fdatasync = descriptorOnly("fdatasync");
/** syncfs(2) */
export const syncfs = descriptorOnly("syncfs");
/** sync(2) */
export const sync = syscall("sync", "full", {}, () => hostCall("sync"));

/** sync_file_range(2) */
export const sync_file_range = syscall(
  "sync_file_range",
  "full",
  { fd, offset: long, nbytes: long, flags: bits },
  (process, { fd, offset, nbytes, flags }) =>
    hostCall("sync_file_range", process.files.host(fd), offset, nbytes, flags),
);

/** truncate(2) */
export const truncate = syscall(
  "truncate",
  "full",
  { path, length: long },
  (process, { path, length }) =>
    process.paths.at(process, AT_FDCWD, path, true, {
      access: "write",
      host: (directory, name) => withWholePath(directory, name, true, (path) => hostCall("truncate", path, length)),
    }),
);

/** ftruncate(2) */
export const ftruncate = syscall(
  "ftruncate",
  "full",
  { fd, length: long },
  (process, { fd, length }) => hostCall("ftruncate", process.files.host(fd), length),
);

/** fallocate(2) */
export const fallocate = syscall(
  "fallocate",
  "full",
  { fd, mode: flags(FALLOCATE), offset: long, len: long },
  (process, { fd, mode, offset, len }) => hostCall("fallocate", process.files.host(fd), mode, offset, len),
);

/** posix_fadvise(2) */
export const fadvise64 = syscall(
  "fadvise64",
  "full",
  { fd, offset: long, len: long, advice: choice(FADVISE) },
  (process, { fd, offset, len, advice }) => hostCall("fadvise64", process.files.host(fd), offset, len, advice),
);

/** readahead(2) */
export const readahead = syscall(
  "readahead",
  "full",
  { fd, offset: long, count: size },
  (process, { fd, offset, count }) => hostCall("readahead", process.files.host(fd), offset, count),
);

function lock(process: Process, fd: number, operation: number): Result {
  return withFile(process, fd, (file) => {
    const status = hostCall("flock", file.host, operation | LOCK.LOCK_NB);
    if (status !== -ERRNO.EAGAIN || operation & LOCK.LOCK_NB) return status;
    return {
      wait: { again: RETRY_MILLISECONDS },
      retry: () => lock(process, fd, operation),
    };
  });
}

/** flock(2) */
export const flock = syscall(
  "flock",
  "full",
  { fd, operation: flags(LOCK) },
  (process, { fd, operation }) => lock(process, fd, operation),
);
