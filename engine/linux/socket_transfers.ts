/**
 * Sending and receiving messages: what sendmsg(2), recvmsg(2) and read(2) and write(2) on sockets share.
 */

import { ERRNO } from "./abi/errno.ts";
import { OPEN_FLAGS, POLL } from "./abi/files.ts";
import { ADDRESS_BYTES, AF, MSG, MSGHDR, SO, SOCK } from "./abi/sockets.ts";
import { raiseBrokenPipe } from "./broken_pipe.ts";
import type { OpenFile } from "./files.ts";
import { hostVectors, type Range, rangesAfter, totalLength } from "./guest_pointers.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { isNetlink, netlinkQuestion } from "./netlink.ts";
import type { Process } from "./process.ts";
import { control, prepareControl } from "./socket_control.ts";
import { READABLE, socketNumber, waitForSocket } from "./socket_waits.ts";
import type { Result } from "./syscall.ts";

const SENT_FLAGS = MSG.MSG_OOB | MSG.MSG_DONTROUTE | MSG.MSG_EOR | MSG.MSG_MORE | MSG.MSG_CONFIRM | MSG.MSG_FASTOPEN;
const RECEIVED_FLAGS = MSG.MSG_OOB | MSG.MSG_PEEK | MSG.MSG_TRUNC | MSG.MSG_ERRQUEUE;
const header = new HostBuffer(MSGHDR.BYTES);
const name = new HostBuffer(ADDRESS_BYTES);

/** A message to send. */
export interface SentMessage {
  readonly ranges: readonly Range[];
  readonly flags: number;
  /** Control messages, as the guest gave them. */
  readonly control?: Uint8Array;
  /** Runs a call with the address, if there is one: see `withAddress`. */
  address?(use: (address: bigint, length: number) => Result): Result;
}

function setHeader(ranges: readonly Range[], address: bigint, addressLength: number, controlLength: number): bigint {
  const { view } = header;
  view.setBigUint64(MSGHDR.NAME, address, true);
  view.setUint32(MSGHDR.NAME_LENGTH, addressLength, true);
  view.setBigUint64(MSGHDR.VECTORS, hostVectors(ranges), true);
  view.setBigUint64(MSGHDR.VECTOR_COUNT, BigInt(ranges.length), true);
  view.setBigUint64(MSGHDR.CONTROL, controlLength === 0 ? 0n : control.address, true);
  view.setBigUint64(MSGHDR.CONTROL_LENGTH, BigInt(controlLength), true);
  view.setInt32(MSGHDR.FLAGS, 0, true);
  return header.address;
}

function mayWait(file: OpenFile, flags: number): boolean {
  return !(flags & MSG.MSG_DONTWAIT) && (file.flags & OPEN_FLAGS.O_NONBLOCK) === 0;
}

/** Sends a message; on a stream all of it, unless the socket is not to wait. */
export function sendMessage(process: Process, file: OpenFile, message: SentMessage): Result {
  const { flags } = message;
  const allowed = isNetlink(file) ? netlinkQuestion(process, file, message.ranges) : message.ranges;
  if (typeof allowed === "number") return allowed;
  const ranges = allowed;
  const hostFlags = flags & SENT_FLAGS | MSG.MSG_DONTWAIT | MSG.MSG_NOSIGNAL;
  const isStream = socketNumber(file, SO.SO_TYPE) === SOCK.SOCK_STREAM;
  const isLocal = socketNumber(file, SO.SO_DOMAIN) === AF.AF_UNIX;
  const total = totalLength(ranges);
  let done = 0;
  function once(): Result {
    const rest = done === 0 ? ranges : rangesAfter(ranges, done);
    const controls = done === 0 ? message.control : undefined;
    if (controls !== undefined) {
      const status = prepareControl(process, controls);
      if (status < 0) return status;
    }
    const call = (address: bigint, length: number) =>
      hostCall("sendmsg", file.host, setHeader(rest, address, length, controls?.length ?? 0), hostFlags);
    return message.address === undefined ? call(0n, 0) : message.address(call);
  }
  return waitForSocket(file, {
    // Of local sockets poll(2) says only that there is much room, or for packets nothing of the receiver's.
    events: isLocal && !isStream ? 0 : POLL.POLLOUT,
    triesOften: isLocal,
    timeout: SO.SO_SNDTIMEO,
    attempt() {
      for (;;) {
        const count = once();
        if (typeof count !== "number") throw new TypeError("Cannot send: an address waits");
        if (count < 0) {
          const isFull = count === -ERRNO.EAGAIN;
          if (isFull && mayWait(file, flags)) return undefined;
          if (count === -ERRNO.EPIPE && isStream && done === 0 && !(flags & MSG.MSG_NOSIGNAL)) raiseBrokenPipe(process);
          return done > 0 ? done : count;
        }
        done += count;
        if (!isStream || done >= total || count === 0) return done;
        if (!mayWait(file, flags)) return done;
      }
    },
    late: () => done > 0 ? done : -ERRNO.EAGAIN,
    interrupt: () => done > 0 ? done : undefined,
  });
}

/** What was received beside the bytes. */
export interface ReceivedMessage {
  readonly address: Uint8Array;
  /** Bytes of control messages in the buffer of socket_control.ts. */
  readonly controlLength: number;
  readonly flags: number;
}

/** Where a message goes. */
export interface Receiving {
  readonly ranges: readonly Range[];
  readonly flags: number;
  /** Room for control messages. */
  readonly controlSize?: number;
  /** Hears of what came, before the call ends. @returns 0, or the errno that it ends with. */
  received?(message: ReceivedMessage): number;
}

/** Receives a message; with MSG_WAITALL on a stream, until all is there. */
export function receiveMessage(file: OpenFile, receiving: Receiving): Result {
  const { ranges, flags, controlSize = 0 } = receiving;
  const hostFlags = flags & RECEIVED_FLAGS | MSG.MSG_DONTWAIT | MSG.MSG_CMSG_CLOEXEC;
  const total = totalLength(ranges);
  const takesAll = (flags & MSG.MSG_WAITALL) !== 0 && !(flags & MSG.MSG_PEEK) &&
    socketNumber(file, SO.SO_TYPE) === SOCK.SOCK_STREAM;
  let done = 0;
  function once(): number {
    const rest = done === 0 ? ranges : rangesAfter(ranges, done);
    const at = setHeader(rest, name.address, ADDRESS_BYTES, done === 0 ? controlSize : 0);
    const count = hostCall("recvmsg", file.host, at, hostFlags);
    if (count < 0 || done > 0) return count;
    const { view } = header;
    const status = receiving.received?.({
      address: name.bytes.slice(0, view.getUint32(MSGHDR.NAME_LENGTH, true)),
      controlLength: Number(view.getBigUint64(MSGHDR.CONTROL_LENGTH, true)),
      flags: view.getInt32(MSGHDR.FLAGS, true) & ~MSG.MSG_CMSG_CLOEXEC | flags & MSG.MSG_CMSG_CLOEXEC,
    }) ?? 0;
    return status < 0 ? status : count;
  }
  return waitForSocket(file, {
    events: READABLE,
    timeout: SO.SO_RCVTIMEO,
    attempt() {
      for (;;) {
        const count = once();
        if (count === -ERRNO.EAGAIN && mayWait(file, flags) && !(flags & (MSG.MSG_ERRQUEUE | MSG.MSG_OOB))) {
          return undefined;
        }
        if (count <= 0) return done > 0 ? done : count;
        done += count;
        if (!takesAll || done >= total) return done;
      }
    },
    late: () => done > 0 ? done : -ERRNO.EAGAIN,
    interrupt: () => done > 0 ? done : undefined,
  });
}
