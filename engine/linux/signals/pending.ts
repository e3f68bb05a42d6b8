/** Signals that wait to be delivered, of a process or of one of its threads. See signal(7), "Queueing and delivery". */

import { FIRST_REAL_TIME, LAST_SIGNAL, signalBit, SYNCHRONOUS } from "../abi/signals.ts";
import type { SignalInfo } from "./siginfo.ts";

/** A queue of signals. A standard signal is pending once at most; real-time signals queue up. */
export class PendingSignals {
  readonly #queued = new Map<number, SignalInfo[]>();
  #mask = 0n;
  readonly #changed: () => void;
  #count = 0;

  /** @param changed Told when the set of signals that are pending may have changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The set of signals that are pending. */
  get mask(): bigint {
    return this.#mask;
  }

  /** Number of signals that wait. */
  get count(): number {
    return this.#count;
  }

  /** Adds a signal; a standard one that is pending already is lost, as on Linux. */
  add(info: SignalInfo): void {
    const queue = this.#queued.get(info.signal);
    if (queue === undefined) this.#queued.set(info.signal, [info]);
    else if (info.signal >= FIRST_REAL_TIME || queue.length === 0) queue.push(info);
    else return;
    this.#mask |= signalBit(info.signal);
    this.#count++;
    this.#changed();
  }

  /** Takes the first signal of a set; see {@linkcode first}. */
  take(allowed: bigint): SignalInfo | undefined {
    const info = this.first(allowed);
    if (info !== undefined) this.remove(info);
    return info;
  }

  /** The first signal of a set: those that an instruction caused come first, then the lowest number. */
  first(allowed: bigint): SignalInfo | undefined {
    const candidates = this.#mask & allowed;
    if (candidates === 0n) return undefined;
    const preferred = candidates & SYNCHRONOUS || candidates;
    for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
      if (preferred & signalBit(signal)) return this.#queued.get(signal)?.[0];
    }
    return undefined;
  }

  /** Drops one signal, if it still waits. */
  remove(info: SignalInfo): void {
    const queue = this.#queued.get(info.signal) ?? [];
    const index = queue.indexOf(info);
    if (index < 0) return;
    queue.splice(index, 1);
    this.#count--;
    if (queue.length > 0) return;
    this.#mask &= ~signalBit(info.signal);
    this.#changed();
  }

  /** Drops the signals of a set. */
  discard(mask: bigint): void {
    for (const [signal, queue] of this.#queued) {
      if (!(mask & signalBit(signal))) continue;
      this.#count -= queue.length;
      queue.length = 0;
    }
    if (this.#mask & mask) this.#clear(mask);
  }

  #clear(mask: bigint): void {
    this.#mask &= ~mask;
    this.#changed();
  }
}
