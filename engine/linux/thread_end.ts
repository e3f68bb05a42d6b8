/**
 * The end of a thread: who waits for it is told, and for what it held. See set_tid_address(2), set_robust_list(2),
 * pthreads(7).
 */

import { FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS } from "./abi/futex.ts";
import { threadCpuTime } from "./cpu_times.ts";
import { copyIn, copyOut } from "./guest_pointers.ts";
import type { Process } from "./process.ts";
import type { Thread } from "./threads.ts";

/** Most locks of a list that are looked at: lists may be loops. */
const MOST_LOCKS = 2048;
/** `struct robust_list_head`: first entry, offset of the futex word in an entry, lock that is being taken or given. */
const HEAD = { FIRST: 0, OFFSET: 8, PENDING: 16, SIZE: 24 } as const;

/** Wakes those who wait at a futex, as a call without FUTEX_PRIVATE_FLAG does. */
function wake(process: Process, at: number): void {
  process.table.futexes.wake(process.table.futexes.key(process.memory, at, false), 1);
}

/** An entry whose holder is dead: whoever takes the lock next is told so. */
function giveUpLock(process: Process, thread: Thread, at: number, isPriority: boolean, isPending: boolean): boolean {
  const bytes = at % 4 === 0 ? copyIn(process, at, 4) : undefined;
  if (bytes === undefined) return false;
  const view = new DataView(bytes.buffer);
  const value = view.getUint32(0, true);
  if (isPending && !isPriority && value === 0) wake(process, at);
  if ((value & FUTEX_TID_MASK) !== thread.tid) return true;
  view.setUint32(0, value & FUTEX_WAITERS | FUTEX_OWNER_DIED, true);
  if (!copyOut(process, at, bytes)) return false;
  if (!isPriority && value & FUTEX_WAITERS) wake(process, at);
  return true;
}

/** Gives up the locks that a thread still holds. */
function giveUpLocks(process: Process, thread: Thread): void {
  const { head, size } = thread.robustList;
  const record = size === HEAD.SIZE ? copyIn(process, head, HEAD.SIZE) : undefined;
  if (record === undefined) return;
  const view = new DataView(record.buffer);
  const offset = Number(view.getBigInt64(HEAD.OFFSET, true));
  const pending = view.getBigUint64(HEAD.PENDING, true);
  const place = (entry: bigint) => Number(entry & ~1n) + offset;
  let entry = view.getBigUint64(HEAD.FIRST, true);
  for (let count = 0; count < MOST_LOCKS && Number(entry & ~1n) !== head; count++) {
    const next = copyIn(process, Number(entry & ~1n), 8);
    const isPriority = (entry & 1n) !== 0n;
    if (entry !== pending && !giveUpLock(process, thread, place(entry), isPriority, false)) return;
    if (next === undefined) return;
    entry = new DataView(next.buffer).getBigUint64(0, true);
  }
  if (pending !== 0n) giveUpLock(process, thread, place(pending), (pending & 1n) !== 0n, true);
}

/**
 * A thread ends.
 *
 * @param isShared Whether others have its memory too, and can wait for its end.
 */
export function endThread(process: Process, thread: Thread, isShared: boolean): void {
  if (thread.isEnded) return;
  thread.isEnded = true;
  thread.waiting?.abandon?.();
  thread.waiting = undefined;
  giveUpLocks(process, thread);
  if (thread.clearTid !== 0 && isShared) {
    copyOut(process, thread.clearTid, new Uint8Array(4));
    wake(process, thread.clearTid);
  }
  process.signals.removeThread(thread.signals);
  process.spent.ended += threadCpuTime(process, thread);
  process.contexts.end(thread.tid);
  process.table.removeThread(process, thread);
}
