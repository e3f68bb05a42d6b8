/** What fcntl(2) does at F_GETLK, F_SETLK and F_SETLKW: takes `struct flock` apart, and waits. */

import { ERRNO } from "../abi/errno.ts";
import { FCNTL } from "../abi/files.ts";
import type { OpenFile } from "../files.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { hostCall64 } from "../host.ts";
import type { Process } from "../process.ts";
import { forgetUnlocked, type HeldLock, LOCK, LOCK_END, lockKey, locksOf } from "../record_locks.ts";
import type { Result } from "../syscall.ts";

/** `struct flock`: type, whence, start, length, pid. */
const FLOCK = { TYPE: 0, WHENCE: 2, START: 8, LENGTH: 16, PID: 24, BYTES: 32 } as const;
const [SEEK_SET, SEEK_CUR, SEEK_END] = [0, 1, 2];
/** How often a lock that another process holds is tried for. */
const RETRY_MILLISECONDS = 10;

/** Where a file's position or end is. */
function seek(file: OpenFile, whence: number): bigint {
  const at = hostCall64("lseek", file.host, 0, SEEK_CUR);
  if (whence === SEEK_CUR || at < 0n) return at < 0n ? 0n : at;
  const end = hostCall64("lseek", file.host, 0, SEEK_END);
  hostCall64("lseek", file.host, at, SEEK_SET);
  return end;
}

/** The lock that a record describes, or a negative errno. */
function wantedLock(process: Process, file: OpenFile, view: DataView): HeldLock | number {
  const type = view.getInt16(FLOCK.TYPE, true);
  const whence = view.getInt16(FLOCK.WHENCE, true);
  if (whence < SEEK_SET || whence > SEEK_END) return -ERRNO.EINVAL;
  const from = (whence === SEEK_SET ? 0n : seek(file, whence)) + view.getBigInt64(FLOCK.START, true);
  const length = view.getBigInt64(FLOCK.LENGTH, true);
  const [start, end] = length < 0n ? [from + length, from] : [from, length === 0n ? LOCK_END : from + length];
  if (start < 0n) return -ERRNO.EINVAL;
  if (start >= LOCK_END || end > LOCK_END) return -ERRNO.EOVERFLOW;
  if (type < LOCK.READ || type > LOCK.NONE) return -ERRNO.EINVAL;
  return { type, start, end, owner: process.files, pid: process.pid };
}

/** Answers F_GETLK: the lock that is in the way, or that there is none. */
function tell(process: Process, bytes: Uint8Array<ArrayBuffer>, at: number, held: HeldLock | undefined): number {
  const view = new DataView(bytes.buffer);
  if (held === undefined) view.setInt16(FLOCK.TYPE, LOCK.NONE, true);
  else {
    view.setInt16(FLOCK.TYPE, held.type, true);
    view.setInt16(FLOCK.WHENCE, SEEK_SET, true);
    view.setBigInt64(FLOCK.START, held.start, true);
    view.setBigInt64(FLOCK.LENGTH, held.end === LOCK_END ? 0n : held.end - held.start, true);
    view.setInt32(FLOCK.PID, held.pid, true);
  }
  return copyOut(process, at, bytes) ? 0 : -ERRNO.EFAULT;
}

function ask(process: Process, file: OpenFile, at: number): number {
  const bytes = copyIn(process, at, FLOCK.BYTES);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const view = new DataView(bytes.buffer);
  const wanted = wantedLock(process, file, view);
  if (typeof wanted === "number") return wanted;
  if (wanted.type === LOCK.NONE) return -ERRNO.EINVAL;
  const locks = locksOf(file.host);
  const held = locks?.conflict(wanted);
  if (held !== undefined || locks === undefined) return tell(process, bytes, at, held);
  const { status, flock } = locks.ask(wanted);
  forgetUnlocked(lockKey(file.host));
  if (status < 0) return status;
  const answer = new DataView(flock.buffer);
  if (answer.getInt16(FLOCK.TYPE, true) === LOCK.NONE) return tell(process, bytes, at, undefined);
  return copyOut(process, at, flock) ? 0 : -ERRNO.EFAULT;
}

function set(process: Process, file: OpenFile, at: number, waits: boolean): Result {
  const bytes = copyIn(process, at, FLOCK.BYTES);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const wanted = wantedLock(process, file, new DataView(bytes.buffer));
  if (typeof wanted === "number") return wanted;
  if (wanted.type === LOCK.READ && file.isWriteOnly || wanted.type === LOCK.WRITE && file.isReadOnly) {
    return -ERRNO.EBADF;
  }
  return setLock(process, file, wanted, waits);
}

function setLock(process: Process, file: OpenFile, wanted: HeldLock, waits: boolean): Result {
  const locks = locksOf(file.host);
  if (locks === undefined) return -ERRNO.ENOLCK;
  const key = lockKey(file.host);
  process.files.locked.add(key);
  const status = locks.set(wanted);
  forgetUnlocked(key);
  if (!waits || status !== -ERRNO.EAGAIN && status !== -ERRNO.EACCES) return status;
  const ready = () => locks.mayBeFree(wanted);
  return { wait: { again: RETRY_MILLISECONDS, ready }, retry: () => setLock(process, file, wanted, waits) };
}

/** One of the three commands, for the `struct flock` at an address. */
export function recordLock(command: number, process: Process, file: OpenFile, at: number): Result {
  return command === FCNTL.F_GETLK ? ask(process, file, at) : set(process, file, at, command === FCNTL.F_SETLKW);
}
