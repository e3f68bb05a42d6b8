/** Rows about descriptors that tell of something: inotify(7) and timerfd_create(2). */

import { AT_FDCWD, INOTIFY_FLAGS, OPEN_FLAGS } from "../abi/files.ts";
import { CLOCK } from "../abi/time.ts";
import { withWholePath } from "../file_calls.ts";
import { readable, writable, writableOrNull } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { address, bits, choice, fd, flags, int, path } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";

const { O_CLOEXEC, O_NONBLOCK } = OPEN_FLAGS;
const IN_DONT_FOLLOW = 0x0200_0000;
const ITIMERSPEC_BYTES = 32;

function addMade(process: Process, host: number, description: string, flags: number): number {
  return host < 0 ? host : process.files.add(host, description, (flags & O_CLOEXEC) !== 0);
}

/** inotify_init(2) */
export const inotify_init = syscall(
  "inotify_init",
  "full",
  {},
  (process) => addMade(process, hostCall("inotify_init1", O_CLOEXEC), "anon_inode:inotify", 0),
);

/** inotify_init1(2) */
export const inotify_init1 = syscall(
  "inotify_init1",
  "full",
  { flags: flags(INOTIFY_FLAGS) },
  (process, { flags }) => addMade(process, hostCall("inotify_init1", flags | O_CLOEXEC), "anon_inode:inotify", flags),
);

/** inotify_add_watch(2) */
export const inotify_add_watch = syscall(
  "inotify_add_watch",
  "full",
  { fd, pathname: path, mask: bits },
  (process, { fd, pathname, mask }) => {
    const follow = !(mask & IN_DONT_FOLLOW);
    return process.paths.at(process, AT_FDCWD, pathname, follow, {
      host: (directory, name) =>
        withWholePath(
          directory,
          name,
          follow,
          (path) => hostCall("inotify_add_watch", process.files.host(fd), path, mask & ~IN_DONT_FOLLOW),
        ),
    });
  },
);

/** inotify_rm_watch(2) */
export const inotify_rm_watch = syscall(
  "inotify_rm_watch",
  "full",
  { fd, wd: int },
  (process, { fd, wd }) => hostCall("inotify_rm_watch", process.files.host(fd), wd),
);

/** timerfd_create(2) */
export const timerfd_create = syscall(
  "timerfd_create",
  "full",
  { clockid: choice(CLOCK), flags: flags({ TFD_NONBLOCK: O_NONBLOCK, TFD_CLOEXEC: O_CLOEXEC }) },
  (process, { clockid, flags }) =>
    addMade(process, hostCall("timerfd_create", clockid, flags | O_CLOEXEC), "anon_inode:[timerfd]", flags),
);

/** timerfd_settime(2) */
export const timerfd_settime = syscall(
  "timerfd_settime",
  "full",
  {
    fd,
    flags: flags({ TFD_TIMER_ABSTIME: 1, TFD_TIMER_CANCEL_ON_SET: 2 }),
    new_value: address,
    old_value: address,
  },
  (process, { fd, flags, new_value, old_value }) =>
    hostCall(
      "timerfd_settime",
      process.files.host(fd),
      flags,
      readable(process, new_value, ITIMERSPEC_BYTES),
      writableOrNull(process, old_value, ITIMERSPEC_BYTES),
    ),
);

/** timerfd_gettime(2) */
export const timerfd_gettime = syscall(
  "timerfd_gettime",
  "full",
  { fd, curr_value: address },
  (process, { fd, curr_value }) =>
    hostCall("timerfd_gettime", process.files.host(fd), writable(process, curr_value, ITIMERSPEC_BYTES)),
);
