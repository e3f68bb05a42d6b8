/**
 * A path through blocks as a small file: after each block the one that followed it last time is expected, and only what
 * comes instead is written. Numbers are LEB128; the texts of blocks are written where they come first.
 *
 * After a line that says what it is, the file is pairs: how many blocks came as expected, then the number of the one that
 * did not, or 0 and the length of a text for one that is new; the last pair has the number 1 more than there are.
 */

const HEAD = "ceratops path 1 ";

/** What both ends keep: what follows what. Blocks are numbered from 1 as they come; 0 is the beginning. */
class Model {
  readonly texts: string[] = [""];
  readonly #next: number[] = [0];
  #previous = 0;

  get expected(): number {
    return this.#next[this.#previous];
  }

  add(text: string): number {
    this.#next.push(0);
    return this.texts.push(text) - 1;
  }

  go(block: number): void {
    this.#next[this.#previous] = block;
    this.#previous = block;
  }
}

/** Writes a path. */
export class PathWriter {
  readonly #model = new Model();
  readonly #numbers = new Map<string, number>();
  #bytes = new Uint8Array(1 << 12);
  #length = 0;
  #asExpected = 0;

  /** Begins a path. @param note A line about what the path is of. */
  constructor(note = "") {
    for (const byte of new TextEncoder().encode(`${HEAD}${note}\n`)) this.#byte(byte);
  }

  /** Adds the block that comes next. */
  add(text: string): void {
    const known = this.#numbers.get(text);
    if (known !== undefined && known === this.#model.expected) this.#asExpected++;
    else {
      this.#number(this.#asExpected);
      this.#asExpected = 0;
      this.#number(known ?? 0);
    }
    if (known !== undefined) return this.#model.go(known);
    const number = this.#model.add(text);
    this.#numbers.set(text, number);
    const bytes = new TextEncoder().encode(text);
    this.#number(bytes.length);
    bytes.forEach((byte) => this.#byte(byte));
    this.#model.go(number);
  }

  /** The file for the path so far; more can be added after. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.#length;
    this.#number(this.#asExpected);
    this.#number(this.#model.texts.length);
    const file = this.#bytes.slice(0, this.#length);
    this.#length = length;
    return file;
  }

  #number(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#byte(rest % 0x80 | 0x80);
    this.#byte(rest);
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const bytes = new Uint8Array(2 * this.#length);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    this.#bytes[this.#length++] = value;
  }
}

/** Reads a path. */
export class PathReader {
  readonly #model = new Model();
  readonly #bytes: Uint8Array;
  #at: number;
  #asExpected: number;
  /** The line about what the path is of. */
  /** What the path is of. */
  readonly note: string;

  /** Reads the head of a path. @throws {SyntaxError} If it is not the file of a path. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const line = bytes.indexOf(10);
    const head = new TextDecoder().decode(bytes.subarray(0, Math.max(0, line)));
    if (!head.startsWith(HEAD)) throw new SyntaxError("Cannot read a path: it is another file");
    this.note = head.slice(HEAD.length);
    this.#at = line + 1;
    this.#asExpected = this.#number();
  }

  /** Reads on. @returns The block that comes next; undefined at the end. @throws {SyntaxError} If the file is damaged. */
  next(): string | undefined {
    if (this.#asExpected > 0) {
      this.#asExpected--;
      return this.#go(this.#model.expected);
    }
    if (this.isAtEnd) return undefined;
    const number = this.#number();
    const block = number === 0 ? this.#model.add(this.#text()) : number;
    this.#asExpected = this.#number();
    return this.#go(block);
  }

  /** Whether nothing comes any more. */
  get isAtEnd(): boolean {
    if (this.#asExpected > 0) return false;
    const at = this.#at;
    const isEnd = this.#number() === this.#model.texts.length;
    this.#at = at;
    return isEnd;
  }

  #go(block: number): string {
    const text = this.#model.texts[block];
    if (block === 0 || text === undefined) {
      throw new SyntaxError(`Cannot read a path: it is damaged at byte ${this.#at}`);
    }
    this.#model.go(block);
    return text;
  }

  #text(): string {
    const length = this.#number();
    if (this.#at + length > this.#bytes.length) throw this.#end();
    return new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at += length));
  }

  #number(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw this.#end();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new SyntaxError(`Cannot read a path: it is damaged at byte ${this.#at}`);
  }

  #end(): SyntaxError {
    return new SyntaxError(`Cannot read a path: it ends early, after ${this.#bytes.length} bytes`);
  }
}
