/**
 * Copies a guest's memory for fork(2): private pages that were touched are copied, shared mappings are mapped again.
 *
 * Pages that were never touched are found in the host's `/proc/self/pagemap`, see proc_pid_pagemap(5). Private files are
 * copied whole: what was mapped may be gone. Leaves out pages past the end of files, which become inaccessible.
 */

import { closeSync, openSync, readSync } from "node:fs";
import { errno, libc, MAP, PROT } from "../ffi/libc.ts";
import { type GuestMemory, PAGE_SIZE } from "./guest_memory.ts";
import type { Region } from "./regions.ts";

const MREMAP = 25n;
const [MREMAP_MAYMOVE, MREMAP_FIXED] = [1n, 2n];
const MADV_POPULATE_WRITE = 23;
const ENTRY = 8;
/** The highest byte of an entry has a bit for a page that is there, and one for a page that is swapped out. */
const TOUCHED = 0xc0;
/** Pages that are asked about at once. */
const BATCH = 8192;

const entries = new Uint8Array(BATCH * ENTRY);

/** Runs of pages of a range of the host that were ever touched. */
function* touched(pagemap: number, host: bigint, length: number): Generator<readonly [start: number, end: number]> {
  const pages = length / PAGE_SIZE;
  let run: number | undefined;
  for (let first = 0; first < pages; first += BATCH) {
    const count = Math.min(BATCH, pages - first);
    const position = (Number(host) / PAGE_SIZE + first) * ENTRY;
    readSync(pagemap, entries, 0, count * ENTRY, position);
    for (let page = 0; page < count; page++) {
      const isTouched = (entries[page * ENTRY + 7] & TOUCHED) !== 0;
      if (isTouched && run === undefined) run = first + page;
      if (!isTouched && run !== undefined) {
        yield [run * PAGE_SIZE, (first + page) * PAGE_SIZE];
        run = undefined;
      }
    }
  }
  if (run !== undefined) yield [run * PAGE_SIZE, length];
}

function check(result: bigint | number, what: string): void {
  if (Number(result) === -1) throw new Error(`Cannot ${what} for a copy of a guest's memory: errno is ${errno()}`);
}

function copyPages(from: GuestMemory, to: GuestMemory, start: number, end: number): void {
  libc().madvise(to.hostBase + BigInt(start), BigInt(end - start), MADV_POPULATE_WRITE);
  to.uncheckedView(start, end - start).set(from.uncheckedView(start, end - start));
}

function copyPrivate(from: GuestMemory, to: GuestMemory, region: Region, pagemap: number): void {
  const { start, end, protection, name } = region;
  const length = end - start;
  const [source, target] = [from.hostBase + BigInt(start), to.hostBase + BigInt(start)];
  const flags = MAP.PRIVATE | MAP.FIXED | MAP.NORESERVE | MAP.ANONYMOUS;
  check(libc().mmap(target, BigInt(length), PROT.READ | PROT.WRITE, flags, -1, 0n), "map memory");
  const runs = name.startsWith("/") ? [[0, length] as const] : [...touched(pagemap, source, length)];
  if (runs.length > 0 && protection === PROT.NONE) libc().mprotect(source, BigInt(length), PROT.READ);
  for (const [first, last] of runs) copyPages(from, to, start + first, start + last);
  if (runs.length > 0 && protection === PROT.NONE) libc().mprotect(source, BigInt(length), PROT.NONE);
}

/** Maps again what is shared: with an old size of 0, mremap(2) leaves the old mapping where it is. */
function copyShared(from: GuestMemory, to: GuestMemory, { start, end }: Region): void {
  const moved = libc().syscall64(
    ...[MREMAP, from.hostBase + BigInt(start), 0n, BigInt(end - start), MREMAP_MAYMOVE | MREMAP_FIXED] as const,
    ...[to.hostBase + BigInt(start), 0n] as const,
  );
  check(moved, "map a shared mapping again");
}

/**
 * Copies all of a memory into an empty one.
 *
 * @throws {Error} If the host has no room.
 */
export function copyMemory(from: GuestMemory, to: GuestMemory): void {
  const pagemap = openSync("/proc/self/pagemap", "r");
  try {
    for (const region of from.regions.list()) {
      if (region.shared) copyShared(from, to, region);
      else if (!region.pastEnd) copyPrivate(from, to, region, pagemap);
      to.adopt(region);
    }
  } finally {
    closeSync(pagemap);
  }
}
