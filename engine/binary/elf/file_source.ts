/** A {@linkcode ByteSource} over a file of the host. Leaves out pipes and devices: they count as empty. */

import type { ByteSource } from "./source.ts";

/**
 * An open file of the host, read in pieces.
 *
 * The file stays open until {@linkcode FileSource.close}, so it can be parsed lazily even after it was renamed or
 * unlinked.
 */
export class FileSource implements ByteSource, Disposable {
  /** Size of the file in bytes, when it was opened. */
  readonly size: number;
  /** Undefined for what is no regular file. */
  #file: Deno.FsFile | undefined;
  #isClosed = false;

  /**
   * Opens a file.
   *
   * @param path Path on the host.
   * @throws {Error} As `Deno.openSync` does, with a `code` such as `ENOENT`, if the file cannot be opened.
   */
  constructor(path: string) {
    // Asked first: opening a pipe would wait for who writes to it.
    const isFile = Deno.statSync(path).isFile;
    this.#file = isFile ? Deno.openSync(path) : undefined;
    this.size = this.#file?.statSync().size ?? 0;
  }

  /**
   * Reads a piece of the file.
   *
   * @param offset Offset from the start of the file.
   * @param length How many bytes.
   * @returns A fresh array with the bytes, fewer where the file ends before.
   * @throws {Error} As `Deno.FsFile` does, if the read fails, or if the file is closed.
   */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    if (this.#isClosed) throw new Error("Cannot read the file: it is closed");
    this.#file?.seekSync(offset, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = this.#file?.readSync(bytes.subarray(filled)) ?? null;
      if (count === null) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /** Closes the file; closing twice is harmless. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#isClosed = true;
  }

  /** Closes the file at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}
