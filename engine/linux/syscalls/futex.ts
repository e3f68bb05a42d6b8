/**
 * futex(2) and the lists that go with it, for processes of one thread: nobody else can wait, so there is nobody to wake,
 * and a wait ends with its time or by a signal.
 */

import { ERRNO } from "../abi/errno.ts";
import { FUTEX, FUTEX_CLOCK_REALTIME, FUTEX_PRIVATE_FLAG } from "../abi/futex.ts";
import { CLOCK } from "../abi/time.ts";
import { readDuration } from "../durations.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, int, type Parameter, size, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";
import { clockTime } from "./clocks.ts";

const NAMES = new Map<number, string>(Object.entries(FUTEX).map(([name, value]) => [value, name]));
const operation: Parameter<number> = {
  decode: (register) => Number(BigInt.asIntN(32, register)),
  show(register) {
    const value = Number(BigInt.asIntN(32, register));
    const name = NAMES.get(value & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) ?? String(value);
    const clock = value & FUTEX_CLOCK_REALTIME ? "|FUTEX_CLOCK_REALTIME" : "";
    return `${name}${value & FUTEX_PRIVATE_FLAG ? "_PRIVATE" : ""}${clock}`;
  },
};

/** Waits until the time is over: a call with a time fails with EINTR after a handler, one without starts again. */
function waitUntil(process: Process, deadline: number | undefined): Result {
  if (deadline === undefined) return { wait: {}, retry: () => waitUntil(process, deadline) };
  if (process.world.clock.now() >= deadline) return -ERRNO.ETIMEDOUT;
  return { wait: { deadline }, retry: () => waitUntil(process, deadline), interrupt: () => -ERRNO.EINTR };
}

function wait(process: Process, at: number, expected: number, timeout: number, clock: number | undefined): Result {
  const time = timeout === 0 ? undefined : readDuration(copyIn(process, timeout, 16));
  if (typeof time === "object") return time.failure;
  if (at % 4 !== 0) return -ERRNO.EINVAL;
  const word = copyIn(process, at, 4);
  if (word === undefined) return -ERRNO.EFAULT;
  if (new DataView(word.buffer).getUint32(0, true) !== expected) return -ERRNO.EAGAIN;
  if (time === undefined) return waitUntil(process, undefined);
  return waitUntil(
    process,
    process.world.clock.now() + time - (clock === undefined ? 0 : clockTime(process, clock) ?? 0),
  );
}

/** FUTEX_WAKE_OP changes a word before it wakes: set, add, or, and not, exclusive or. */
function changeWord(process: Process, at: number, encoded: number): number {
  const bytes = copyIn(process, at, 4);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const view = new DataView(bytes.buffer);
  const old = view.getInt32(0, true);
  const operand = encoded << 8 >> 20;
  const value = encoded & 0x8000_0000 ? 1 << (operand & 31) : operand;
  const results = [value, old + value, old | value, old & ~value, old ^ value];
  const result = results[encoded >>> 28 & 7];
  if (result === undefined || (encoded >>> 24 & 15) > 5) return -ERRNO.ENOSYS;
  view.setInt32(0, result, true);
  return copyOut(process, at, bytes) ? 0 : -ERRNO.EFAULT;
}

export const futex = syscall(
  "futex",
  "partial",
  { uaddr: address, op: operation, val: unsigned, timeout: address, uaddr2: address, val3: unsigned },
  (process, { uaddr, op, val, timeout, uaddr2, val3 }) => {
    switch (op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) {
      case FUTEX.FUTEX_WAIT:
        return wait(process, uaddr, val, timeout, undefined);
      case FUTEX.FUTEX_WAIT_BITSET: {
        const clock = op & FUTEX_CLOCK_REALTIME ? CLOCK.CLOCK_REALTIME : CLOCK.CLOCK_MONOTONIC;
        return val3 === 0 ? -ERRNO.EINVAL : wait(process, uaddr, val, timeout, clock);
      }
      case FUTEX.FUTEX_WAKE:
      case FUTEX.FUTEX_REQUEUE:
        return uaddr % 4 === 0 ? 0 : -ERRNO.EINVAL;
      case FUTEX.FUTEX_WAKE_BITSET:
        return uaddr % 4 === 0 && val3 !== 0 ? 0 : -ERRNO.EINVAL;
      case FUTEX.FUTEX_CMP_REQUEUE: {
        const word = copyIn(process, uaddr, 4);
        if (word === undefined) return -ERRNO.EFAULT;
        return new DataView(word.buffer).getUint32(0, true) === val3 ? 0 : -ERRNO.EAGAIN;
      }
      case FUTEX.FUTEX_WAKE_OP:
        return changeWord(process, uaddr2, val3);
      default:
        return -ERRNO.ENOSYS;
    }
  },
  "No priority inheritance; processes have one thread, and memory shared with others wakes nobody",
);

/** Bytes of `struct robust_list_head`. */
const ROBUST_LIST_SIZE = 24;

export const set_robust_list = syscall(
  "set_robust_list",
  "full",
  { head: address, length: size },
  (process, { head, length }) => {
    if (length !== ROBUST_LIST_SIZE) return -ERRNO.EINVAL;
    process.thread.robustList = { head, size: length };
    return 0;
  },
);

export const get_robust_list = syscall(
  "get_robust_list",
  "full",
  { pid: int, head: address, length: address },
  (process, { pid, head, length }) => {
    if (pid !== 0 && pid !== process.thread.tid) return -ERRNO.ESRCH;
    const { robustList } = process.thread;
    const written = copyOut(process, length, new Uint8Array(BigUint64Array.of(BigInt(robustList.size)).buffer)) &&
      copyOut(process, head, new Uint8Array(BigUint64Array.of(BigInt(robustList.head)).buffer));
    return written ? 0 : -ERRNO.EFAULT;
  },
);

/** glibc goes on without restartable sequences. */
export const rseq = syscall(
  "rseq",
  "refused",
  { rseq: address, length: unsigned, flags: int, signature: unsigned },
  () => -ERRNO.ENOSYS,
);
