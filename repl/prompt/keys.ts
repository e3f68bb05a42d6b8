/**
 * The terminal's keys as a stream for readline that reads only while a line is wanted.
 *
 * A read that is under way cannot be taken back: with none, what is typed while the guest runs is the guest's.
 */

import { Readable } from "node:stream";

/** Where bytes come from. */
export interface KeySource {
  /** Reads some bytes. @returns Their number, or null at the end. */
  read(bytes: Uint8Array): Promise<number | null>;
  /** Raw: every key at once; else lines, and Ctrl-C is a signal. */
  setRaw(isRaw: boolean): void;
}

/** Keys of a terminal. */
export class Keys extends Readable {
  readonly #source: KeySource;
  #isWanted = false;
  #isReading = false;
  /** For readline: this is a terminal. */
  readonly isTTY = true;

  constructor(source: KeySource) {
    super();
    this.#source = source;
  }

  /** For readline, which switches at its start and end; the prompt does it at each line. */
  setRawMode(isRaw: boolean): this {
    this.#source.setRaw(isRaw);
    return this;
  }

  /** Reads keys from now on. */
  want(): void {
    this.#isWanted = true;
    this.#source.setRaw(true);
    this.#pump();
  }

  /** Reads no more keys after those that were read. */
  rest(): void {
    this.#isWanted = false;
    this.#source.setRaw(false);
  }

  override _read(): void {
    this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isReading || !this.#isWanted) return;
    this.#isReading = true;
    try {
      const bytes = new Uint8Array(4096);
      const count = await this.#source.read(bytes);
      this.#isReading = false;
      this.push(count === null ? null : bytes.subarray(0, count));
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
