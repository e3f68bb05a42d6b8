/** A {@linkcode ByteSource} over a file of the host. Leaves out pipes and devices: they count as empty. */

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "./source.ts";

/**
 * An open file of the host, read in pieces with pread(2): the file position is not used.
 *
 * The file stays open until {@linkcode FileSource.close}, so it can be parsed lazily even after it was renamed or
 * unlinked.
 */
export class FileSource implements ByteSource, Disposable {
  /** Size of the file in bytes, when it was opened. */
  readonly size: number;
  readonly #fd: number;
  #open = true;

  /**
   * Opens a file.
   *
   * @param path Path on the host.
   * @throws {Error} As `node:fs` does, with a `code` such as `ENOENT`, if the file cannot be opened.
   */
  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(this.#fd);
    this.size = status.isFile() ? status.size : 0;
  }

  /**
   * Reads a piece of the file.
   *
   * @param offset Offset from the start of the file.
   * @param length How many bytes.
   * @returns A fresh array with the bytes, fewer where the file ends before.
   * @throws {Error} As `node:fs` does, if the read fails or the file is closed.
   */
  read(offset: number, length: number): Uint8Array {
    if (!this.#open) throw new Error("Cannot read the file: it is closed");
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(this.#fd, bytes, filled, bytes.length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /** Closes the file; closing twice is harmless. */
  close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }

  /** Closes the file at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}
