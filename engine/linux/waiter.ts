/**
 * Waits for host descriptors or a point in time on another thread, so that the event loop goes on; see poll(2).
 */

import { libc } from "../ffi/libc.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Waiting } from "./syscall.ts";

const POLLIN = 1;
const RECORD = 8;
const EFD_FLAGS = 0o2004000; // EFD_CLOEXEC | EFD_NONBLOCK
const LONGEST_MILLISECONDS = 0x7fff_ffff;

/** Waits for one guest. */
export class Waiter {
  readonly #wake = hostCall("eventfd2", 0, EFD_FLAGS);
  readonly #word = new HostBuffer(8);

  /** Ends a wait early. */
  wake(): void {
    this.#word.view.setBigUint64(0, 1n, true);
    hostCall("write", this.#wake, this.#word.address, 8);
  }

  /** Resolves when a descriptor is ready, the deadline (of `performance.now()`) has come, or {@linkcode wake} was called. */
  async wait({ descriptors = [], deadline, again }: Waiting["wait"]): Promise<void> {
    const records = new Uint8Array((descriptors.length + 1) * RECORD);
    const view = new DataView(records.buffer);
    [{ descriptor: this.#wake, events: POLLIN }, ...descriptors].forEach(({ descriptor, events }, index) => {
      view.setInt32(index * RECORD, descriptor, true);
      view.setInt16(index * RECORD + 4, events, true);
    });
    const left = deadline === undefined ? Infinity : Math.ceil(Math.max(0, deadline - performance.now()));
    const timeout = Math.min(left, again ?? Infinity);
    await libc().poll(
      records,
      BigInt(descriptors.length + 1),
      timeout === Infinity ? -1 : Math.min(timeout, LONGEST_MILLISECONDS),
    );
    hostCall("read", this.#wake, this.#word.address, 8);
  }

  /** Lets the event loop take what has happened: a tenth of the time that a timer takes, which is 2 ms. */
  async turn(): Promise<void> {
    await libc().poll(this.#word.bytes, 0n, 0);
  }

  /** Closes the descriptor that wakes. */
  close(): void {
    hostCall("close", this.#wake);
  }
}
