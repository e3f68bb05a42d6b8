/** Rows that open files: open(2), openat(2), openat2(2), creat(2). */

import { ERRNO } from "../abi/errno.ts";
import { ACCESS_MODE, AT_FDCWD, FILE_TYPE, OPEN_FLAGS, STAT } from "../abi/files.ts";
import { underUmask } from "../file_calls.ts";
import { OpenFile } from "../files.ts";
import { copyIn } from "../guest_pointers.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { descriptorName, isType, memoryFile } from "../host_files.ts";
import { address, directory, mode, openFlags, openMode, path, size } from "../parameters.ts";
import type { Access } from "../path_access.ts";
import { openStandIn, type ProcNode } from "../proc/node.ts";
import { hostProc, hostProcName } from "../proc/host_entry.ts";
import type { Process } from "../process.ts";
import { seedRandomFile } from "../random_files.ts";
import { type Result, syscall } from "../syscall.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_CLOEXEC, O_PATH, O_DIRECTORY, O_TMPFILE, O_TRUNC } = OPEN_FLAGS;
/** How often opening a FIFO for writing is tried while nobody reads it. */
const RETRY_MILLISECONDS = 10;
const OPEN_HOW_BYTES = 24;
const decoder = new TextDecoder();
const status = new HostBuffer(STAT.BYTES);
const how = new HostBuffer(OPEN_HOW_BYTES);

interface Opening {
  readonly directory: number;
  readonly path: number;
  readonly flags: number;
  readonly mode: number;
  /** Flags of openat2(2). */
  readonly resolve: bigint;
}

function open(process: Process, opening: Opening): Result {
  const { flags } = opening;
  if (!process.files.hasRoom()) return -ERRNO.EMFILE;
  const creates = (flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL);
  const follow = !(flags & O_NOFOLLOW) && !creates;
  return process.paths.at(process, opening.directory, opening.path, follow, {
    access: accessOf(flags),
    host: (directory, name) => openHost(process, opening, directory, name),
    proc: (node) => openNode(process, node, flags),
  });
}

function accessOf(flags: number): Access {
  if (flags & O_PATH) return "read";
  if ((flags & O_TMPFILE) === O_TMPFILE) return "write";
  if (flags & O_CREAT) return flags & O_EXCL ? "make" : "create";
  return (flags & ACCESS_MODE.MASK) === ACCESS_MODE.O_RDONLY && !(flags & O_TRUNC) ? "read" : "write";
}

function openHost(process: Process, opening: Opening, directory: number, name: bigint): Result {
  const { flags, mode, resolve } = opening;
  if (!(flags & (O_NONBLOCK | O_PATH)) && isFifo(directory, name)) return openFifo(process, opening, directory, name);
  const call = () => hostOpen(directory, name, flags, mode, resolve);
  const makes = flags & O_CREAT || (flags & O_TMPFILE) === O_TMPFILE;
  const host = makes ? underUmask(process, call) : call();
  return host < 0 ? host : place(process, host, flags);
}

function hostOpen(directory: number, name: bigint, flags: number, mode: number, resolve: bigint): number {
  if (resolve === 0n) return hostCall("openat", directory, name, flags | O_CLOEXEC, mode);
  how.view.setBigUint64(0, BigInt((flags | O_CLOEXEC) >>> 0), true);
  how.view.setBigUint64(8, BigInt(mode), true);
  how.view.setBigUint64(16, resolve, true);
  return hostCall("openat2", directory, name, how.address, OPEN_HOW_BYTES);
}

function place(process: Process, host: number, flags: number, node?: ProcNode): number {
  const { paths } = process;
  const path = node?.path ?? (() => decoder.decode(paths.toGuest(descriptorName(host))));
  const file = new OpenFile(host, path, node === undefined ? {} : { node });
  seedRandomFile(file, process.world.random);
  return process.files.addFile(file, (flags & O_CLOEXEC) !== 0);
}

function isFifo(directory: number, name: bigint): boolean {
  return hostCall("newfstatat", directory, name, status.address, 0) === 0 &&
    isType(status.view.getUint32(STAT.MODE, true), FILE_TYPE.FIFO);
}

/**
 * Opens a FIFO without making the host wait for its other end. A writer waits for a reader as fifo(7) says; a reader
 * goes on, and waits for a writer when it reads.
 */
function openFifo(process: Process, opening: Opening, directory: number, name: bigint): Result {
  const { flags, mode } = opening;
  const host = hostOpen(directory, name, flags | O_NONBLOCK, mode, opening.resolve);
  if (host === -ERRNO.ENXIO && (flags & ACCESS_MODE.MASK) === ACCESS_MODE.O_WRONLY) {
    return {
      wait: { again: RETRY_MILLISECONDS },
      retry: () => open(process, opening),
    };
  }
  if (host < 0) return host;
  hostCall("fcntl", host, 4, hostCall("fcntl", host, 3, 0) & ~O_NONBLOCK);
  const descriptor = place(process, host, flags);
  const file = process.files.get(descriptor);
  // Asked not to wait, the host takes a FIFO that nobody has written yet for one at its end; poll(2) knows better.
  if (file !== undefined) file.canRefuseToWait = false;
  return descriptor;
}

function openNode(process: Process, node: ProcNode, flags: number): Result {
  if ((flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL)) return -ERRNO.EEXIST;
  const writes = (flags & ACCESS_MODE.MASK) !== ACCESS_MODE.O_RDONLY && !(flags & O_PATH);
  if (node.kind === "link") return -ERRNO.ELOOP;
  if (node.kind === "directory") {
    if (writes || flags & O_CREAT) return -ERRNO.EISDIR;
    const host = openStandIn(hostProc(), flags & O_PATH);
    return host < 0 ? host : place(process, host, flags, node);
  }
  if (flags & O_DIRECTORY) return -ERRNO.ENOTDIR;
  if (node.kind === "host") {
    if (writes) return -ERRNO.EACCES;
    const host = hostCall("openat", hostProc(), hostProcName(node), flags | O_CLOEXEC | O_NOFOLLOW, 0);
    return host < 0 ? host : place(process, host, flags);
  }
  if (writes && node.write === undefined) return -ERRNO.EACCES;
  const contents = node.contents();
  if (typeof contents === "number") return contents;
  const host = memoryFile(node.path, contents, flags & ACCESS_MODE.MASK);
  return host < 0 ? host : place(process, host, flags, node);
}

/** open(2) */
export const open_ = syscall(
  "open",
  "full",
  { pathname: path, flags: openFlags, mode: openMode(1) },
  (process, { pathname, flags, mode }) =>
    open(process, { directory: AT_FDCWD, path: pathname, flags, mode, resolve: 0n }),
);

/** openat(2) */
export const openat = syscall(
  "openat",
  "full",
  { dirfd: directory, pathname: path, flags: openFlags, mode: openMode(2) },
  (process, { dirfd, pathname, flags, mode }) =>
    open(process, { directory: dirfd, path: pathname, flags, mode, resolve: 0n }),
);

/** openat2(2) */
export const openat2 = syscall(
  "openat2",
  "partial",
  { dirfd: directory, pathname: path, how: address, size },
  (process, { dirfd, pathname, how, size }) => {
    if (size < OPEN_HOW_BYTES) return -ERRNO.EINVAL;
    const bytes = copyIn(process, how, Math.min(size, 4096));
    if (bytes === undefined) return -ERRNO.EFAULT;
    if (bytes.subarray(OPEN_HOW_BYTES).some((byte) => byte !== 0)) return -ERRNO.E2BIG;
    const view = new DataView(bytes.buffer);
    const [flags, mode, resolve] = [0, 8, 16].map((at) => view.getBigUint64(at, true));
    if (flags > 0x7fff_ffffn || mode > 0o7777n) return -ERRNO.EINVAL;
    return open(process, { directory: dirfd, path: pathname, flags: Number(flags), mode: Number(mode), resolve });
  },
  "Limits on resolution hold from where a path leaves the guest's /proc or system root",
);

/** creat(2) */
export const creat = syscall(
  "creat",
  "full",
  { pathname: path, mode },
  (process, { pathname, mode }) =>
    open(process, {
      directory: AT_FDCWD,
      path: pathname,
      flags: O_CREAT | ACCESS_MODE.O_WRONLY | OPEN_FLAGS.O_TRUNC,
      mode,
      resolve: 0n,
    }),
);
