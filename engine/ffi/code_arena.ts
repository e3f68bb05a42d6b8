/**
 * Host memory for machine code that is written while the guest runs. A page is writable or executable, never both.
 *
 * Code is appended until the arena is full, and then all of it is given up.
 */

import { hostBuffer, libc, mapHost, PROT, unmapHost } from "./libc.ts";

const PAGE = 4096;

/** A growing stretch of code. */
export class CodeArena {
  readonly #size: number;
  readonly #address: bigint;
  readonly #bytes: Uint8Array;
  #used = 0;
  #writable: number | undefined;

  /** @param size In bytes, a multiple of the page size; taken as it is used. */
  constructor(size: number) {
    this.#size = size;
    this.#address = mapHost(size, PROT.READ | PROT.EXEC);
    this.#bytes = new Uint8Array(hostBuffer(this.#address, size));
  }

  /** Has code appended by `work`; it can be executed after. Must not be called from within the arena's own code that `work` overwrites. */
  edit<T>(work: () => T): T {
    const start = this.#used & -PAGE;
    this.#protect(start, this.#size, PROT.READ | PROT.WRITE);
    this.#writable = start;
    try {
      return work();
    } finally {
      this.#writable = undefined;
      this.#protect(start, this.#size, PROT.READ | PROT.EXEC);
    }
  }

  #protect(start: number, end: number, protection: number): void {
    libc().mprotect(this.#address + BigInt(start), BigInt(end - start), protection);
  }

  /** Appends code, within {@linkcode CodeArena.edit}. @returns Its host address, or undefined if the arena is full. */
  add(code: Uint8Array): bigint | undefined {
    if (this.#writable === undefined) throw new Error("Cannot add code to an arena: it is not being edited");
    if (this.#used + code.length > this.#size) return undefined;
    this.#bytes.set(code, this.#used);
    const address = this.#address + BigInt(this.#used);
    this.#used = (this.#used + code.length + 15) & ~15;
    return address;
  }

  /** Gives all code up; only when none of it runs. */
  clear(): void {
    this.#used = 0;
  }

  /** Frees the memory. */
  free(): void {
    unmapHost(this.#address, this.#size);
  }
}
