/**
 * A standard stream of the host, written by write(2) itself.
 *
 * `Deno.stdout` keeps what follows the last newline in a buffer of its own. When the stream is non-blocking and full, it
 * fails without a word on how much it took: who tries again writes lines twice. Here a failure has written nothing.
 */

import { errno, libc } from "./libc.ts";

/** Number of write(2) on x86-64. */
const WRITE = 1n;
/** See errno(3). */
const ERRORS: Readonly<Record<number, new (message: string) => Error>> = {
  4: Deno.errors.Interrupted,
  11: Deno.errors.WouldBlock,
  32: Deno.errors.BrokenPipe,
};

/** A descriptor that is open already. */
export class HostStream {
  readonly #descriptor: bigint;

  /** Takes a stream that is open. @param descriptor Such as 1, standard output. */
  constructor(descriptor: number) {
    this.#descriptor = BigInt(descriptor);
  }

  /**
   * Writes some bytes.
   *
   * @returns How many.
   * @throws {Deno.errors.WouldBlock} If the stream is non-blocking, and takes nothing now.
   * @throws {Deno.errors.BrokenPipe} If nobody reads it any more.
   * @throws {Deno.errors.Interrupted} If a signal came before anything was written.
   * @throws {Error} If write(2) fails otherwise.
   */
  writeSync(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const from = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>));
    const written = libc().syscall32(WRITE, this.#descriptor, from, BigInt(bytes.length), 0n, 0n, 0n);
    if (written >= 0) return written;
    const code = errno();
    throw new (ERRORS[code] ?? Error)(`Cannot write to descriptor ${this.#descriptor}: errno is ${code}`);
  }
}
