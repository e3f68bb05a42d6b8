/**
 * The guest's file descriptors. Each stands for a descriptor of the host; the numbers have nothing in common, so that
 * the guest cannot reach what the host process itself has open.
 */

import { hostCall } from "./host.ts";
import { ERRNO } from "./abi/errno.ts";

/** An open file; descriptors made by dup(2) share it. */
export interface OpenFile {
  /** Descriptor of the host. */
  readonly host: number;
  /** The guest's path, or what it is: `pipe:`, `socket:`. */
  readonly path: string;
  /** How many descriptors stand for it. */
  references: number;
  /** Whether it is one of the host's own standard streams, which are never closed. */
  readonly borrowed: boolean;
}

interface Entry {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

/** A table of descriptors. */
export class Files {
  readonly #entries = new Map<number, Entry>();
  /** Largest number of descriptors, as RLIMIT_NOFILE. */
  limit = 1024;

  /** Starts with the host's standard streams, as far as they are open. */
  constructor(standard: readonly number[]) {
    standard.forEach((host, descriptor) => {
      if (hostCall("fcntl", host, 1, 0) < 0) return;
      const file = {
        host,
        path: ["/dev/stdin", "/dev/stdout", "/dev/stderr"][descriptor] ?? "",
        references: 1,
        borrowed: true,
      };
      this.#entries.set(descriptor, { file, closeOnExec: false });
    });
  }

  /** What a descriptor stands for. */
  get(descriptor: number): OpenFile | undefined {
    return this.#entries.get(descriptor)?.file;
  }

  /** The host's descriptor, or `-EBADF`. */
  host(descriptor: number): number {
    return this.#entries.get(descriptor)?.file.host ?? -ERRNO.EBADF;
  }

  /** Descriptors in use, in ascending order. */
  descriptors(): number[] {
    return [...this.#entries.keys()].sort((a, b) => a - b);
  }

  /** Adds a host descriptor under the lowest free number from `lowest` on. @returns It, or `-EMFILE`. */
  add(host: number, path: string, closeOnExec: boolean, lowest = 0): number {
    return this.#place({ host, path, references: 0, borrowed: false }, closeOnExec, lowest);
  }

  #place(file: OpenFile, closeOnExec: boolean, lowest: number): number {
    let descriptor = lowest;
    while (this.#entries.has(descriptor)) descriptor++;
    if (descriptor >= this.limit) {
      if (file.references === 0 && !file.borrowed) hostCall("close", file.host);
      return -ERRNO.EMFILE;
    }
    file.references++;
    this.#entries.set(descriptor, { file, closeOnExec });
    return descriptor;
  }

  /** Makes another number stand for the same file. @returns It, or a negative errno. */
  duplicate(descriptor: number, closeOnExec: boolean, lowest = 0): number {
    const entry = this.#entries.get(descriptor);
    return entry === undefined ? -ERRNO.EBADF : this.#place(entry.file, closeOnExec, lowest);
  }

  /** Makes a certain number stand for the same file, closing what it stood for. @returns It, or a negative errno. */
  duplicateTo(descriptor: number, target: number, closeOnExec: boolean): number {
    const entry = this.#entries.get(descriptor);
    if (entry === undefined || target < 0 || target >= this.limit) return -ERRNO.EBADF;
    if (this.#entries.has(target)) this.close(target);
    entry.file.references++;
    this.#entries.set(target, { file: entry.file, closeOnExec });
    return target;
  }

  /** Frees a number, and closes the file if it was the last. @returns 0, or a negative errno. */
  close(descriptor: number): number {
    const entry = this.#entries.get(descriptor);
    if (entry === undefined) return -ERRNO.EBADF;
    this.#entries.delete(descriptor);
    if (--entry.file.references > 0 || entry.file.borrowed) return 0;
    return hostCall("close", entry.file.host);
  }

  /** Whether a descriptor is closed by execve(2); undefined if there is none. */
  closeOnExec(descriptor: number): boolean | undefined {
    return this.#entries.get(descriptor)?.closeOnExec;
  }

  /** Sets whether a descriptor is closed by execve(2). */
  setCloseOnExec(descriptor: number, value: boolean): void {
    const entry = this.#entries.get(descriptor);
    if (entry !== undefined) entry.closeOnExec = value;
  }

  /** Closes all. */
  closeAll(): void {
    for (const descriptor of this.descriptors()) this.close(descriptor);
  }
}
