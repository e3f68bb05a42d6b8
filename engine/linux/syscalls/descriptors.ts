/** Rows about descriptors: close(2), close_range(2), dup(2), fcntl(2), pipe(2), eventfd(2), memfd_create(2). */

import { ERRNO } from "../abi/errno.ts";
import { CLOSE_RANGE, DESCRIPTOR_FLAGS, EVENT_FLAGS, FCNTL, MEMFD, OPEN_FLAGS, PIPE_FLAGS } from "../abi/files.ts";
import { withFile } from "../file_calls.ts";
import type { OpenFile } from "../files.ts";
import { copyOut, guestPath, writable } from "../guest_pointers.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { descriptorName } from "../host_files.ts";
import { address, choice, fd, flags, int, optional, path, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { recordLock } from "./record_locking.ts";
import { type Result, syscall } from "../syscall.ts";

const { O_CLOEXEC, O_ASYNC } = OPEN_FLAGS;
/** How often a lock that another process holds is tried for. */
const RETRY_MILLISECONDS = 10;
const FLOCK_BYTES = 32;
const F_RDLCK_TO_UNLCK = 2;
const pair = new HostBuffer(8);
const name = new HostBuffer(4097);

/** close(2) */
export const close = syscall("close", "full", { fd }, (process, { fd }) => process.files.close(fd));

/** close_range(2) */
export const close_range = syscall(
  "close_range",
  "full",
  { first: unsigned, last: unsigned, flags: flags(CLOSE_RANGE) },
  (process, { first, last, flags }) => {
    const known = CLOSE_RANGE.CLOSE_RANGE_CLOEXEC | CLOSE_RANGE.CLOSE_RANGE_UNSHARE;
    if (flags & ~known || first > last) return -ERRNO.EINVAL;
    for (const descriptor of process.files.descriptors()) {
      if (descriptor < first || descriptor > last) continue;
      if (flags & CLOSE_RANGE.CLOSE_RANGE_CLOEXEC) process.files.setCloseOnExec(descriptor, true);
      else process.files.close(descriptor);
    }
    return 0;
  },
);

/** dup(2) */
export const dup = syscall("dup", "full", { oldfd: fd }, (process, { oldfd }) => process.files.duplicate(oldfd, false));

/** dup2(2) */
export const dup2 = syscall(
  "dup2",
  "full",
  { oldfd: fd, newfd: fd },
  (process, { oldfd, newfd }) => {
    if (oldfd === newfd) return process.files.get(oldfd) === undefined ? -ERRNO.EBADF : newfd;
    return process.files.duplicateTo(oldfd, newfd, false);
  },
);

/** dup3(2) */
export const dup3 = syscall(
  "dup3",
  "full",
  { oldfd: fd, newfd: fd, flags: flags({ O_CLOEXEC }) },
  (process, { oldfd, newfd, flags }) =>
    oldfd === newfd || flags & ~O_CLOEXEC
      ? -ERRNO.EINVAL
      : process.files.duplicateTo(oldfd, newfd, (flags & O_CLOEXEC) !== 0),
);

type Control = (process: Process, file: OpenFile, fd: number, argument: bigint) => Result;

function duplicateFrom(closeOnExec: boolean): Control {
  return (process, _, fd, argument) => {
    const lowest = Number(BigInt.asIntN(32, argument));
    if (lowest < 0 || lowest >= process.files.limit) return -ERRNO.EINVAL;
    return process.files.duplicate(fd, closeOnExec, lowest);
  };
}

/** A command whose argument is a number. */
function plain(command: number): Control {
  return (_, file, __, argument) => hostCall("fcntl", file.host, command, argument);
}

/** A command about a lock of the open file, whose argument is a `struct flock`; one that waits is tried again. */
function fileLock(command: number, waits = false): Control {
  return function attempt(process, file, fd, argument): Result {
    const at = writable(process, Number(argument), FLOCK_BYTES);
    const status = hostCall("fcntl", file.host, command, at);
    if (!waits || status !== -ERRNO.EAGAIN && status !== -ERRNO.EACCES) return status;
    return {
      wait: { again: RETRY_MILLISECONDS },
      retry: () => attempt(process, file, fd, argument),
    };
  };
}

/** The same for a lock of the process. */
function processLock(command: number): Control {
  return (process, file, _, argument) => recordLock(command, process, file, Number(argument));
}

const CONTROLS: Readonly<Record<number, Control>> = {
  [FCNTL.F_DUPFD]: duplicateFrom(false),
  [FCNTL.F_DUPFD_CLOEXEC]: duplicateFrom(true),
  [FCNTL.F_GETFD]: (process, _, fd) => process.files.closeOnExec(fd) ? DESCRIPTOR_FLAGS.FD_CLOEXEC : 0,
  [FCNTL.F_SETFD]: (process, _, fd, argument) => {
    process.files.setCloseOnExec(fd, (argument & BigInt(DESCRIPTOR_FLAGS.FD_CLOEXEC)) !== 0n);
    return 0;
  },
  [FCNTL.F_GETFL]: (_, file) => file.flags,
  // O_ASYNC would send signals to the host process.
  [FCNTL.F_SETFL]: (_, file, __, argument) => file.setFlags(Number(BigInt.asIntN(32, argument)) & ~O_ASYNC),
  [FCNTL.F_GETLK]: processLock(FCNTL.F_GETLK),
  [FCNTL.F_SETLK]: processLock(FCNTL.F_SETLK),
  [FCNTL.F_SETLKW]: processLock(FCNTL.F_SETLKW),
  [FCNTL.F_OFD_GETLK]: fileLock(FCNTL.F_OFD_GETLK),
  [FCNTL.F_OFD_SETLK]: fileLock(FCNTL.F_OFD_SETLK),
  [FCNTL.F_OFD_SETLKW]: fileLock(FCNTL.F_OFD_SETLK, true),
  [FCNTL.F_SETOWN]: () => 0,
  [FCNTL.F_GETOWN]: () => 0,
  [FCNTL.F_SETSIG]: () => 0,
  [FCNTL.F_GETSIG]: () => 0,
  [FCNTL.F_GETLEASE]: () => F_RDLCK_TO_UNLCK,
  [FCNTL.F_SETPIPE_SZ]: plain(FCNTL.F_SETPIPE_SZ),
  [FCNTL.F_GETPIPE_SZ]: plain(FCNTL.F_GETPIPE_SZ),
  [FCNTL.F_ADD_SEALS]: plain(FCNTL.F_ADD_SEALS),
  [FCNTL.F_GET_SEALS]: plain(FCNTL.F_GET_SEALS),
};

/** fcntl(2) */
export const fcntl = syscall(
  "fcntl",
  "partial",
  { fd, cmd: choice(FCNTL), arg: optional },
  (process, { fd, cmd, arg }) =>
    withFile(process, fd, (file) => CONTROLS[cmd]?.(process, file, fd, arg) ?? -ERRNO.EINVAL),
  "No leases, no SIGIO, no F_NOTIFY; deadlocks of locks are not found",
);

/** Gives two host descriptors numbers, and tells the guest. */
export function tellPair(process: Process, at: number, hosts: readonly number[], closeOnExec: boolean): number {
  const numbers = hosts.map((host) => {
    const description = () => new TextDecoder().decode(descriptorName(host));
    return process.files.add(host, description, closeOnExec);
  });
  if (copyOut(process, at, new Uint8Array(Int32Array.from(numbers).buffer))) return 0;
  for (const number of numbers) process.files.close(number);
  return -ERRNO.EFAULT;
}

function makePipe(process: Process, at: number, flags: number): number {
  if (!process.files.hasRoom(2)) return -ERRNO.EMFILE;
  const status = hostCall("pipe2", pair.address, flags | O_CLOEXEC);
  if (status < 0) return status;
  return tellPair(process, at, [0, 4].map((offset) => pair.view.getInt32(offset, true)), (flags & O_CLOEXEC) !== 0);
}

/** pipe(2) */
export const pipe = syscall("pipe", "full", { pipefd: address }, (process, { pipefd }) => makePipe(process, pipefd, 0));

/** pipe2(2) */
export const pipe2 = syscall(
  "pipe2",
  "full",
  { pipefd: address, flags: flags(PIPE_FLAGS) },
  (process, { pipefd, flags }) => makePipe(process, pipefd, flags),
);

/** Adds what a call made, under the flags of the call. */
function addMade(process: Process, host: number, description: string, closeOnExec: boolean): number {
  return host < 0 ? host : process.files.add(host, description, closeOnExec);
}

const [EFD_CLOEXEC, MFD_CLOEXEC] = [EVENT_FLAGS.EFD_CLOEXEC, MEMFD.MFD_CLOEXEC];

/** eventfd(2) */
export const eventfd = syscall(
  "eventfd",
  "full",
  { initval: unsigned },
  (process, { initval }) => addMade(process, hostCall("eventfd2", initval, EFD_CLOEXEC), "anon_inode:[eventfd]", false),
);

/** eventfd2(2) */
export const eventfd2 = syscall(
  "eventfd2",
  "full",
  { initval: unsigned, flags: flags(EVENT_FLAGS) },
  (process, { initval, flags }) => {
    const host = hostCall("eventfd2", initval, flags | EFD_CLOEXEC);
    return addMade(process, host, "anon_inode:[eventfd]", (flags & EFD_CLOEXEC) !== 0);
  },
);

/** memfd_create(2) */
export const memfd_create = syscall(
  "memfd_create",
  "full",
  { name: path, flags: flags(MEMFD) },
  (process, { name: at, flags }) => {
    const bytes = guestPath(process, at);
    if (typeof bytes === "number") return bytes;
    const host = hostCall("memfd_create", name.setString(bytes), flags | MFD_CLOEXEC);
    const description = `/memfd:${new TextDecoder().decode(bytes)} (deleted)`;
    return addMade(process, host, description, (flags & MFD_CLOEXEC) !== 0);
  },
);

/** umask(2) */
export const umask = syscall("umask", "full", { mask: int }, (process, { mask }) => {
  const before = process.umask;
  process.umask = mask & 0o777;
  return before;
});
