/**
 * Closures of a user that a guest calls: what they throw stops the guest, what they wait for holds it, and they may ask
 * it to stop.
 */

import type { StopReason } from "./stop_reason.ts";

/** Who runs the guest. */
export interface ClosureOwner {
  /** Has the guest stop before the instruction at hand. */
  requestStop(): void;
}

/** The closures of one guest, of all its processes. */
export class Closures {
  readonly #owner: ClosureOwner;
  #failure: { readonly error: unknown } | undefined;
  #why: string | undefined;
  /** Work of closures that the guest waits for. */
  #unfinished: Promise<unknown>[] = [];
  #isHeld = false;

  constructor(owner: ClosureOwner) {
    this.#owner = owner;
  }

  /** Whether the guest waits for a closure that has not finished: one that is `async`. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether a closure has not finished. */
  get isUnfinished(): boolean {
    return this.#unfinished.length > 0;
  }

  /** Whether a closure failed or asked the guest to stop, and nobody has been told. */
  get wantsStop(): boolean {
    return this.#failure !== undefined || this.#why !== undefined;
  }

  /** Runs user code; what it throws stops the guest, and becomes the stop reason. A promise holds the guest. */
  guarded<T>(work: () => T | Promise<unknown>): T | undefined {
    try {
      const result = work();
      if (!(result instanceof Promise)) return result;
      this.hold(result);
    } catch (error) {
      this.fail(error);
    }
    return undefined;
  }

  /** Has the guest stop before the instruction at hand, and go on when a closure has finished. */
  hold(work: Promise<unknown>): void {
    this.#unfinished.push(work.catch((error) => this.fail(error)));
    this.#owner.requestStop();
  }

  /** Stops the guest for what a closure threw. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#owner.requestStop();
  }

  /** Stops the guest before the instruction at hand. */
  stop(why: string): void {
    this.#why ??= why;
    this.#owner.requestStop();
  }

  /** Waits until all closures have finished. */
  async finish(): Promise<void> {
    this.#isHeld = this.isUnfinished;
    while (this.isUnfinished) await Promise.all(this.#unfinished.splice(0));
    this.#isHeld = false;
  }

  /** Why closures want the guest to stop, told once. @param where Tells where the guest is. */
  take(where: () => { readonly pc: bigint; readonly process?: number }): StopReason | undefined {
    if (!this.wantsStop) return undefined;
    const [failure, why] = [this.#failure, this.#why];
    this.#failure = undefined;
    this.#why = undefined;
    if (failure !== undefined) return { kind: "failed", ...where(), error: failure.error };
    return { kind: "stopped", ...where(), why: why ?? "" };
  }
}
