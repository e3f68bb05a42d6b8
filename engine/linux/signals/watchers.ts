/**
 * Who is to be told that signals wait: files of signalfd(2). Each is an eventfd of the host that is ready to read while a
 * signal of its set waits for a process that has it.
 *
 * That a signal is for a thread alone is not told apart. Where several processes have the file, it is ready for all.
 */

import { HostBuffer, hostCall } from "../host.ts";

const count = new HostBuffer(8);

/** One file. */
export class SignalWatcher {
  /** The signals that it tells of. */
  mask: bigint;
  readonly #host: number;
  /** Those for whom a signal of the set waits. */
  readonly #ready = new Set<object>();

  /** @param host The eventfd. */
  constructor(host: number, mask: bigint) {
    this.#host = host;
    this.mask = mask;
  }

  /** The signals that wait for a process have changed. */
  update(process: object, pending: bigint): void {
    const was = this.#ready.size > 0;
    if (pending & this.mask) this.#ready.add(process);
    else this.#ready.delete(process);
    const is = this.#ready.size > 0;
    if (was === is) return;
    count.view.setBigUint64(0, 1n, true);
    hostCall(is ? "write" : "read", this.#host, count.address, 8);
  }
}
