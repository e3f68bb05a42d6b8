/** Calls that wait for a signal: pause(2), sigsuspend(2), sigtimedwait(2); and files to read them from: signalfd(2). */

import { ERRNO } from "../abi/errno.ts";
import { OPEN_FLAGS } from "../abi/files.ts";
import { UNBLOCKABLE } from "../abi/signals.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, fd, flags, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Result, syscall, type Waiting } from "../syscall.ts";
import { readDuration } from "../durations.ts";
import { addSignalFile, changeSignalFile } from "../signal_files.ts";
import { MASK_SIZE, readMask } from "./signal_actions.ts";

/** Waits until a handler has run. */
function untilHandler(): Waiting {
  return { wait: {}, retry: untilHandler, interrupt: () => -ERRNO.EINTR };
}

export const pause = syscall("pause", "full", {}, untilHandler);

export const rt_sigsuspend = syscall(
  "rt_sigsuspend",
  "full",
  { mask: address, sigsetsize: size },
  (process, { mask: at, sigsetsize }) => {
    if (sigsetsize !== MASK_SIZE) return -ERRNO.EINVAL;
    const mask = readMask(process, at);
    if (mask === undefined) return -ERRNO.EFAULT;
    process.thread.signals.suspend(mask);
    return untilHandler();
  },
);

/** Takes a signal of a set, or waits until there is one or the time is over. */
function takeOrWait(process: Process, wanted: bigint, info: number, deadline: number | undefined): Result {
  const taken = process.thread.signals.take(wanted);
  if (taken !== undefined) return info === 0 || copyOut(process, info, taken.bytes) ? taken.signal : -ERRNO.EFAULT;
  if (deadline !== undefined && process.world.clock.now() >= deadline) return -ERRNO.EAGAIN;
  return {
    wait: deadline === undefined ? {} : { deadline },
    signals: wanted,
    retry: () => takeOrWait(process, wanted, info, deadline),
    interrupt: () => -ERRNO.EINTR,
  };
}

export const rt_sigtimedwait = syscall(
  "rt_sigtimedwait",
  "full",
  { set: address, info: address, timeout: address, sigsetsize: size },
  (process, { set, info, timeout, sigsetsize }) => {
    if (sigsetsize !== MASK_SIZE) return -ERRNO.EINVAL;
    const mask = readMask(process, set);
    if (mask === undefined) return -ERRNO.EFAULT;
    const time = timeout === 0 ? undefined : readDuration(copyIn(process, timeout, 16));
    if (typeof time === "object") return time.failure;
    const deadline = time === undefined ? undefined : process.world.clock.now() + time;
    return takeOrWait(process, mask & ~UNBLOCKABLE, info, deadline);
  },
);

function signalFile(process: Process, fd: number, at: number, size: number, flags: number): number {
  if (size !== MASK_SIZE) return -ERRNO.EINVAL;
  const mask = readMask(process, at);
  if (mask === undefined) return -ERRNO.EFAULT;
  if (flags & ~SIGNAL_FILE_FLAGS) return -ERRNO.EINVAL;
  if (fd === -1) return addSignalFile(process, mask & ~UNBLOCKABLE, flags);
  const file = process.files.get(fd);
  if (file === undefined) return -ERRNO.EBADF;
  return changeSignalFile(process, file, mask & ~UNBLOCKABLE) || fd;
}

const { O_CLOEXEC: SFD_CLOEXEC, O_NONBLOCK: SFD_NONBLOCK } = OPEN_FLAGS;
const SIGNAL_FILE_FLAGS = SFD_CLOEXEC | SFD_NONBLOCK;

/** signalfd(2) as it was first, without flags. */
export const signalfd = syscall(
  "signalfd",
  "full",
  { fd, mask: address, sizemask: size },
  (process, { fd, mask, sizemask }) => signalFile(process, fd, mask, sizemask, 0),
);

/** signalfd(2) */
export const signalfd4 = syscall(
  "signalfd4",
  "full",
  { fd, mask: address, sizemask: size, flags: flags({ SFD_CLOEXEC, SFD_NONBLOCK }) },
  (process, { fd, mask, sizemask, flags }) => signalFile(process, fd, mask, sizemask, flags),
);
