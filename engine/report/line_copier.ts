/**
 * Writes lines that repeat many times: each is made and encoded once, and its bytes are copied from then on.
 *
 * The lines and what is to be written are in one buffer, so that a copy needs no object. Leaves out what the lines say.
 */

/** Bytes to gather before they are written. */
const GATHERED = 1 << 17;

/** Copies lines. */
export class LineCopier {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #encoder = new TextEncoder();
  /** Lines up to `#linesEnd`, then room for what is gathered from `#start` to `#end`. */
  #bytes = new Uint8Array(4 * GATHERED);
  #starts = new Int32Array(1024);
  #sizes = new Int32Array(1024);
  #linesEnd = 0;
  #start = 2 * GATHERED;
  #end = 2 * GATHERED;
  #longest = 0;

  /** Makes one without lines. @param write Gets what was gathered; it must copy what it keeps. */
  constructor(write: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#write = write;
  }

  /** Whether a line is known. */
  has(number: number): boolean {
    return number < this.#sizes.length && this.#sizes[number] > 0;
  }

  /** Makes a line known. @param line With its newline. */
  set(number: number, line: string): void {
    const encoded = this.#encoder.encode(line);
    if (number >= this.#sizes.length) this.#growNumbers(number);
    if (this.#linesEnd + encoded.length > this.#start) this.#growLines(encoded.length);
    this.#bytes.set(encoded, this.#linesEnd);
    this.#starts[number] = this.#linesEnd;
    this.#sizes[number] = encoded.length;
    this.#linesEnd += encoded.length;
    if (encoded.length <= this.#longest) return;
    this.#longest = encoded.length;
    this.#reserve(this.#start);
  }

  #growNumbers(number: number): void {
    const length = 2 ** Math.ceil(Math.log2(number + 1));
    const [starts, sizes] = [this.#starts, this.#sizes];
    this.#starts = new Int32Array(length);
    this.#starts.set(starts);
    this.#sizes = new Int32Array(length);
    this.#sizes.set(sizes);
  }

  #growLines(more: number): void {
    this.flush();
    this.#reserve(2 * (this.#linesEnd + more));
  }

  /** Has room for lines up to a place, and for what is gathered after it. */
  #reserve(start: number): void {
    const length = start + GATHERED + this.#longest;
    if (start === this.#start && length <= this.#bytes.length) return;
    this.flush();
    const bytes = new Uint8Array(Math.max(length, this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#linesEnd));
    this.#bytes = bytes;
    this.#start = this.#end = start;
  }

  /** Writes a line that is known. */
  put(number: number): void {
    const from = this.#starts[number];
    const size = this.#sizes[number];
    this.#bytes.copyWithin(this.#end, from, from + size);
    this.#end += size;
    if (this.#end - this.#start >= GATHERED) this.flush();
  }

  /** Hands on what was gathered. */
  flush(): void {
    if (this.#end === this.#start) return;
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    this.#end = this.#start;
    this.#write(bytes);
  }
}
