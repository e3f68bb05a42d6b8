/** Rows about epoll(7): the host's own, with the guest's descriptors translated. */

import { ERRNO } from "../abi/errno.ts";
import { EPOLL_EVENT_BYTES, EPOLL_OPERATIONS, OPEN_FLAGS, POLL } from "../abi/files.ts";
import { readDuration } from "../durations.ts";
import { withFile } from "../file_calls.ts";
import { copyIn, readableOrNull, writable } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { address, choice, fd, flags, int, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { waitUntilReady } from "../readiness.ts";
import { type Result, syscall } from "../syscall.ts";
import { MASK_SIZE, readMask } from "./signal_actions.ts";

const { O_CLOEXEC } = OPEN_FLAGS;

function create(process: Process, flags: number): number {
  const host = hostCall("epoll_create1", flags | O_CLOEXEC);
  return host < 0 ? host : process.files.add(host, "anon_inode:[eventpoll]", (flags & O_CLOEXEC) !== 0);
}

/** epoll_create(2) */
export const epoll_create = syscall(
  "epoll_create",
  "full",
  { size: int },
  (process, { size }) => size <= 0 ? -ERRNO.EINVAL : create(process, 0),
);

/** epoll_create1(2) */
export const epoll_create1 = syscall(
  "epoll_create1",
  "full",
  { flags: flags({ EPOLL_CLOEXEC: O_CLOEXEC }) },
  (process, { flags }) => create(process, flags),
);

/** epoll_ctl(2) */
export const epoll_ctl = syscall(
  "epoll_ctl",
  "partial",
  { epfd: fd, op: choice(EPOLL_OPERATIONS), fd, event: address },
  (process, { epfd, op, fd, event }) =>
    hostCall(
      "epoll_ctl",
      process.files.host(epfd),
      op,
      process.files.host(fd),
      readableOrNull(process, event, EPOLL_EVENT_BYTES),
    ),
  "A descriptor and its duplicate count as one",
);

interface EpollWait {
  readonly epfd: number;
  readonly events: number;
  readonly most: number;
  readonly timeout: number | undefined;
  readonly mask?: bigint | undefined;
}

function wait(process: Process, { epfd, events, most, timeout, mask }: EpollWait): Result {
  return withFile(process, epfd, (file) =>
    waitUntilReady(process, {
      descriptors: [{ descriptor: file.host, events: POLL.POLLIN }],
      timeout,
      mask,
      look() {
        const at = writable(process, events, Math.max(0, most) * EPOLL_EVENT_BYTES);
        const count = hostCall("epoll_pwait", file.host, at, most, 0, 0, 0);
        return count === 0 ? undefined : count;
      },
    }));
}

/** epoll_wait(2) */
export const epoll_wait = syscall(
  "epoll_wait",
  "full",
  { epfd: fd, events: address, maxevents: int, timeout: int },
  (process, { epfd, events, maxevents, timeout }) =>
    wait(process, { epfd, events, most: maxevents, timeout: timeout < 0 ? undefined : timeout }),
);

/** The mask at an address, or an errno. */
function maskAt(process: Process, at: number, bytes: number): { mask: bigint | undefined } | number {
  if (at === 0) return { mask: undefined };
  if (bytes !== MASK_SIZE) return -ERRNO.EINVAL;
  const mask = readMask(process, at);
  return mask === undefined ? -ERRNO.EFAULT : { mask };
}

/** epoll_pwait(2) */
export const epoll_pwait = syscall(
  "epoll_pwait",
  "full",
  { epfd: fd, events: address, maxevents: int, timeout: int, sigmask: address, sigsetsize: size },
  (process, { epfd, events, maxevents, timeout, sigmask, sigsetsize }) => {
    const mask = maskAt(process, sigmask, sigsetsize);
    if (typeof mask === "number") return mask;
    return wait(process, { epfd, events, most: maxevents, timeout: timeout < 0 ? undefined : timeout, ...mask });
  },
);

/** epoll_pwait2(2) */
export const epoll_pwait2 = syscall(
  "epoll_pwait2",
  "full",
  { epfd: fd, events: address, maxevents: int, timeout: address, sigmask: address, sigsetsize: size },
  (process, { epfd, events, maxevents, timeout: at, sigmask, sigsetsize }) => {
    const timeout = at === 0 ? undefined : readDuration(copyIn(process, at, 16));
    if (typeof timeout === "object") return timeout.failure;
    const mask = maskAt(process, sigmask, sigsetsize);
    return typeof mask === "number" ? mask : wait(process, { epfd, events, most: maxevents, timeout, ...mask });
  },
);
