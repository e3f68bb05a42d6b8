/**
 * mmap(2), munmap(2), mprotect(2), brk(2): what is mapped where. mremap(2) is in remapping.ts, advice in memory.ts.
 *
 * Guest space ends at 2^40, where Linux has 2^47: a hint past it is not taken, a fixed address fails with ENOMEM.
 */

import { LOWEST_ADDRESS, MAPPING_TOP } from "../../loader/layout.ts";
import { PAGE_SIZE, pageDown, pageUp, SPAN } from "../../memory/guest_memory.ts";
import { ERRNO } from "../abi/errno.ts";
import { RLIMIT } from "../abi/limits.ts";
import { MAP_SHARED_VALIDATE, MAP_TYPE, MAPPING, PROTECTION } from "../abi/memory.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { mayCommit } from "../overcommit.ts";
import { address, fd, flags, long, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";

const ACCESS_BITS = 7;
const LOW_END = 2 ** 31;
const USER_END = 2 ** 47 - PAGE_SIZE;
const KNOWN_FLAGS = Object.values(MAPPING).reduce((all, bit) => all | bit, 0);
const status = new HostBuffer(144);
const STAT = { MODE: 24, SIZE: 48 } as const;
const [S_IFMT, S_IFREG, S_IFDIR, S_IFCHR] = [0o170000, 0o100000, 0o040000, 0o020000];
const F_GETFL = 3;
const [O_ACCMODE, O_WRONLY, O_RDWR, O_PATH] = [3, 1, 2, 0o10000000];

const protection = flags(PROTECTION);

/** A file to map, checked, or a negative errno. */
function mappedFile(
  process: Process,
  values: { prot: number; flags: number; fd: number; offset: bigint },
): { descriptor: number; offset: number; size?: number } | number {
  const file = process.files.get(values.fd);
  if (file === undefined) return -ERRNO.EBADF;
  const mode = hostCall("fcntl", file.host, F_GETFL);
  if (mode < 0 || mode & O_PATH) return -ERRNO.EBADF;
  if ((mode & O_ACCMODE) === O_WRONLY) return -ERRNO.EACCES;
  const isShared = (values.flags & MAPPING.MAP_SHARED) !== 0;
  if (isShared && values.prot & PROTECTION.PROT_WRITE && (mode & O_ACCMODE) !== O_RDWR) return -ERRNO.EACCES;
  const result = hostCall("fstat", file.host, status.address);
  if (result < 0) return result;
  const kind = status.view.getUint32(STAT.MODE, true) & S_IFMT;
  if (kind === S_IFDIR || kind !== S_IFREG && kind !== S_IFCHR) return -ERRNO.ENODEV;
  const place = { descriptor: file.host, offset: Number(values.offset) };
  return kind === S_IFREG ? { ...place, size: Number(status.view.getBigInt64(STAT.SIZE, true)) } : place;
}

/** Where a mapping goes, or a negative errno. */
export function findPlace(process: Process, hint: number, length: number, mapFlags: number): number {
  const { regions } = process.memory;
  if (mapFlags & (MAPPING.MAP_FIXED | MAPPING.MAP_FIXED_NOREPLACE)) {
    if (hint % PAGE_SIZE !== 0) return -ERRNO.EINVAL;
    if (hint + length > SPAN) return -ERRNO.ENOMEM;
    if (hint < LOWEST_ADDRESS) return -ERRNO.EPERM;
    const isTaken = mapFlags & MAPPING.MAP_FIXED_NOREPLACE && regions.within(hint, hint + length).length > 0;
    return isTaken ? -ERRNO.EEXIST : hint;
  }
  const wanted = Math.max(pageDown(hint), LOWEST_ADDRESS);
  if (hint !== 0 && wanted + length <= MAPPING_TOP && regions.within(wanted, wanted + length).length === 0) {
    return wanted;
  }
  const low = mapFlags & MAPPING.MAP_32BIT ? regions.findFree(length, LOWEST_ADDRESS, LOW_END) : undefined;
  return low ?? regions.findFree(length, LOWEST_ADDRESS, MAPPING_TOP) ?? -ERRNO.ENOMEM;
}

/** Whether another `length` bytes are within RLIMIT_AS. */
export function fitsLimit(process: Process, length: number): boolean {
  const limit = process.limits.soft(RLIMIT.RLIMIT_AS);
  if (limit === Infinity) return true;
  const mapped = process.memory.regions.list().reduce((sum, { start, end }) => sum + end - start, 0);
  return mapped + length <= limit;
}

/** The flags that mmap(2) refuses before it looks at anything else. */
function checkFlags(mapFlags: number): number {
  const type = mapFlags & MAP_TYPE;
  if (type === 0 || type > MAP_SHARED_VALIDATE) return -ERRNO.EINVAL;
  if (type === MAP_SHARED_VALIDATE && (mapFlags & ~KNOWN_FLAGS || mapFlags & MAPPING.MAP_SYNC)) {
    return -ERRNO.EOPNOTSUPP;
  }
  return mapFlags & MAPPING.MAP_HUGETLB ? -ERRNO.ENOMEM : 0;
}

export const mmap = syscall(
  "mmap",
  "partial",
  { addr: address, length: size, prot: protection, flags: flags(MAPPING), fd, offset: long },
  (process, values) => {
    const { memory, listener } = process;
    const { prot, flags: mapFlags, offset } = values;
    if (offset % BigInt(PAGE_SIZE) !== 0n || values.length === 0) return -ERRNO.EINVAL;
    const length = pageUp(values.length);
    if (length > USER_END) return -ERRNO.ENOMEM;
    if (offset < 0n || offset + BigInt(length) > 2n ** 63n) return -ERRNO.EOVERFLOW;
    const isAnonymous = (mapFlags & MAPPING.MAP_ANONYMOUS) !== 0;
    if (!isAnonymous && process.files.get(values.fd) === undefined) return -ERRNO.EBADF;
    const refused = checkFlags(mapFlags);
    if (refused !== 0) return refused;
    const start = findPlace(process, values.addr, length, mapFlags);
    if (start < 0) return start;
    const file = isAnonymous ? undefined : mappedFile(process, values);
    if (typeof file === "number") return file;
    if (!fitsLimit(process, length)) return -ERRNO.ENOMEM;
    const isWritable = (prot & PROTECTION.PROT_WRITE) !== 0 && (isAnonymous || !(mapFlags & MAPPING.MAP_SHARED));
    if (isWritable && !(mapFlags & MAPPING.MAP_NORESERVE) && !mayCommit(length)) return -ERRNO.ENOMEM;
    const path = isAnonymous ? "" : process.files.get(values.fd)?.path ?? "";
    const shared = (mapFlags & MAPPING.MAP_SHARED) !== 0;
    const source = file === undefined ? {} : { file };
    listener.unmapped(process, start, start + length);
    const result = memory.map({ start, length, protection: prot & ACCESS_BITS, shared, name: path, ...source });
    if (result !== 0) return -result;
    if (file !== undefined) {
      const executable = (prot & PROTECTION.PROT_EXEC) !== 0;
      const hostPath = process.paths.toHost(path);
      listener.mapped(process, { path, hostPath, start, end: start + length, offset: file.offset, executable });
    }
    return start;
  },
  "MAP_GROWSDOWN mappings do not grow, MAP_HUGETLB has no pages to give",
);

export const munmap = syscall("munmap", "full", { addr: address, length: size }, (process, { addr, length }) => {
  if (addr % PAGE_SIZE !== 0 || length === 0 || addr + length > USER_END) return -ERRNO.EINVAL;
  const end = Math.min(SPAN, addr + pageUp(length));
  if (addr >= end) return 0;
  process.memory.unmap(addr, end - addr);
  process.listener.unmapped(process, addr, end);
  return 0;
});

/** The part of `[start, end)` up to where the first hole begins. */
export function coveredEnd(process: Process, start: number, end: number): number {
  let reached = start;
  for (const region of process.memory.regions.within(start, end)) {
    if (region.start > reached) break;
    reached = region.end;
  }
  return reached;
}

export const mprotect = syscall(
  "mprotect",
  "full",
  { addr: address, length: size, prot: protection },
  (process, { addr, length, prot }) => {
    const grows = PROTECTION.PROT_GROWSDOWN | PROTECTION.PROT_GROWSUP;
    if (addr % PAGE_SIZE !== 0 || (prot & grows) === grows) return -ERRNO.EINVAL;
    if (prot & ~(ACCESS_BITS | PROTECTION.PROT_SEM | grows)) return -ERRNO.EINVAL;
    if (length === 0) return 0;
    const end = addr + pageUp(length);
    if (addr >= SPAN) return -ERRNO.ENOMEM;
    const reached = coveredEnd(process, addr, Math.min(end, SPAN));
    if (reached > addr) {
      const result = process.memory.protect(addr, reached - addr, prot & ACCESS_BITS);
      if (result !== 0) return -result;
    }
    return reached < end ? -ERRNO.ENOMEM : 0;
  },
);

export const brk = syscall("brk", "full", { addr: address }, (process, { addr }) => {
  const { memory, heapStart, heapEnd, limits } = process;
  if (addr < heapStart || addr - heapStart > limits.soft(RLIMIT.RLIMIT_DATA)) return heapEnd;
  const [from, to] = [pageUp(heapEnd), pageUp(addr)];
  if (to > from) {
    const isFree = to <= MAPPING_TOP && memory.regions.within(from, to + PAGE_SIZE).length === 0;
    if (!isFree || !fitsLimit(process, to - from) || !mayCommit(to - from)) return heapEnd;
    if (memory.map({ start: from, length: to - from, protection: 3, name: "[heap]" }) !== 0) return heapEnd;
  }
  if (to < from) memory.unmap(to, from - to);
  return process.heapEnd = addr;
});
