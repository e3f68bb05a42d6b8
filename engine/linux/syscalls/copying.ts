/**
 * Rows that copy between files without passing through the guest: sendfile(2), copy_file_range(2), splice(2), tee(2),
 * vmsplice(2).
 */

import { ERRNO } from "../abi/errno.ts";
import { FILE_TYPE, POLL, SPLICE } from "../abi/files.ts";
import { raiseBrokenPipe } from "../broken_pipe.ts";
import { withFile } from "../file_calls.ts";
import type { OpenFile } from "../files.ts";
import { hostVectors, transferRanges, writableOrNull } from "../guest_pointers.ts";
import { HostBuffer, hostCall, hostCall64 } from "../host.ts";
import { hostPoll, isType } from "../host_files.ts";
import { address, bits, fd, flags, ioVectors, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { isNetlink } from "../netlink.ts";
import { isSocket, withoutWaiting } from "../socket_waits.ts";
import { type Result, syscall } from "../syscall.ts";
import { writeFile } from "../transfers.ts";

const MOST_AT_ONCE = 0x7ffff000;
const CHUNK = 65536;
const chunk = new HostBuffer(CHUNK);

/** sendfile(2) */
export const sendfile = syscall(
  "sendfile",
  "full",
  { out_fd: fd, in_fd: fd, offset: address, count: size },
  (process, { out_fd, in_fd, offset, count }) =>
    withFile(process, in_fd, (from) =>
      withFile(process, out_fd, (to) => {
        const length = Math.min(count, MOST_AT_ONCE);
        if (!to.isAlwaysReady || to.node !== undefined) return send(process, to, from, offset, length);
        return hostCall("sendfile", to.host, from.host, writableOrNull(process, offset, 8), length);
      })),
);

/** Sends to a file that may have to wait, a chunk at a time. */
function send(process: Process, to: OpenFile, from: OpenFile, offset: number, length: number): Result {
  if (!from.isAlwaysReady) return -ERRNO.EINVAL;
  if (to.isReadOnly) return -ERRNO.EBADF;
  if (offset !== 0 && !process.memory.allows(offset, 8, 3)) return -ERRNO.EFAULT;
  const start = offset === 0 ? hostCall64("lseek", from.host, 0, 1) : process.memory.i64(offset);
  if (start < 0n) return offset === 0 ? start : -ERRNO.EINVAL;
  let at = start;
  function finish(result: number): number {
    const sent = Number(at - start);
    if (offset === 0) hostCall64("lseek", from.host, at, 0);
    else process.memory.setU64(offset, BigInt.asUintN(64, at));
    return sent > 0 ? sent : result;
  }
  // What the file does not take now is read again later, so that waiting loses nothing.
  function go(): Result {
    while (Number(at - start) < length) {
      const wanted = Math.min(CHUNK, length - Number(at - start));
      const count = hostCall("pread64", from.host, chunk.address, wanted, at);
      if (count <= 0) return finish(count);
      const written = pushOut(process, to, count);
      if (typeof written === "object") {
        // A full pipe ends the call, as it does on Linux, unless nothing was sent.
        if (at > start && isType(to.mode, FILE_TYPE.FIFO)) return finish(0);
        return { ...written, retry: go, interrupt: () => finish(-ERRNO.EINTR) };
      }
      if (written <= 0) return finish(Number(written));
      at += BigInt(written);
    }
    return finish(0);
  }
  return go();
}

/** Writes what the file takes now of the chunk; waits only if that is nothing. */
function pushOut(process: Process, to: OpenFile, count: number): Result {
  const result = writeFile(process, to, [{ address: chunk.address, length: count }]);
  return typeof result === "object" && result.interrupt !== undefined ? result.interrupt() : result;
}

/** copy_file_range(2) */
export const copy_file_range = syscall(
  "copy_file_range",
  "full",
  { fd_in: fd, off_in: address, fd_out: fd, off_out: address, len: size, flags: bits },
  (process, { fd_in, off_in, fd_out, off_out, len, flags }) =>
    hostCall(
      "copy_file_range",
      process.files.host(fd_in),
      writableOrNull(process, off_in, 8),
      process.files.host(fd_out),
      writableOrNull(process, off_out, 8),
      Math.min(len, MOST_AT_ONCE),
      flags,
    ),
);

/** Calls when both files are ready, so that the host does not wait. */
function whenReady(process: Process, from: OpenFile, to: OpenFile, blocks: boolean, call: () => number): Result {
  if (isSocket(to) && isNetlink(to)) return -ERRNO.EINVAL; // what is sent there is looked at first
  const waitFor = (file: OpenFile, events: number): Result => ({
    wait: { descriptors: [{ descriptor: file.host, events }] },
    retry: () => whenReady(process, from, to, blocks, call),
  });
  // One pipe is waited for as what it is open for.
  if (from === to) {
    const events = from.isReadOnly ? POLL.POLLIN : POLL.POLLOUT;
    if (blocks && !from.isNonBlocking && hostPoll(from.host, events) === 0) return waitFor(from, events);
    return call();
  }
  const canWait = (file: OpenFile) => blocks && !file.isAlwaysReady && !file.isNonBlocking;
  // A socket may take something although poll(2) says that it has little room.
  if (canWait(from) && hostPoll(from.host, POLL.POLLIN) === 0) return waitFor(from, POLL.POLLIN);
  if (canWait(to) && !isSocket(to) && hostPoll(to.host, POLL.POLLOUT) === 0) return waitFor(to, POLL.POLLOUT);
  const count = isSocket(to) ? withoutWaiting(to, POLL.POLLOUT, call) : call();
  if (count === -ERRNO.EAGAIN && isSocket(to) && canWait(to)) return waitFor(to, POLL.POLLOUT);
  if (count === -ERRNO.EPIPE) raiseBrokenPipe(process);
  return count;
}

/** splice(2) */
export const splice = syscall(
  "splice",
  "full",
  { fd_in: fd, off_in: address, fd_out: fd, off_out: address, len: size, flags: flags(SPLICE) },
  (process, { fd_in, off_in, fd_out, off_out, len, flags }) =>
    withFile(
      process,
      fd_in,
      (from) =>
        withFile(process, fd_out, (to) =>
          whenReady(process, from, to, !(flags & SPLICE.SPLICE_F_NONBLOCK), () =>
            hostCall(
              "splice",
              from.host,
              writableOrNull(process, off_in, 8),
              to.host,
              writableOrNull(process, off_out, 8),
              Math.min(len, MOST_AT_ONCE),
              flags | SPLICE.SPLICE_F_NONBLOCK,
            ))),
    ),
);

/** vmsplice(2) */
export const vmsplice = syscall(
  "vmsplice",
  "full",
  { fd, iov: ioVectors(2, "input"), nr_segs: size, flags: flags(SPLICE) },
  (process, { fd, iov, nr_segs, flags }) =>
    withFile(process, fd, (pipe) => {
      if (!isType(pipe.mode, FILE_TYPE.FIFO)) return -ERRNO.EBADF;
      const ranges = transferRanges(process, iov, nr_segs, pipe.isReadOnly ? 2 : 1);
      if (typeof ranges === "number") return ranges;
      return whenReady(process, pipe, pipe, !(flags & SPLICE.SPLICE_F_NONBLOCK), () =>
        hostCall("vmsplice", pipe.host, hostVectors(ranges), ranges.length, flags | SPLICE.SPLICE_F_NONBLOCK));
    }),
);

/** tee(2) */
export const tee = syscall(
  "tee",
  "full",
  { fd_in: fd, fd_out: fd, len: size, flags: flags(SPLICE) },
  (process, { fd_in, fd_out, len, flags }) =>
    withFile(
      process,
      fd_in,
      (from) =>
        withFile(process, fd_out, (to) =>
          whenReady(process, from, to, !(flags & SPLICE.SPLICE_F_NONBLOCK), () =>
            hostCall("tee", from.host, to.host, Math.min(len, MOST_AT_ONCE), flags | SPLICE.SPLICE_F_NONBLOCK))),
    ),
);
