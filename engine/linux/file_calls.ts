/** What many rows about files have in common: looking a descriptor up, making files under the guest's umask. */

import { ERRNO } from "./abi/errno.ts";
import type { OpenFile } from "./files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Process } from "./process.ts";
import type { Result } from "./syscall.ts";

const [O_PATH, O_NOFOLLOW, O_CLOEXEC] = [0o10000000, 0o400000, 0o2000000];
const name = new HostBuffer(64);

/** Calls with the file that a descriptor stands for. @returns Its result, or `-EBADF`. */
export function withFile(process: Process, descriptor: number, use: (file: OpenFile) => Result): Result {
  const file = process.files.get(descriptor);
  return file === undefined ? -ERRNO.EBADF : use(file);
}

/** The host process's umask, which a guest starts with. */
export function hostUmask(): number {
  const mask = hostCall("umask", 0o77);
  hostCall("umask", mask);
  return mask;
}

/** Makes a call that makes a file: the host's umask is the guest's meanwhile, as default ACLs need it. */
export function underUmask<T>(process: Process, call: () => T): T {
  const before = hostCall("umask", process.umask);
  try {
    return call();
  } finally {
    hostCall("umask", before);
  }
}

/**
 * Makes a call that takes a path but no directory, for a name in a directory: by way of a descriptor of what is there.
 *
 * @param use Gets a host path that leads to it, and the descriptor, which is only good for naming.
 */
export function withWholePath(
  directory: number,
  path: bigint,
  follow: boolean,
  use: (path: bigint, descriptor: number) => number,
): number {
  const descriptor = hostCall("openat", directory, path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW), 0);
  if (descriptor < 0) return descriptor;
  const result = use(name.setString(new TextEncoder().encode(`/proc/self/fd/${descriptor}`)), descriptor);
  hostCall("close", descriptor);
  return result;
}
