/**
 * Who wrote each byte of memory last: a number for each byte, page by page as they are written.
 *
 * Numbers of pages are integers of 32 bits on purpose: larger ones would be objects. So addresses end at 2^43.
 */

const PAGE = 4096;
/** Pages that are found without a look-up. */
const NEAR = 256;

/** Numbers of writers by address; 0 where nobody has written. */
export class WrittenMemory {
  readonly #pages = new Map<number, Uint32Array>();
  readonly #nearNumbers = new Float64Array(NEAR).fill(-1);
  readonly #near: (Uint32Array | undefined)[] = new Array(NEAR).fill(undefined);

  /** The writers of a page's bytes, whose number is an address divided by 4096; undefined if there are none. */
  page(number: number): Uint32Array | undefined {
    const at = number & (NEAR - 1);
    if (this.#nearNumbers[at] === number) return this.#near[at];
    const found = this.#pages.get(number);
    if (found !== undefined) {
      this.#nearNumbers[at] = number;
      this.#near[at] = found;
    }
    return found;
  }

  #make(number: number): Uint32Array {
    const made = new Uint32Array(PAGE);
    this.#pages.set(number, made);
    return made;
  }

  /** Notes who wrote `size` bytes from an address on. */
  write(address: number, size: number, writer: number): void {
    const number = address / PAGE | 0;
    this.writeAt(number, address - number * PAGE | 0, size, writer);
  }

  /** Notes who wrote `size` bytes from an offset in a page on. */
  writeAt(number: number, offset: number, size: number, writer: number): void {
    for (let left = size; left > 0; number++, offset = 0) {
      const page = this.page(number) ?? this.#make(number);
      const end = Math.min(PAGE, offset + left);
      left -= end - offset;
      for (; offset < end; offset++) page[offset] = writer;
    }
  }

  /** Forgets the writers of `[start, end)`. */
  forget(start: number, end: number): void {
    this.#nearNumbers.fill(-1);
    const [first, last] = [Math.ceil(start / PAGE), Math.floor(end / PAGE)];
    if (last - first < this.#pages.size) {
      for (let number = first; number < last; number++) this.#pages.delete(number);
    } else {
      for (const number of [...this.#pages.keys()]) if (number >= first && number < last) this.#pages.delete(number);
    }
    for (const [from, to] of [[start, Math.min(end, first * PAGE)], [Math.max(start, last * PAGE), end]]) {
      if (from < to) this.#pages.get(Math.floor(from / PAGE))?.fill(0, from % PAGE, from % PAGE + to - from);
    }
  }
}
