/**
 * The list of what is mapped where: half-open, sorted, never overlapping ranges, as `/proc/<pid>/maps` shows them.
 *
 * Pure bookkeeping; host memory and page permissions are changed by {@linkcode GuestMemory}.
 */

/** One mapping. Addresses are numbers: the guest's space ends at 2^40. */
export interface Region {
  /** The first address. */
  readonly start: number;
  /** The address past the last. */
  readonly end: number;
  /** Bits of PROT: read 1, write 2, execute 4. */
  readonly protection: number;
  /** Whether it is mapped shared. */
  readonly shared: boolean;
  /** What it shows: a file's path, `[heap]`, `[stack]`, `[vvar]` or nothing. */
  readonly name: string;
  /** Offset in the file, in bytes. */
  readonly offset: number;
  /** Whether these pages of a file lie past its end: an access gets SIGBUS, unless the file has grown. */
  readonly pastEnd?: boolean;
}

/** Mappings in address order. */
export class Regions {
  #list: Region[] = [];

  /** All regions, in address order. */
  list(): readonly Region[] {
    return this.#list;
  }

  /** Index of the first region that ends after an address. */
  #from(address: number): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = low + high >> 1;
      if (this.#list[middle].end <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The region that covers an address. */
  at(address: number): Region | undefined {
    const region = this.#list[this.#from(address)];
    return region !== undefined && region.start <= address ? region : undefined;
  }

  /** The parts of regions within `[start, end)`. */
  within(start: number, end: number): Region[] {
    const found: Region[] = [];
    for (let index = this.#from(start); index < this.#list.length && this.#list[index].start < end; index++) {
      found.push(cut(this.#list[index], start, end));
    }
    return found;
  }

  /** Whether every byte of `[start, end)` is mapped. */
  covers(start: number, end: number): boolean {
    let reached = start;
    for (const region of this.within(start, end)) {
      if (region.start > reached) return false;
      reached = region.end;
    }
    return reached >= end;
  }

  /** Forgets `[start, end)`, cutting regions that reach out of it. @returns What was there. */
  remove(start: number, end: number): Region[] {
    const removed = this.within(start, end);
    if (removed.length === 0) return removed;
    const first = this.#from(start);
    let last = first;
    while (last < this.#list.length && this.#list[last].start < end) last++;
    const keep: Region[] = [];
    if (this.#list[first].start < start) keep.push(cut(this.#list[first], this.#list[first].start, start));
    if (this.#list[last - 1].end > end) keep.push(cut(this.#list[last - 1], end, this.#list[last - 1].end));
    this.#list.splice(first, last - first, ...keep);
    return removed;
  }

  /** Puts a region where nothing is, or over what it replaces; equal neighbours become one. */
  add(region: Region): void {
    this.remove(region.start, region.end);
    const index = this.#from(region.start);
    let { start, end, offset } = region;
    let [from, count] = [index, 0];
    const before = this.#list[index - 1];
    const after = this.#list[index];
    if (before !== undefined && joins(before, region)) {
      [start, offset, from, count] = [before.start, before.offset, index - 1, 1];
    }
    if (after !== undefined && joins(region, after)) [end, count] = [after.end, count + 1];
    this.#list.splice(from, count, { ...region, start, end, offset });
  }

  /** Changes the protection of what is mapped within `[start, end)`. */
  protect(start: number, end: number, protection: number): void {
    for (const region of this.within(start, end)) this.add({ ...region, protection });
  }

  /** The highest free range of a length that ends at or below `top` and starts at or above `bottom`. */
  findFree(length: number, bottom: number, top: number): number | undefined {
    let end = top;
    for (let index = this.#from(top - 1); index >= 0; index--) {
      const region = this.#list[index];
      if (region === undefined || region.start >= end) continue;
      if (region.end <= end && end - region.end >= length) break;
      end = Math.min(end, region.start);
    }
    return end - length >= bottom ? end - length : undefined;
  }
}

function cut(region: Region, start: number, end: number): Region {
  if (start <= region.start && end >= region.end) return region;
  const from = Math.max(start, region.start);
  return { ...region, start: from, end: Math.min(end, region.end), offset: region.offset + from - region.start };
}

function joins(left: Region, right: Region): boolean {
  return left.end === right.start && left.protection === right.protection && left.shared === right.shared &&
    left.name === right.name && left.pastEnd === right.pastEnd &&
    (!left.name.startsWith("/") || left.offset + left.end - left.start === right.offset);
}
