/**
 * Files that signals are read from: signalfd(2). A record has 128 bytes, `struct signalfd_siginfo`:
 *
 *     0 signal | 4 errno | 8 code | 12 pid | 16 uid | 24 timer | 32 overrun | 40 status | 44 int | 48 value | 72 address
 */

import { ERRNO } from "./abi/errno.ts";
import { SI, SIGNAL } from "./abi/signals.ts";
import { OpenFile } from "./files.ts";
import { copyRangesOut, type Range, totalLength } from "./guest_pointers.ts";
import { hostCall } from "./host.ts";
import type { Process } from "./process.ts";
import type { SignalInfo } from "./signals/siginfo.ts";
import { SignalWatcher } from "./signals/watchers.ts";
import type { Result } from "./syscall.ts";

const RECORD_SIZE = 128;
const EFD_CLOEXEC = 0o2000000;
const watchers = new WeakMap<OpenFile, SignalWatcher>();
/** Where fields of `siginfo_t` go: from, to, bytes. */
type Copy = readonly [from: number, to: number, bytes: number];
const [PID, UID, STATUS, INT, VALUE, TIMER, OVERRUN, ADDRESS]: readonly Copy[] = [
  ...[[16, 12, 4], [20, 16, 4], [24, 40, 4], [24, 44, 4], [24, 48, 8], [16, 24, 4], [20, 32, 4], [16, 72, 8]] as const,
];

function fieldsOf({ signal, code }: SignalInfo): readonly Copy[] {
  if (code === SI.TIMER) return [TIMER, OVERRUN, INT, VALUE];
  if (code === SI.USER || code === SI.TKILL) return [PID, UID];
  if (code < 0) return [PID, UID, INT, VALUE];
  if (signal === SIGNAL.SIGCHLD) return [PID, UID, STATUS];
  return code === SI.KERNEL ? [] : [ADDRESS];
}

function recordOf(info: SignalInfo): Uint8Array {
  const record = new Uint8Array(RECORD_SIZE);
  record.set(info.bytes.subarray(0, 12));
  for (const [from, to, bytes] of fieldsOf(info)) record.set(info.bytes.subarray(from, from + bytes), to);
  return record;
}

/** Whether signals are read from a file. */
export function isSignalFile(file: OpenFile): boolean {
  return watchers.has(file);
}

/** Makes such a file. @returns Its descriptor, or a negative errno. */
export function addSignalFile(process: Process, mask: bigint, flags: number): number {
  const host = hostCall("eventfd2", 0, flags | EFD_CLOEXEC);
  if (host < 0) return host;
  const file = new OpenFile(host, "anon_inode:[signalfd]");
  const watcher = new SignalWatcher(host, mask);
  watchers.set(file, watcher);
  const descriptor = process.files.addFile(file, (flags & EFD_CLOEXEC) !== 0);
  if (descriptor >= 0) process.signals.watch(watcher, () => file.references > 0);
  return descriptor;
}

/** Has a file tell of other signals. @returns 0, or a negative errno if it is no such file. */
export function changeSignalFile(process: Process, file: OpenFile, mask: bigint): number {
  const watcher = watchers.get(file);
  if (watcher === undefined) return -ERRNO.EINVAL;
  watcher.mask = mask;
  process.signals.watch(watcher, () => file.references > 0);
  return 0;
}

/** Takes the signals of a file's set that wait, as many as there is room for; waits until there is one. */
export function readSignals(process: Process, file: OpenFile, ranges: readonly Range[]): Result {
  const mask = watchers.get(file)?.mask ?? 0n;
  const room = Math.floor(totalLength(ranges) / RECORD_SIZE);
  if (room === 0) return -ERRNO.EINVAL;
  const records: Uint8Array[] = [];
  while (records.length < room) {
    const info = process.thread.signals.take(mask);
    if (info === undefined) break;
    records.push(recordOf(info));
  }
  if (records.length > 0) {
    return copyRangesOut(process, ranges, bytesOf(records)) ? records.length * RECORD_SIZE : -ERRNO.EFAULT;
  }
  if (file.isNonBlocking) return -ERRNO.EAGAIN;
  return { wait: {}, signals: mask, retry: () => readSignals(process, file, ranges) };
}

function bytesOf(records: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(records.length * RECORD_SIZE);
  records.forEach((record, index) => bytes.set(record, index * RECORD_SIZE));
  return bytes;
}
