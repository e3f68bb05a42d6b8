/**
 * Advice and questions about mapped memory: madvise(2), msync(2), mincore(2), mlock(2) and its family, membarrier(2).
 *
 * Locking is accepted and does nothing: the host decides what it keeps in memory.
 */

import { PAGE_SIZE, pageUp, SPAN } from "../../memory/guest_memory.ts";
import { ERRNO } from "../abi/errno.ts";
import { ADVICE, MS } from "../abi/memory.ts";
import { writable } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { address, bits, choice, flags, int, size, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";

const { MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_DONTNEED_LOCKED } = ADVICE;
const { MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_HWPOISON, MADV_SOFT_OFFLINE } = ADVICE;
const KNOWN_ADVICE = new Set<number>(Object.values(ADVICE));
/** Advice that changes what the guest sees, or can fail for what is mapped: the host is asked. */
const PASSED_ON = new Set<number>([
  ...[MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_DONTNEED_LOCKED, MADV_POPULATE_READ, MADV_POPULATE_WRITE],
]);

/** Checks `[start, start + length)`. @returns Its end, or a negative errno. */
function rangeEnd(start: number, length: number): number {
  if (start % PAGE_SIZE !== 0) return -ERRNO.EINVAL;
  const end = start + pageUp(length);
  return end > SPAN ? -ERRNO.ENOMEM : end;
}

export const madvise = syscall(
  "madvise",
  "full",
  { addr: address, length: size, advice: choice(ADVICE) },
  (process, { addr, length, advice }) => {
    if (addr % PAGE_SIZE !== 0 || !KNOWN_ADVICE.has(advice)) return -ERRNO.EINVAL;
    if (advice === MADV_HWPOISON || advice === MADV_SOFT_OFFLINE) return -ERRNO.EPERM;
    const end = rangeEnd(addr, length);
    if (end < 0) return end;
    if (PASSED_ON.has(advice)) {
      const result = process.memory.advise(addr, end - addr, advice);
      if (result !== 0) return -result;
    }
    return process.memory.regions.covers(addr, end) ? 0 : -ERRNO.ENOMEM;
  },
);

export const msync = syscall(
  "msync",
  "full",
  { addr: address, length: size, flags: flags(MS) },
  (process, { addr, length, flags: how }) => {
    const known = MS.MS_ASYNC | MS.MS_INVALIDATE | MS.MS_SYNC;
    if (how & ~known || (how & MS.MS_ASYNC && how & MS.MS_SYNC)) return -ERRNO.EINVAL;
    const end = rangeEnd(addr, length);
    if (end < 0) return end;
    const { memory } = process;
    for (const { start, end: to, shared } of memory.regions.within(addr, end)) {
      if (!shared) continue;
      const result = hostCall("msync", memory.hostBase + BigInt(start), to - start, how);
      if (result < 0) return result;
    }
    return memory.regions.covers(addr, end) ? 0 : -ERRNO.ENOMEM;
  },
);

export const mincore = syscall(
  "mincore",
  "full",
  { addr: address, length: size, vec: address },
  (process, { addr, length, vec }) => {
    const end = rangeEnd(addr, length);
    if (end < 0) return end;
    const { memory } = process;
    if (!memory.regions.covers(addr, end)) return -ERRNO.ENOMEM;
    const pages = (end - addr) / PAGE_SIZE;
    return hostCall("mincore", memory.hostBase + BigInt(addr), end - addr, writable(process, vec, pages));
  },
);

function lock(process: Process, addr: number, length: number): number {
  const start = addr - addr % PAGE_SIZE;
  const end = start + pageUp(length + addr % PAGE_SIZE);
  return end <= SPAN && process.memory.regions.covers(start, end) ? 0 : -ERRNO.ENOMEM;
}

const lockNote = "Nothing is locked";

export const mlock = syscall(
  "mlock",
  "partial",
  { addr: address, length: size },
  (process, { addr, length }) => lock(process, addr, length),
  lockNote,
);

export const mlock2 = syscall(
  "mlock2",
  "partial",
  { addr: address, length: size, flags: bits },
  (process, { addr, length, flags: how }) => how & ~1 ? -ERRNO.EINVAL : lock(process, addr, length),
  lockNote,
);

export const munlock = syscall(
  "munlock",
  "full",
  { addr: address, length: size },
  (process, { addr, length }) => lock(process, addr, length),
);

export const mlockall = syscall(
  "mlockall",
  "partial",
  { flags: bits },
  (_, { flags: how }) => how === 0 || how & ~7 || how === 4 ? -ERRNO.EINVAL : 0,
  lockNote,
);

export const munlockall = syscall("munlockall", "full", {}, () => 0);

/** Commands that membarrier(2) tells to have: the global ones and the private one, with their registrations. */
const MEMBARRIER = { QUERY: 0, SUPPORTED: 0x1f } as const;

export const membarrier = syscall(
  "membarrier",
  "full",
  { cmd: int, flags: unsigned, cpu_id: int },
  (_, { cmd, flags: how }) => {
    if (how !== 0) return -ERRNO.EINVAL;
    if (cmd === MEMBARRIER.QUERY) return MEMBARRIER.SUPPORTED;
    // Threads run one at a time, on one CPU: what one wrote the next sees.
    return cmd > 0 && (cmd & (cmd - 1)) === 0 && cmd & MEMBARRIER.SUPPORTED ? 0 : -ERRNO.EINVAL;
  },
);
