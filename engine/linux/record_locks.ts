/**
 * Locks of parts of files, "POSIX locks", which processes hold: see fcntl(2), "Advisory record locking".
 *
 * All guests are in the host's one process, so who holds what is kept here. On the host each file's locks are those of one
 * descriptor of its own (F_OFD_SETLK), as strong as the strongest of the guests', so that other programs heed them. Leaves
 * out finding deadlocks.
 */

import { ERRNO } from "./abi/errno.ts";
import { FCNTL, OPEN_FLAGS } from "./abi/files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { descriptorPath, hostStatus } from "./host_files.ts";

/** Kinds of locks: `l_type`. */
export const LOCK = { READ: 0, WRITE: 1, NONE: 2 } as const;
/** Past the last byte that a lock can be on. */
export const LOCK_END = 2n ** 63n;
const { O_CLOEXEC, O_NONBLOCK } = OPEN_FLAGS;
const [O_RDONLY, O_WRONLY, O_RDWR] = [0, 1, 2];
const record = new HostBuffer(32);

/** A part of a file, and how it is or shall be locked. */
export interface LockRange {
  readonly type: number;
  readonly start: bigint;
  readonly end: bigint;
}

/** A lock that is held. */
export interface HeldLock extends LockRange {
  /** Who holds it: a table of descriptors. */
  readonly owner: object;
  /** Who is told to hold it. */
  readonly pid: number;
}

/** Locks by files, as `device:inode`. */
const files = new Map<string, FileLocks>();

/** A file's name among those that are locked. */
export function lockKey(host: number): string {
  const status = hostStatus(host);
  return `${status?.device}:${status?.inode}`;
}

/** What is held of a file; undefined if it cannot be opened again, as a socket. */
export function locksOf(host: number): FileLocks | undefined {
  const key = lockKey(host);
  let found = files.get(key);
  if (found !== undefined) return found;
  const path = descriptorPath(host);
  const own = [O_RDWR, O_RDONLY, O_WRONLY].map((mode) => () =>
    hostCall("openat", -1, path, mode | O_CLOEXEC | O_NONBLOCK, 0)
  ).reduce((descriptor, open) => descriptor < 0 ? open() : descriptor, -1);
  if (own < 0) return undefined;
  files.set(key, found = new FileLocks(own));
  return found;
}

/** Gives up what somebody holds of a file. */
export function dropLocks(owner: object, key: string): void {
  files.get(key)?.set({ type: LOCK.NONE, start: 0n, end: LOCK_END, owner, pid: 0 });
  forgetUnlocked(key);
}

/** Closes what is open for a file of which nobody holds anything. */
export function forgetUnlocked(key: string): void {
  const found = files.get(key);
  if (found === undefined || !found.isEmpty) return;
  found.close();
  files.delete(key);
}

const overlaps = (a: LockRange, b: LockRange) => a.start < b.end && b.start < a.end;
const excludes = (a: LockRange, b: LockRange) => a.type === LOCK.WRITE || b.type === LOCK.WRITE;

/** What is left of a lock outside a range. */
function outside(held: HeldLock, { start, end }: LockRange): HeldLock[] {
  const parts = [{ ...held, end: held.end < start ? held.end : start }, {
    ...held,
    start: held.start > end ? held.start : end,
  }];
  return parts.filter((part) => part.start < part.end);
}

/** Locks with one more: with those of its owner that touch it and are of its type, it is one. */
function merged(locks: readonly HeldLock[], added: HeldLock): HeldLock[] {
  const touches = (lock: HeldLock) =>
    lock.owner === added.owner && lock.type === added.type && lock.start <= added.end && added.start <= lock.end;
  const [start] = [added, ...locks.filter(touches)].map(({ start }) => start).toSorted((a, b) => a < b ? -1 : 1);
  const [end] = [added, ...locks.filter(touches)].map(({ end }) => end).toSorted((a, b) => a > b ? -1 : 1);
  return [...locks.filter((lock) => !touches(lock)), { ...added, start, end }];
}

/** The locks of one file. */
export class FileLocks {
  #held: readonly HeldLock[] = [];
  readonly #host: number;
  /** Whether the last lock that was wanted was somebody else's here. */
  #isContended = false;

  /** @param host A descriptor of its own. */
  constructor(host: number) {
    this.#host = host;
  }

  /** Whether nobody holds any. */
  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** The first lock of somebody else that excludes one. */
  conflict(wanted: HeldLock): HeldLock | undefined {
    return this.#held.filter((held) => held.owner !== wanted.owner && overlaps(held, wanted) && excludes(held, wanted))
      .toSorted((a, b) => a.start < b.start ? -1 : 1)[0];
  }

  /** Whether a lock that could not be had now could, as far as the guests go, and they were what was in the way. */
  mayBeFree(wanted: HeldLock): boolean {
    return this.#isContended && this.conflict(wanted) === undefined;
  }

  /** Locks or unlocks a range. @returns 0, or a negative errno: EAGAIN if somebody else has it locked. */
  set(wanted: HeldLock): number {
    this.#isContended = wanted.type !== LOCK.NONE && this.conflict(wanted) !== undefined;
    if (this.#isContended) return -ERRNO.EAGAIN;
    const before = this.#held;
    const rest = before.flatMap((held) =>
      held.owner === wanted.owner && overlaps(held, wanted) ? outside(held, wanted) : [held]
    );
    this.#held = wanted.type === LOCK.NONE ? rest : merged(rest, wanted);
    const result = this.#lockHost(wanted);
    if (result >= 0) return 0;
    this.#held = before;
    this.#lockHost(wanted);
    return result;
  }

  /** Asks the host who else has a range locked. @returns A negative errno, or 0 with the answer in `struct flock`. */
  ask({ type, start, end }: LockRange): { readonly status: number; readonly flock: Uint8Array<ArrayBuffer> } {
    return { status: this.#control(FCNTL.F_OFD_GETLK, type, start, end), flock: record.bytes.slice() };
  }

  /** Has the host lock a range's parts as strongly as anybody here has. */
  #lockHost({ start, end }: LockRange): number {
    const inside = this.#held.filter((held) => overlaps(held, { type: 0, start, end }));
    const edges = inside.flatMap((held) => [held.start, held.end]).filter((at) => at > start && at < end);
    const points = [...new Set([start, ...edges, end])].toSorted((a, b) => a < b ? -1 : 1);
    for (let index = 0; index + 1 < points.length; index++) {
      const part = { type: 0, start: points[index], end: points[index + 1] };
      const types = inside.filter((held) => overlaps(held, part)).map(({ type }) => type);
      const type = types.length === 0 ? LOCK.NONE : types.includes(LOCK.WRITE) ? LOCK.WRITE : LOCK.READ;
      const status = this.#control(FCNTL.F_OFD_SETLK, type, part.start, part.end);
      if (status < 0) return status;
    }
    return 0;
  }

  #control(command: number, type: number, start: bigint, end: bigint): number {
    record.bytes.fill(0);
    record.view.setInt16(0, type, true);
    record.view.setBigInt64(8, start, true);
    record.view.setBigInt64(16, end === LOCK_END ? 0n : end - start, true);
    return hostCall("fcntl", this.#host, command, record.address);
  }

  /** Closes its descriptor. */
  close(): void {
    hostCall("close", this.#host);
  }
}
