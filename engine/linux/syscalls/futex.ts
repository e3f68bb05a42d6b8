/** futex(2) and the lists that go with it. Who waits is in futexes.ts. */

import { ERRNO } from "../abi/errno.ts";
import { FUTEX, FUTEX_CLOCK_REALTIME, FUTEX_PRIVATE_FLAG } from "../abi/futex.ts";
import { CLOCK } from "../abi/time.ts";
import { readDuration } from "../durations.ts";
import { ANY_BITSET, type Sleeper } from "../futexes.ts";
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

/** What an operation acts on. */
interface Target {
  readonly process: Process;
  readonly at: number;
  readonly isPrivate: boolean;
}

/** Which futex it is, or a negative errno. */
function keyOf({ process, at, isPrivate }: Target): string | number {
  if (at % 4 !== 0) return -ERRNO.EINVAL;
  if (!isPrivate && !process.memory.allows(at, 4, 1)) return -ERRNO.EFAULT;
  return process.table.futexes.key(process.memory, at, isPrivate);
}

/** Waits to be woken: a call with a time fails with EINTR after a handler, one without starts again. */
function sleep(process: Process, sleeper: Sleeper, deadline: number | undefined): Result {
  if (sleeper.isWoken) return 0;
  if (deadline !== undefined && process.world.clock.now() >= deadline) {
    process.table.futexes.remove(sleeper);
    return -ERRNO.ETIMEDOUT;
  }
  return {
    wait: { ready: () => sleeper.isWoken, ...(deadline === undefined ? {} : { deadline }) },
    retry: () => sleep(process, sleeper, deadline),
    abandon: () => process.table.futexes.remove(sleeper),
    ...(deadline === undefined ? {} : { interrupt: () => -ERRNO.EINTR }),
  };
}

/** @param clock The clock that `timeout` is a time of; without it, it is how long to wait. */
function wait(target: Target, expected: number, bitset: number, timeout: number, clock: number | undefined): Result {
  const { process, at } = target;
  if (bitset === 0) return -ERRNO.EINVAL;
  const time = timeout === 0 ? undefined : readDuration(copyIn(process, timeout, 16));
  if (typeof time === "object") return time.failure;
  const key = keyOf(target);
  if (typeof key === "number") return key;
  const word = copyIn(process, at, 4);
  if (word === undefined) return -ERRNO.EFAULT;
  if (new DataView(word.buffer).getUint32(0, true) !== expected) return -ERRNO.EAGAIN;
  const deadline = time === undefined
    ? undefined
    : process.world.clock.now() + time - (clock === undefined ? 0 : clockTime(process, clock) ?? 0);
  return sleep(process, process.table.futexes.add(key, bitset), deadline);
}

function wake(target: Target, count: number, bitset: number): number {
  const key = keyOf(target);
  if (typeof key === "number") return key;
  if (bitset === 0) return -ERRNO.EINVAL;
  // One is woken even if none is asked for.
  return target.process.table.futexes.wake(key, Math.max(1, count), bitset);
}

/** @param expected The value that the word must have; any without it. */
function requeue(target: Target, to: Target, count: number, moved: number, expected?: number): number {
  const { process } = target;
  if (count < 0 || moved < 0) return -ERRNO.EINVAL;
  const [from, other] = [keyOf(target), keyOf(to)];
  if (typeof from === "number") return from;
  if (typeof other === "number") return other;
  if (expected !== undefined) {
    const word = copyIn(process, target.at, 4);
    if (word === undefined) return -ERRNO.EFAULT;
    if (new DataView(word.buffer).getUint32(0, true) !== expected) return -ERRNO.EAGAIN;
  }
  const { futexes } = process.table;
  return futexes.wake(from, count) + futexes.requeue(from, other, moved);
}

/** FUTEX_WAKE_OP changes a word before it wakes: set, add, or, and not, exclusive or. @returns The old value. */
function changeWord(process: Process, at: number, encoded: number): { old: number } | { failure: number } {
  const bytes = copyIn(process, at, 4);
  if (bytes === undefined) return { failure: -ERRNO.EFAULT };
  const view = new DataView(bytes.buffer);
  const old = view.getInt32(0, true);
  const operand = encoded << 8 >> 20;
  const value = encoded & 0x8000_0000 ? 1 << (operand & 31) : operand;
  const results = [value, old + value, old | value, old & ~value, old ^ value];
  const result = results[encoded >>> 28 & 7];
  if (result === undefined || (encoded >>> 24 & 15) > 5) return { failure: -ERRNO.ENOSYS };
  view.setInt32(0, result, true);
  return copyOut(process, at, bytes) ? { old } : { failure: -ERRNO.EFAULT };
}

/** Whether the old value compares as the encoded operation says: equal, not equal, less, and so on. */
function compares(old: number, encoded: number): boolean {
  const operand = encoded << 20 >> 20;
  const results = [old === operand, old !== operand, old < operand, old <= operand, old > operand, old >= operand];
  return results[encoded >>> 24 & 15];
}

function wakeAndChange(target: Target, other: Target, count: number, otherCount: number, encoded: number): number {
  const [key, otherKey] = [keyOf(target), keyOf(other)];
  if (typeof key === "number") return key;
  if (typeof otherKey === "number") return otherKey;
  const changed = changeWord(target.process, other.at, encoded);
  if ("failure" in changed) return changed.failure;
  const { futexes } = target.process.table;
  const woken = futexes.wake(key, Math.max(1, count));
  return compares(changed.old, encoded) ? woken + futexes.wake(otherKey, Math.max(1, otherCount)) : woken;
}

export const futex = syscall(
  "futex",
  "partial",
  { uaddr: address, op: operation, val: unsigned, timeout: address, uaddr2: address, val3: unsigned },
  (process, { uaddr, op, val, timeout, uaddr2, val3 }) => {
    const isPrivate = (op & FUTEX_PRIVATE_FLAG) !== 0;
    const target = { process, at: uaddr, isPrivate };
    const other = { process, at: uaddr2, isPrivate };
    const realTime = op & FUTEX_CLOCK_REALTIME ? CLOCK.CLOCK_REALTIME : undefined;
    const count = timeout | 0; // what is a time for others
    switch (op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) {
      case FUTEX.FUTEX_WAIT:
        return wait(target, val, ANY_BITSET, timeout, undefined);
      case FUTEX.FUTEX_WAIT_BITSET:
        return wait(target, val, val3, timeout, realTime ?? CLOCK.CLOCK_MONOTONIC);
      case FUTEX.FUTEX_WAKE:
        return wake(target, val | 0, ANY_BITSET);
      case FUTEX.FUTEX_WAKE_BITSET:
        return wake(target, val | 0, val3);
      case FUTEX.FUTEX_REQUEUE:
        return requeue(target, other, val | 0, count);
      case FUTEX.FUTEX_CMP_REQUEUE:
        return requeue(target, other, val | 0, count, val3);
      case FUTEX.FUTEX_WAKE_OP:
        return wakeAndChange(target, other, val | 0, count, val3);
      default:
        return -ERRNO.ENOSYS;
    }
  },
  "No priority inheritance",
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
    const thread = pid === 0 ? process.thread : process.threads.get(pid);
    if (thread === undefined) return -ERRNO.ESRCH;
    const { robustList } = thread;
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
  "The host's kernel would write to it as it moves the host's thread: fails with ENOSYS",
);
