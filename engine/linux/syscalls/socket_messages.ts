/** Rows that send and receive: sendto(2), recvfrom(2), sendmsg(2), recvmsg(2), sendmmsg(2), recvmmsg(2). */

import { ERRNO } from "../abi/errno.ts";
import { MMSGHDR_BYTES, MSG, MSGHDR } from "../abi/sockets.ts";
import { readDuration } from "../durations.ts";
import { withFile } from "../file_calls.ts";
import type { OpenFile } from "../files.ts";
import { copyIn, copyOut, transferRange, transferRanges } from "../guest_pointers.ts";
import { address, fd, flags, input, int, output, size, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { copyAddress, guestAddress, withAddress } from "../socket_address.ts";
import { MOST_CONTROL, takeControl } from "../socket_control.ts";
import { receiveMessage, sendMessage } from "../socket_transfers.ts";
import { type Result, syscall } from "../syscall.ts";

const [READ, WRITE] = [1, 2];
/** Most messages of sendmmsg(2), UIO_MAXIOV. */
const MOST_MESSAGES = 1024;
const messageFlags = flags(MSG);

/** sendto(2) */
export const sendto = syscall(
  "sendto",
  "full",
  { sockfd: fd, buf: input(2), len: size, flags: messageFlags, dest_addr: address, addrlen: int },
  (process, { sockfd, buf, len, flags, dest_addr, addrlen }) =>
    withFile(process, sockfd, (file) =>
      sendMessage(process, file, {
        ranges: [transferRange(process, buf, len, READ)],
        flags,
        ...addressed(process, dest_addr, addrlen),
      })),
);

function addressed(process: Process, at: number, length: number) {
  if (at === 0) return {};
  return {
    address: (use: (address: bigint, length: number) => Result) => withAddress(process, at, length, "send", use),
  };
}

/** recvfrom(2) */
export const recvfrom = syscall(
  "recvfrom",
  "full",
  { sockfd: fd, buf: output, len: size, flags: messageFlags, src_addr: address, addrlen: address },
  (process, { sockfd, buf, len, flags, src_addr, addrlen }) =>
    withFile(process, sockfd, (file) =>
      receiveMessage(file, {
        ranges: [transferRange(process, buf, len, WRITE)],
        flags,
        received: ({ address }) => src_addr === 0 ? 0 : copyAddress(process, src_addr, addrlen, address),
      })),
);

/** A `struct msghdr` of the guest's. */
interface Header {
  readonly at: number;
  readonly name: number;
  readonly nameLength: number;
  readonly vectors: number;
  readonly count: number;
  readonly control: number;
  readonly controlLength: number;
}

function readHeader(process: Process, at: number): Header | number {
  const bytes = copyIn(process, at, MSGHDR.BYTES);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const view = new DataView(bytes.buffer);
  const word = (offset: number) => Number(view.getBigUint64(offset, true));
  if (word(MSGHDR.VECTOR_COUNT) > MOST_MESSAGES) return -ERRNO.EMSGSIZE;
  return {
    at,
    name: word(MSGHDR.NAME),
    nameLength: view.getInt32(MSGHDR.NAME_LENGTH, true),
    vectors: word(MSGHDR.VECTORS),
    count: word(MSGHDR.VECTOR_COUNT),
    control: word(MSGHDR.CONTROL),
    controlLength: word(MSGHDR.CONTROL_LENGTH),
  };
}

function send(process: Process, file: OpenFile, at: number, flags: number): Result {
  const header = readHeader(process, at);
  if (typeof header === "number") return header;
  const ranges = transferRanges(process, header.vectors, header.count, READ);
  if (typeof ranges === "number") return ranges;
  if (header.controlLength > MOST_CONTROL) return -ERRNO.ENOBUFS;
  const hasControl = header.control !== 0 && header.controlLength > 0;
  const control = hasControl ? copyIn(process, header.control, header.controlLength) : undefined;
  if (hasControl && control === undefined) return -ERRNO.EFAULT;
  return sendMessage(process, file, {
    ranges,
    flags,
    ...(control === undefined ? {} : { control }),
    ...(header.nameLength === 0 ? {} : addressed(process, header.name, header.nameLength)),
  });
}

function receive(process: Process, file: OpenFile, at: number, flags: number): Result {
  const header = readHeader(process, at);
  if (typeof header === "number") return header;
  const ranges = transferRanges(process, header.vectors, header.count, WRITE);
  if (typeof ranges === "number") return ranges;
  const controlSize = header.control === 0 ? 0 : Math.min(header.controlLength, MOST_CONTROL);
  if (!process.memory.allows(header.control, controlSize, WRITE) && controlSize > 0) return -ERRNO.EFAULT;
  if (!process.memory.allows(at, MSGHDR.BYTES, WRITE)) return -ERRNO.EFAULT;
  return receiveMessage(file, {
    ranges,
    flags,
    controlSize,
    received(message) {
      const closeOnExec = (flags & MSG.MSG_CMSG_CLOEXEC) !== 0;
      const { bytes, isCut } = takeControl(process, message.controlLength, closeOnExec);
      const address = guestAddress(process, message.address);
      const wrote = copyOut(process, header.control, bytes) &&
        (header.name === 0 || copyOut(process, header.name, address.subarray(0, Math.max(0, header.nameLength))));
      if (header.name !== 0) process.memory.setU32(at + MSGHDR.NAME_LENGTH, address.length);
      process.memory.setU64(at + MSGHDR.CONTROL_LENGTH, BigInt(bytes.length));
      process.memory.setU32(at + MSGHDR.FLAGS, message.flags | (isCut ? MSG.MSG_CTRUNC : 0));
      return wrote ? 0 : -ERRNO.EFAULT;
    },
  });
}

/** sendmsg(2) */
export const sendmsg = syscall(
  "sendmsg",
  "full",
  { sockfd: fd, msg: address, flags: messageFlags },
  (process, { sockfd, msg, flags }) => withFile(process, sockfd, (file) => send(process, file, msg, flags)),
);

/** recvmsg(2) */
export const recvmsg = syscall(
  "recvmsg",
  "full",
  { sockfd: fd, msg: address, flags: messageFlags },
  (process, { sockfd, msg, flags }) => withFile(process, sockfd, (file) => receive(process, file, msg, flags)),
);

/** Handles the messages of a vector one after the other; what waits, waits. @returns How many were handled. */
function each(
  process: Process,
  vector: number,
  count: number,
  handle: (at: number, index: number) => Result,
  isOver: () => boolean,
): Result {
  const most = Math.min(count, MOST_MESSAGES);
  let done = 0;
  function settle(result: Result): Result {
    if (typeof result === "object") {
      return {
        ...result,
        retry: () => settle(result.retry()),
        ...(done === 0 && result.interrupt === undefined ? {} : {
          interrupt: () => done > 0 ? done : result.interrupt?.() ?? -ERRNO.EINTR,
        }),
      };
    }
    if (result < 0) return done > 0 ? done : result;
    const at = vector + done * MMSGHDR_BYTES + MSGHDR.BYTES;
    if (!process.memory.allows(at, 4, WRITE)) return done > 0 ? done : -ERRNO.EFAULT;
    process.memory.setU32(at, Number(result));
    done++;
    return done === most || isOver() ? done : settle(handle(vector + done * MMSGHDR_BYTES, done));
  }
  return most === 0 ? 0 : settle(handle(vector, 0));
}

/** sendmmsg(2) */
export const sendmmsg = syscall(
  "sendmmsg",
  "full",
  { sockfd: fd, msgvec: address, vlen: unsigned, flags: messageFlags },
  (process, { sockfd, msgvec, vlen, flags }) =>
    withFile(
      process,
      sockfd,
      (file) => each(process, msgvec, vlen, (at) => send(process, file, at, flags), () => false),
    ),
);

/** recvmmsg(2) */
export const recvmmsg = syscall(
  "recvmmsg",
  "full",
  { sockfd: fd, msgvec: address, vlen: unsigned, flags: messageFlags, timeout: address },
  (process, { sockfd, msgvec, vlen, flags, timeout }) =>
    withFile(process, sockfd, (file) => {
      const duration = timeout === 0 ? Infinity : readDuration(copyIn(process, timeout, 16));
      if (typeof duration === "object") return duration.failure;
      const end = performance.now() + duration;
      const how = (index: number) =>
        index > 0 && flags & MSG.MSG_WAITFORONE ? flags | MSG.MSG_DONTWAIT : flags & ~MSG.MSG_WAITFORONE;
      return each(
        process,
        msgvec,
        vlen,
        (at, index) => receive(process, file, at, how(index)),
        () => performance.now() >= end,
      );
    }),
);
