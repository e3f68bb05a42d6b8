/**
 * Writes lines, or parts of lines, that repeat many times: each is made and encoded once, and its bytes are copied from
 * then on. What differs from line to line, numbers and indentation, is written between them.
 *
 * The lines and what is to be written are in one buffer, so that a copy needs no object. Leaves out what the lines say.
 */

/** Bytes to gather before they are written. */
const GATHERED = 1 << 17;
/** Bytes that a number, or a piece of indentation, may take beyond that. */
const SHORT = 256;
/** Bytes that are copied one by one: a call takes longer. */
const FEW = 48;
const HEX_DIGITS = new TextEncoder().encode("0123456789abcdef");
const [ZERO, SPACE] = [0x30, 0x20];

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
    const length = start + GATHERED + Math.max(this.#longest, SHORT);
    if (start === this.#start && length <= this.#bytes.length) return;
    this.flush();
    const bytes = new Uint8Array(Math.max(length, this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#linesEnd));
    this.#bytes = bytes;
    this.#start = this.#end = start;
  }

  /** Writes spaces. */
  putSpaces(count: number): void {
    for (let left = count; left > 0; left -= SHORT) {
      const size = Math.min(left, SHORT);
      const [bytes, start] = [this.#bytes, this.#end];
      for (let at = start; at < start + size; at++) bytes[at] = SPACE;
      this.#advance(size);
    }
  }

  /** Writes a whole number from 0 on as digits. */
  putDecimal(value: number): void {
    let size = 1;
    for (let power = 10; power <= value; power *= 10) size++;
    let rest = value;
    for (let at = this.#end + size - 1; at >= this.#end; at--) {
      const quotient = Math.floor(rest / 10);
      this.#bytes[at] = ZERO + rest - 10 * quotient;
      rest = quotient;
    }
    this.#advance(size);
  }

  /** Writes a number of 64 bits, by its upper and lower half, as hexadecimal digits. */
  putHex(high: number, low: number): void {
    const digits = (word: number) => Math.max(1, Math.ceil((32 - Math.clz32(word)) / 4));
    const size = high === 0 ? digits(low) : 8 + digits(high);
    for (let at = 0; at < size; at++) {
      this.#bytes[this.#end + size - 1 - at] = HEX_DIGITS[(at < 8 ? low >>> 4 * at : high >>> 4 * at - 32) & 15];
    }
    this.#advance(size);
  }

  #advance(size: number): void {
    this.#end += size;
    if (this.#end - this.#start >= GATHERED) this.flush();
  }

  /** Writes a line, or a part of one, that is known. */
  put(number: number): void {
    const from = this.#starts[number];
    const size = this.#sizes[number];
    const [bytes, to] = [this.#bytes, this.#end];
    if (size > FEW) bytes.copyWithin(to, from, from + size);
    else for (let at = 0; at < size; at++) bytes[to + at] = bytes[from + at];
    this.#advance(size);
  }

  /** Hands on what was gathered. */
  flush(): void {
    if (this.#end === this.#start) return;
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    this.#end = this.#start;
    this.#write(bytes);
  }
}
