/**
 * The guest's memory: one flat reservation of the host, where guest address A lives at `base + A`.
 *
 * Guest mappings are host mappings inside the reservation, a {@linkcode Regions} entry, and one permission byte a page,
 * which the translator's TLB reads. Leaves out who decides where things go: see the loader and mmap(2)'s row.
 */

import { busGuard, isReadableByHost } from "../ffi/bus_guard.ts";
import { errno, hostBytes, libc, MAP, mapHost, PROT, unmapHost } from "../ffi/libc.ts";
import { PAGE_FLAG_ASK } from "../ffi/stubs.ts";
import { GuestMemoryError } from "./errors.ts";
import { GuestData } from "./guest_data.ts";
import { type Region, Regions } from "./regions.ts";

/** Bytes of the guest's address space: 2^40. */
export const SPAN = 2 ** 40;
/** Bytes of a page. */
export const PAGE_SIZE = 4096;

const MREMAP = 25n;
const [MREMAP_MAYMOVE, MREMAP_FIXED] = [1n, 2n];
const EFAULT = 14;

/** Hears of changes that the translator or the counters must follow. */
export interface MemoryListener {
  /** Permissions of `[start, end)` were taken away or the range unmapped: what was looked up is stale. */
  revoked(start: number, end: number): void;
  /** Bytes of the executable range `[start, end)` are about to change; the old ones are still there. */
  codeChanged(start: number, end: number): void;
}

/** What {@linkcode GuestMemory.map} maps; without `file`, zeroed memory. */
export interface Mapping {
  /** Where, a multiple of the page size. */
  readonly start: number;
  /** In bytes; whole pages are mapped. */
  readonly length: number;
  /** Bits of PROT. */
  readonly protection: number;
  /** What the list of regions shows for it. */
  readonly name?: string;
  /** Whether stores reach the file, or who else maps it. */
  readonly shared?: boolean;
  /**
   * A host file: its descriptor and the offset of the first byte, a multiple of the page size. With `size`, the file's
   * size in bytes, pages past its end are mapped as such; without it there must be none.
   */
  readonly file?: { readonly descriptor: number; readonly offset: number; readonly size?: number };
}

/** Rounds up to whole pages. */
export function pageUp(value: number): number {
  return Math.ceil(value / PAGE_SIZE) * PAGE_SIZE;
}

/** Rounds down to whole pages. */
export function pageDown(value: number): number {
  return Math.floor(value / PAGE_SIZE) * PAGE_SIZE;
}

/** A guest's address space. */
export class GuestMemory extends GuestData {
  readonly #base: bigint;
  readonly #permissionsAddress = mapHost(SPAN / PAGE_SIZE, PROT.READ | PROT.WRITE);
  /** What is mapped where. */
  readonly regions: Regions = new Regions();
  /**
   * One byte a page: read 1, write 2, execute 4, {@linkcode PAGE_FLAG_ASK}. A page that is both writable and executable
   * is never both at once here, so that no code changes unnoticed.
   */
  permissions: Uint8Array<ArrayBuffer> = hostBytes(this.#permissionsAddress, SPAN / PAGE_SIZE);
  #guards: ReadonlyMap<number, number> = new Map();
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** Who hears of changes; set once by the engine. */
  listener: MemoryListener | undefined;

  constructor() {
    const base = mapHost(SPAN, PROT.NONE);
    const bytes = hostBytes(base, SPAN);
    super(bytes);
    this.#base = base;
    this.#bytes = bytes;
    busGuard().watch(this.#base, SPAN);
  }

  /** Host address of guest address 0. */
  get hostBase(): bigint {
    return this.#base;
  }

  /** Host address of the permission bytes. */
  get hostPermissions(): bigint {
    return this.#permissionsAddress;
  }

  /**
   * Maps memory at a fixed place, replacing what was there.
   *
   * @returns 0, or a positive errno of the host's mmap(2).
   */
  map(mapping: Mapping): number {
    const { start, protection, file, shared = false, name = "" } = mapping;
    const length = pageUp(mapping.length);
    this.#revoke(start, start + length);
    const flags = (shared ? MAP.SHARED : MAP.PRIVATE) | MAP.FIXED | MAP.NORESERVE | (file ? 0 : MAP.ANONYMOUS);
    const host = this.#base + BigInt(start);
    const offset = file?.offset ?? 0;
    const mapped = libc().mmap(
      host,
      BigInt(length),
      hostProtection(protection),
      flags,
      file?.descriptor ?? -1,
      BigInt(offset),
    );
    if (mapped === -1n) {
      const code = errno();
      this.unmap(start, length);
      return code;
    }
    const end = start + length;
    const fileEnd = file?.size === undefined ? end : Math.min(end, Math.max(start, start + pageUp(file.size - offset)));
    if (fileEnd > start) this.regions.add({ start, end: fileEnd, protection, shared, name, offset });
    if (fileEnd < end) {
      const past = { start: fileEnd, end, offset: offset + fileEnd - start, pastEnd: true };
      this.regions.add({ ...past, protection, shared, name });
    }
    this.#setPermissions(start, fileEnd, protection);
    return 0;
  }

  /** Unmaps whole pages; what is not mapped stays so. */
  unmap(start: number, length: number): void {
    const end = start + pageUp(length);
    for (const region of this.regions.within(start, end)) {
      this.#revoke(region.start, region.end);
      const size = BigInt(region.end - region.start);
      const flags = MAP.PRIVATE | MAP.FIXED | MAP.NORESERVE | MAP.ANONYMOUS;
      libc().mmap(this.#base + BigInt(region.start), size, PROT.NONE, flags, -1, 0n);
    }
    this.regions.remove(start, end);
  }

  /** Changes permissions of whole pages. @returns 0, or a positive errno of the host's mprotect(2). */
  protect(start: number, length: number, protection: number): number {
    const end = start + pageUp(length);
    for (const region of this.regions.within(start, end)) {
      if (region.protection === protection) continue;
      this.#revoke(region.start, region.end);
      const size = BigInt(region.end - region.start);
      if (libc().mprotect(this.#base + BigInt(region.start), size, hostProtection(protection)) !== 0) {
        const code = errno();
        if (!region.pastEnd) this.#setPermissions(region.start, region.end, region.protection);
        return code;
      }
      this.regions.protect(region.start, region.end, protection);
      if (!region.pastEnd) this.#setPermissions(region.start, region.end, protection);
    }
    return 0;
  }

  /**
   * Gives advice to the host's madvise(2): after MADV_DONTNEED anonymous pages are zero again, and a file's are read anew.
   *
   * @returns 0, or a positive errno.
   */
  advise(start: number, length: number, advice: number): number {
    for (const region of this.regions.within(start, start + pageUp(length))) {
      if (region.protection & PROT.EXEC) this.listener?.codeChanged(region.start, region.end);
      const size = BigInt(region.end - region.start);
      if (libc().madvise(this.#base + BigInt(region.start), size, advice) !== 0) return errno();
    }
    return 0;
  }

  /**
   * Moves the pages of one mapping to where nothing is, and what is mapped with them. Both ranges are whole pages.
   *
   * @param length Bytes to move; those after them, up to `newLength`, are new pages of the same mapping.
   * @returns 0, or a positive errno of the host's mremap(2).
   */
  move(start: number, length: number, target: number, newLength: number): number {
    const region = this.regions.at(start);
    if (region === undefined) return EFAULT;
    const grows = Math.max(0, newLength - length);
    const isFile = region.shared || region.name.startsWith("/");
    this.#revoke(start, start + length);
    this.#revoke(target, target + newLength);
    const flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    const moved = libc().syscall64(
      ...[MREMAP, this.#base + BigInt(start), BigInt(length), BigInt(isFile ? newLength : length), flags] as const,
      ...[this.#base + BigInt(target), 0n] as const,
    );
    if (moved === -1n) {
      const code = errno();
      for (const part of this.regions.within(start, start + length)) {
        if (!part.pastEnd) this.#setPermissions(part.start, part.end, part.protection);
      }
      return code;
    }
    this.#reserve(start, length);
    const parts = this.regions.remove(start, start + length);
    this.regions.remove(target, target + newLength);
    for (const part of parts) {
      this.#place({ ...part, start: part.start - start + target, end: part.end - start + target });
    }
    if (grows === 0) return 0;
    const { protection, shared, name } = region;
    if (!isFile) return this.map({ start: target + length, length: grows, protection, shared, name });
    const offset = region.offset + start - region.start + length;
    this.#place({ ...region, start: target + length, end: target + newLength, offset, pastEnd: true });
    this.reclaim(target + length);
    return 0;
  }

  /** Notes a region whose pages the host has at their place, and gives them the region's permissions. */
  adopt(region: Region): void {
    const length = BigInt(region.end - region.start);
    if (!region.shared && !region.pastEnd) {
      libc().mprotect(this.#base + BigInt(region.start), length, hostProtection(region.protection));
    }
    this.#place(region);
  }

  #place(region: Region): void {
    this.regions.add(region);
    if (!region.pastEnd) this.#setPermissions(region.start, region.end, region.protection);
  }

  /** Takes the host's pages back that were moved away, before another thread of the host gets an address there. */
  #reserve(start: number, length: number): void {
    const host = this.#base + BigInt(start);
    const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE | MAP.FIXED_NOREPLACE;
    if (libc().mmap(host, BigInt(length), PROT.NONE, flags, -1, 0n) === host) return;
    throw new Error(`Cannot keep the guest's address space: errno is ${errno()} for ${length} bytes`);
  }

  /**
   * Looks again at pages that were past the end of a file: some are there if it has grown.
   *
   * @param address In the region that is asked about.
   * @returns Whether the address's page can be accessed now.
   */
  reclaim(address: number): boolean {
    const region = this.regions.at(address);
    if (!region?.pastEnd || region.protection === PROT.NONE) return false;
    const end = this.#firstUnreadable(region.start, region.end);
    if (end === region.start) return false;
    this.#place({ ...region, end, pastEnd: undefined });
    return address < end;
  }

  /** The first page of `[start, end)` that the host cannot read, where all before it can be; `end` if there is none. */
  #firstUnreadable(start: number, end: number): number {
    let low = 0;
    let high = (end - start) / PAGE_SIZE;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isReadableByHost(this.#base + BigInt(start + middle * PAGE_SIZE))) low = middle + 1;
      else high = middle;
    }
    return start + low * PAGE_SIZE;
  }

  /**
   * Guest addresses that were accessed although their file had been truncated, since this was asked last. What was read
   * there is zero. From now on the pages past the files' ends are known as such.
   */
  takeTruncated(): number[] {
    if (!busGuard().hasNotes) return [];
    const addresses = busGuard().take().map((host) => Number(host - this.#base)).filter((at) => at >= 0 && at < SPAN);
    for (const address of addresses) this.#pageOut(pageDown(address));
    for (const address of addresses) {
      const region = this.regions.at(address);
      if (region === undefined || region.pastEnd) continue;
      const start = this.#firstUnreadable(region.start, region.end);
      this.#revoke(start, region.end);
      const past = { ...region, start, offset: region.offset + start - region.start, pastEnd: true };
      if (start < region.end) this.regions.add(past);
    }
    return addresses;
  }

  /** Makes the zeroes that the guard put at a page unreadable again. */
  #pageOut(page: number): void {
    libc().mprotect(this.#base + BigInt(page), BigInt(PAGE_SIZE), PROT.NONE);
  }

  #revoke(start: number, end: number): void {
    const parts = this.regions.within(start, end);
    if (parts.length === 0) return;
    for (const part of parts) {
      if (part.protection & PROT.EXEC) this.listener?.codeChanged(part.start, part.end);
      if (part.protection !== PROT.NONE) this.permissions.fill(0, part.start / PAGE_SIZE, part.end / PAGE_SIZE);
    }
    this.listener?.revoked(start, end);
  }

  /**
   * Withholds permissions from pages, so that the CPU refuses what the guest may do: for watching.
   *
   * @param guards Page number to bits withheld; takes the place of what was set before.
   */
  setGuards(guards: ReadonlyMap<number, number>): void {
    const before = this.#guards;
    this.#guards = guards;
    for (const page of new Set([...before.keys(), ...guards.keys()])) {
      const region = this.regions.at(page * PAGE_SIZE);
      if (region === undefined || region.pastEnd) continue;
      this.#setPermissions(page * PAGE_SIZE, (page + 1) * PAGE_SIZE, region.protection);
    }
    if (before.size > 0 || guards.size > 0) this.listener?.revoked(0, SPAN);
  }

  /** The pages that {@linkcode setGuards} withholds permissions from. */
  get guards(): ReadonlyMap<number, number> {
    return this.#guards;
  }

  #setPermissions(start: number, end: number, protection: number): void {
    if (protection === PROT.NONE) return;
    this.permissions.fill(pagePermissions(protection), start / PAGE_SIZE, end / PAGE_SIZE);
    for (const [page, withheld] of this.#guards) {
      if (page >= start / PAGE_SIZE && page < end / PAGE_SIZE) this.permissions[page] &= ~withheld;
    }
  }

  /** Number of bytes from `start` that are mapped with a permission (bits of PROT), up to `length`. */
  accessible(start: number, length: number, permission: number): number {
    if (!(start >= 0 && start < SPAN)) return 0;
    let at = start;
    const end = Math.min(start + length, SPAN);
    while (at < end) {
      let region = this.regions.at(at);
      if (region?.pastEnd && this.reclaim(at)) region = this.regions.at(at);
      if (region === undefined || !(regionAllows(region) & permission)) break;
      at = region.end;
    }
    return Math.min(at, end) - start;
  }

  /** Whether `[start, start + length)` is mapped with a permission (bits of PROT). */
  allows(start: number, length: number, permission: number): boolean {
    if (length > 0 && length <= PAGE_SIZE && start >= 0 && start + length <= SPAN && permission !== PROT.WRITE) {
      const first = this.permissions[Math.floor(start / PAGE_SIZE)];
      const last = this.permissions[Math.floor((start + length - 1) / PAGE_SIZE)];
      if (first & last & permission) return true;
    }
    return start >= 0 && start + length <= SPAN && this.accessible(start, length, permission) >= length;
  }

  /**
   * Writes bytes, whatever the guest may do there: the guest's code and read-only data can be patched.
   *
   * @throws {GuestMemoryError} If a byte is not mapped.
   */
  write(address: bigint | number, bytes: Uint8Array): void {
    const start = Number(address);
    const end = start + bytes.length;
    const isThere = start >= 0 && this.regions.covers(start, end) && !this.regions.within(start, end).some(isPastEnd);
    if (!isThere) throw new GuestMemoryError(BigInt(address), "write");
    for (const part of this.regions.within(start, end)) {
      const whole = [
        this.#base + BigInt(pageDown(part.start)),
        BigInt(pageUp(part.end) - pageDown(part.start)),
      ] as const;
      if (part.protection & PROT.EXEC) this.listener?.codeChanged(part.start, part.end);
      const locked = !(part.protection & PROT.WRITE);
      if (locked) libc().mprotect(...whole, PROT.READ | PROT.WRITE);
      this.#bytes.set(bytes.subarray(part.start - start, part.end - start), part.start);
      if (locked) libc().mprotect(...whole, hostProtection(part.protection));
    }
  }

  /** Gives the reservation back: nothing is mapped any more, and no view of it may be used after. */
  free(): void {
    this.regions.remove(0, SPAN);
    this.permissions = new Uint8Array(0);
    busGuard().unwatch(this.#base);
    unmapHost(this.#base, SPAN);
    unmapHost(this.#permissionsAddress, SPAN / PAGE_SIZE);
  }
}

/** What the host may do to a page: it never runs guest code. */
function hostProtection(protection: number): number {
  const readable = protection & (PROT.READ | PROT.WRITE | PROT.EXEC) ? PROT.READ : 0;
  return readable | protection & PROT.WRITE;
}

function isPastEnd(region: Region): boolean {
  return region.pastEnd === true;
}

/** What x86 lets a guest do: every mapped page that is writable or executable is readable too. */
function regionAllows(region: Region): number {
  return region.protection === 0 || region.pastEnd ? 0 : region.protection | PROT.READ;
}

function pagePermissions(protection: number): number {
  if (protection & PROT.WRITE && protection & PROT.EXEC) return PROT.READ | PROT.EXEC | PAGE_FLAG_ASK;
  return protection | PROT.READ;
}
