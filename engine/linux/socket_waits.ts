/**
 * Waiting for a socket without making the host wait: the call is tried so that it fails with EAGAIN, and the guest waits.
 */

import { ERRNO } from "./abi/errno.ts";
import { FCNTL, FILE_TYPE, OPEN_FLAGS, POLL } from "./abi/files.ts";
import { SO, SOL } from "./abi/sockets.ts";
import type { OpenFile } from "./files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { hostPoll, isType } from "./host_files.ts";
import type { Result, Waiting } from "./syscall.ts";

const TIMEVAL_BYTES = 16;
const value = new HostBuffer(TIMEVAL_BYTES);
const length = new HostBuffer(4);

/** Whether a file is a socket. */
export function isSocket(file: OpenFile): boolean {
  return isType(file.mode, FILE_TYPE.SOCKET);
}

/** A number that a socket option has, or a negative errno. */
export function socketNumber(file: OpenFile, option: number): number {
  length.view.setUint32(0, 4, true);
  const status = hostCall("getsockopt", file.host, SOL.SOL_SOCKET, option, value.address, length.address);
  return status < 0 ? status : value.view.getInt32(0, true);
}

/** When a call on the socket gives up, by SO_RCVTIMEO or SO_SNDTIMEO; undefined for never. */
export function socketDeadline(file: OpenFile, option: number): number | undefined {
  length.view.setUint32(0, TIMEVAL_BYTES, true);
  if (hostCall("getsockopt", file.host, SOL.SOL_SOCKET, option, value.address, length.address) < 0) return undefined;
  const milliseconds = Number(value.view.getBigInt64(0, true)) * 1000 + Number(value.view.getBigInt64(8, true)) / 1000;
  return milliseconds === 0 ? undefined : performance.now() + milliseconds;
}

/** Makes a call that has no flag for not waiting. Streams of the host's own are left as others have them. */
export function withoutWaiting(file: OpenFile, events: number, call: () => number): number {
  if (file.borrowed) return hostPoll(file.host, events) === 0 ? -ERRNO.EAGAIN : call();
  const flags = hostCall("fcntl", file.host, FCNTL.F_GETFL, 0);
  if (flags & OPEN_FLAGS.O_NONBLOCK) return call();
  hostCall("fcntl", file.host, FCNTL.F_SETFL, flags | OPEN_FLAGS.O_NONBLOCK);
  try {
    return call();
  } finally {
    hostCall("fcntl", file.host, FCNTL.F_SETFL, flags);
  }
}

/** How to go on when a socket is not ready. */
export interface SocketWait {
  /** poll(2) events; none to wait for time alone. */
  readonly events: number;
  /** Whether to try again after a short while, whatever poll(2) says. */
  readonly triesOften?: boolean;
  /** Which timeout of the socket counts: SO_RCVTIMEO or SO_SNDTIMEO. */
  readonly timeout: typeof SO.SO_RCVTIMEO | typeof SO.SO_SNDTIMEO;
  /** Tries once. @returns A result, or undefined to wait. */
  attempt(): number | undefined;
  /** What the call returns at the socket's timeout; by default `-EAGAIN`. */
  late?(): number;
  /** What the call returns when a handler interrupts it; by default it is started again, or fails with EINTR. */
  interrupt?(): number | undefined;
}

const RETRY_MILLISECONDS = 10;

/** Tries until there is a result. */
export function waitForSocket(file: OpenFile, wait: SocketWait): Result {
  let deadline: number | undefined;
  let isFirst = true;
  function go(): Result {
    const result = wait.attempt();
    if (result !== undefined) return result;
    if (isFirst) deadline = socketDeadline(file, wait.timeout);
    isFirst = false;
    if (deadline !== undefined && performance.now() >= deadline) return wait.late?.() ?? -ERRNO.EAGAIN;
    const until = wait.triesOften ? performance.now() + RETRY_MILLISECONDS : undefined;
    const ends = [until, deadline].filter((each) => each !== undefined);
    const interrupted = wait.interrupt?.();
    // A call with a timeout is not started again; see signal(7).
    const interrupt = interrupted !== undefined || deadline !== undefined
      ? { interrupt: () => interrupted ?? -ERRNO.EINTR }
      : {};
    return {
      wait: {
        ...(wait.events === 0 ? {} : { descriptors: [{ descriptor: file.host, events: wait.events }] }),
        ...(ends.length === 0 ? {} : { deadline: Math.min(...ends) }),
      },
      retry: go,
      ...interrupt,
    } satisfies Waiting;
  }
  return go();
}

/** Events for reading; a peer that closed its side counts. */
export const READABLE = POLL.POLLIN | POLL.POLLRDHUP;
