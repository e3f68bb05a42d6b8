/**
 * Reading and writing open files without making the host wait: what would block becomes a wait of the guest.
 *
 * Regular files and directories are simply read and written. For the rest the host is asked with RWF_NOWAIT; files that
 * cannot be asked so (terminals, for one) are polled first, and written in pieces that a ready pipe takes whole
 * (PIPE_BUF, pipe(7)).
 */

import { ERRNO } from "./abi/errno.ts";
import { POLL, RWF } from "./abi/files.ts";
import { MSG } from "./abi/sockets.ts";
import { raiseBrokenPipe } from "./broken_pipe.ts";
import type { OpenFile } from "./files.ts";
import { copyRangesIn, hostVectors, type Range, rangesAfter, rangesUpTo, totalLength } from "./guest_pointers.ts";
import { hostCall } from "./host.ts";
import { hostPoll } from "./host_files.ts";
import type { Process } from "./process.ts";
import { readFromBehind } from "./job_control.ts";
import { replaceRead } from "./random_files.ts";
import { receiveMessage, sendMessage } from "./socket_transfers.ts";
import { isSignalFile, readSignals } from "./signal_files.ts";
import { isSocket } from "./socket_waits.ts";
import type { Result } from "./syscall.ts";

const PIPE_BUF = 4096;
const READY_TO_READ = POLL.POLLIN | POLL.POLLRDHUP;

/** Whether the host itself would wait. Its own streams are polled whatever their flags are now: others change them. */
function hostMayWait(file: OpenFile): boolean {
  return file.borrowed || !file.isNonBlocking;
}

/** Tries without waiting; `-EAGAIN` says that it would have to. */
function tryRead(file: OpenFile, ranges: readonly Range[], flags: number): number {
  if (file.canRefuseToWait) {
    const at = hostVectors(ranges);
    const count = hostCall("preadv2", file.host, at, ranges.length, -1, -1, RWF.RWF_NOWAIT | flags);
    if (count !== -ERRNO.EOPNOTSUPP && count !== -ERRNO.ENOSYS) return count;
    file.canRefuseToWait = false;
  }
  if (hostMayWait(file) && !file.isWriteOnly && hostPoll(file.host, READY_TO_READ) === 0) return -ERRNO.EAGAIN;
  return hostCall("readv", file.host, hostVectors(ranges), ranges.length);
}

function tryWrite(file: OpenFile, ranges: readonly Range[], flags: number): number {
  if (file.canRefuseToWait) {
    const at = hostVectors(ranges);
    const count = hostCall("pwritev2", file.host, at, ranges.length, -1, -1, RWF.RWF_NOWAIT | flags);
    if (count !== -ERRNO.EOPNOTSUPP && count !== -ERRNO.ENOSYS) return count;
    file.canRefuseToWait = false;
  }
  const mayWait = hostMayWait(file);
  if (mayWait && !file.isReadOnly && hostPoll(file.host, POLL.POLLOUT) === 0) return -ERRNO.EAGAIN;
  const piece = !mayWait ? ranges : rangesUpTo(ranges, PIPE_BUF);
  return hostCall("writev", file.host, hostVectors(piece), piece.length);
}

function readReady(file: OpenFile, ranges: readonly Range[], flags: number): number {
  if (flags !== 0) return hostCall("preadv2", file.host, hostVectors(ranges), ranges.length, -1, -1, flags);
  return ranges.length === 1
    ? hostCall("read", file.host, ranges[0].address, ranges[0].length)
    : hostCall("readv", file.host, hostVectors(ranges), ranges.length);
}

/** Reads from where the file is. */
export function readFile(process: Process, file: OpenFile, ranges: readonly Range[], flags = 0): Result {
  if (isSignalFile(file)) return readSignals(process, file, ranges);
  if (file.isAlwaysReady || totalLength(ranges) === 0) {
    return replaceRead(file, ranges, readReady(file, ranges, flags));
  }
  if (isSocket(file)) return receiveMessage(file, { ranges, flags: messageFlags(flags) });
  const held = readFromBehind(process, file, () => readFile(process, file, ranges, flags));
  if (held !== undefined) return held;
  const count = replaceRead(file, ranges, tryRead(file, ranges, flags));
  if (count !== -ERRNO.EAGAIN || flags & RWF.RWF_NOWAIT || file.isNonBlocking) return count;
  return {
    wait: { descriptors: [{ descriptor: file.host, events: READY_TO_READ }] },
    retry: () => readFile(process, file, ranges, flags),
  };
}

/** Writes to where the file is: all of it, unless the file is not to wait. */
export function writeFile(process: Process, file: OpenFile, ranges: readonly Range[], flags = 0): Result {
  if (isSignalFile(file)) return -ERRNO.EINVAL;
  if (file.node?.kind === "file") return writeNode(process, file, ranges);
  if (file.isAlwaysReady || totalLength(ranges) === 0) {
    if (flags !== 0) return hostCall("pwritev2", file.host, hostVectors(ranges), ranges.length, -1, -1, flags);
    return ranges.length === 1
      ? hostCall("write", file.host, ranges[0].address, ranges[0].length)
      : hostCall("writev", file.host, hostVectors(ranges), ranges.length);
  }
  if (isSocket(file)) return sendMessage(process, file, { ranges, flags: messageFlags(flags) });
  return writeOn(process, file, ranges, 0, flags);
}

/** Flags of preadv2(2) as those of recv(2). */
function messageFlags(flags: number): number {
  return flags & RWF.RWF_NOWAIT ? MSG.MSG_DONTWAIT : 0;
}

function writeOn(process: Process, file: OpenFile, ranges: readonly Range[], before: number, flags: number): Result {
  const total = totalLength(ranges);
  let done = before;
  while (done < total || total === 0) {
    const count = tryWrite(file, done === 0 ? ranges : rangesAfter(ranges, done), flags);
    if (count > 0) {
      done += count;
      continue;
    }
    if (count !== -ERRNO.EAGAIN || flags & RWF.RWF_NOWAIT || file.isNonBlocking) {
      if (count === -ERRNO.EPIPE) raiseBrokenPipe(process);
      return done > 0 ? done : count;
    }
    const written = done;
    return {
      wait: { descriptors: [{ descriptor: file.host, events: POLL.POLLOUT }] },
      retry: () => writeOn(process, file, ranges, written, flags),
      ...(written > 0 ? { interrupt: () => written } : {}),
    };
  }
  return done;
}

/** Most bytes that a file of the guest's `/proc` takes at once. */
const MOST_FOR_NODE = 4096;

function writeNode(process: Process, file: OpenFile, ranges: readonly Range[]): number {
  if (file.node?.kind !== "file" || file.node.write === undefined || file.isReadOnly) return -ERRNO.EBADF;
  const bytes = copyRangesIn(process, rangesUpTo(ranges, MOST_FOR_NODE));
  if (bytes === undefined) return -ERRNO.EFAULT;
  const status = file.node.write(bytes);
  return status < 0 ? status : totalLength(ranges);
}
