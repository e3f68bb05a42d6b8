/** mremap(2): a mapping that grows, shrinks or moves. */

import { PAGE_SIZE, pageUp, SPAN } from "../../memory/guest_memory.ts";
import { LOWEST_ADDRESS } from "../../loader/layout.ts";
import { ERRNO } from "../abi/errno.ts";
import { MAPPING, MREMAP } from "../abi/memory.ts";
import { mayCommit } from "../overcommit.ts";
import { address, flags, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";
import { findPlace, fitsLimit } from "./mapping.ts";

const { MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_DONTUNMAP } = MREMAP;

/** Moves `[start, start + length)` and follows the file that is mapped there. */
function moveTo(process: Process, start: number, length: number, target: number, newLength: number): number {
  const { memory, listener } = process;
  const region = memory.regions.at(start);
  const result = memory.move(start, length, target, newLength);
  if (result !== 0) return -result;
  listener.unmapped(process, start, start + length);
  listener.unmapped(process, target, target + newLength);
  if (region?.name.startsWith("/")) {
    const { name: path, protection } = region;
    const place = { start: target, end: target + newLength, offset: region.offset + start - region.start };
    listener.mapped(process, {
      path,
      hostPath: process.paths.toHost(path),
      ...place,
      executable: (protection & 4) !== 0,
    });
  }
  return target;
}

/** Grows anonymous private memory where it is, if what follows is free. */
function growInPlace(process: Process, start: number, length: number, newLength: number): boolean {
  const { memory } = process;
  const region = memory.regions.at(start);
  if (region === undefined || region.shared || region.name.startsWith("/")) return false;
  const [from, to] = [start + length, start + newLength];
  if (to > SPAN || memory.regions.within(from, to).length > 0) return false;
  const { protection, name } = region;
  return memory.map({ start: from, length: to - from, protection, name }) === 0;
}

export const mremap = syscall(
  "mremap",
  "partial",
  { old_address: address, old_size: size, new_size: size, flags: flags(MREMAP), new_address: address },
  (process, values) => {
    const { memory } = process;
    const { old_address: start, flags: how, new_address: target } = values;
    const isFixed = (how & MREMAP_FIXED) !== 0;
    if (how & ~(MREMAP_MAYMOVE | MREMAP_FIXED) || start % PAGE_SIZE !== 0) return -ERRNO.EINVAL;
    if (isFixed && !(how & MREMAP_MAYMOVE) || values.new_size === 0) return -ERRNO.EINVAL;
    const [length, newLength] = [pageUp(values.old_size), pageUp(values.new_size)];
    if (isFixed) {
      const overlaps = target < start + length && start < target + newLength;
      if (target % PAGE_SIZE !== 0 || target + newLength > SPAN || overlaps) return -ERRNO.EINVAL;
      if (target < LOWEST_ADDRESS) return -ERRNO.EPERM;
    }
    if (start + length > SPAN || memory.regions.at(start) === undefined) return -ERRNO.EFAULT;
    if (length === 0) return -ERRNO.EINVAL;
    if (newLength < length) {
      memory.unmap(start + newLength, length - newLength);
      process.listener.unmapped(process, start + newLength, start + length);
    }
    const kept = Math.min(length, newLength);
    if (!memory.regions.covers(start, start + kept)) return -ERRNO.EFAULT;
    if (!isFixed && newLength <= length) return start;
    if (!fitsLimit(process, newLength - kept) || !mayCommit(newLength - kept)) return -ERRNO.ENOMEM;
    if (!isFixed && growInPlace(process, start, length, newLength)) return start;
    if (!(how & MREMAP_MAYMOVE)) return -ERRNO.ENOMEM;
    const place = isFixed ? target : findPlace(process, 0, newLength, MAPPING.MAP_PRIVATE);
    return place < 0 ? place : moveTo(process, start, kept, place, newLength);
  },
  `MREMAP_DONTUNMAP (${MREMAP_DONTUNMAP}) and an old size of 0, which duplicates, are refused; files do not grow in place`,
);
