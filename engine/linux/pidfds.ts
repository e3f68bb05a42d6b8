/**
 * Descriptors of processes: pidfd_open(2). Each is an eventfd of the host that becomes ready to read at the process's
 * end.
 */

import { OpenFile } from "./files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Process } from "./process.ts";

const EFD_CLOEXEC = 0o2000000;
const PIDFD_NONBLOCK = 0o4000;
const pids = new WeakMap<OpenFile, number>();
const one = new HostBuffer(8);
one.view.setBigUint64(0, 1n, true);

/**
 * Adds a descriptor of a process to those of another.
 *
 * @param pid The process, which may not have begun yet.
 * @returns Its number, or a negative errno.
 */
export function addPidfd(process: Process, pid: number, flags: number): number {
  const host = hostCall("eventfd2", 0, EFD_CLOEXEC | flags & PIDFD_NONBLOCK);
  if (host < 0) return host;
  const file = new OpenFile(host, "anon_inode:[pidfd]");
  pids.set(file, pid);
  const descriptor = process.files.addFile(file, true);
  if (descriptor >= 0) process.table.atEnd(pid, () => file.references > 0 && hostCall("write", host, one.address, 8));
  return descriptor;
}

/** The process that a descriptor is of; undefined for any other descriptor. */
export function pidOf(process: Process, descriptor: number): number | undefined {
  const file = process.files.get(descriptor);
  return file && pids.get(file);
}

/** The same; a process's directory in `/proc` will do, as for pidfd_send_signal(2). */
export function pidOfAny(process: Process, descriptor: number): number | undefined {
  const path = process.files.get(descriptor)?.node?.path ?? "";
  const directory = /^\/proc\/(\d+)$/.exec(path);
  return directory === null ? pidOf(process, descriptor) : Number(directory[1]);
}
