/**
 * The threads that share a CPU: one is on it, the registers of the others are kept aside.
 *
 * With its registers a thread keeps what the CPU's owner knows of it. Leaves out who runs when: see
 * linux/scheduler.ts. Threads may only be exchanged between slices.
 */

import type { Cpu } from "./cpu.ts";
import type { RegisterContext } from "./register_context.ts";

/** Gets and sets what the CPU's owner knows of the thread at hand. */
export interface ThreadState<State> {
  get(): State;
  set(state: State): void;
}

/** Threads of one CPU, by numbers that their owner chooses. */
export class ThreadContexts<State> {
  readonly #cpu: Cpu;
  readonly #owner: ThreadState<State>;
  readonly #fresh: State;
  readonly #parked = new Map<number, { readonly context: RegisterContext; readonly state: State }>();
  /** Contexts that no thread needs any more. */
  readonly #spare: RegisterContext[] = [];
  /** Undefined once it has ended: its registers are still on the CPU, and nobody's. */
  #current: number | undefined = 0;

  /** @param fresh What is known of a thread that has not run. */
  constructor(cpu: Cpu, owner: ThreadState<State>, fresh: State) {
    this.#cpu = cpu;
    this.#owner = owner;
    this.#fresh = fresh;
  }

  /** The thread whose registers the CPU has. */
  get current(): number | undefined {
    return this.#current;
  }

  /** Says which number the thread at hand has. */
  name(thread: number): void {
    this.#current = thread;
  }

  #context(): RegisterContext {
    const context = this.#spare.pop();
    if (context === undefined) return this.#cpu.context();
    context.save();
    return context;
  }

  /**
   * Makes a thread with a copy of the registers of the one at hand.
   *
   * @param change Changes the copy: it is on the CPU meanwhile.
   */
  fork(thread: number, change: () => void): void {
    const before = this.#context();
    change();
    this.#parked.set(thread, { context: this.#context(), state: this.#fresh });
    before.restore();
    this.#spare.push(before);
  }

  /** Puts another thread on the CPU. */
  switchTo(thread: number): void {
    if (thread === this.#current) return;
    const next = this.#parked.get(thread);
    if (next === undefined) throw new RangeError(`Cannot switch to thread ${thread}: there is no such thread`);
    if (this.#current !== undefined) {
      this.#parked.set(this.#current, { context: this.#context(), state: this.#owner.get() });
    }
    this.#parked.delete(thread);
    next.context.restore();
    this.#spare.push(next.context);
    this.#owner.set(next.state);
    this.#current = thread;
  }

  /** Forgets a thread. */
  end(thread: number): void {
    if (thread === this.#current) this.#current = undefined;
    const parked = this.#parked.get(thread);
    if (parked === undefined) return;
    this.#parked.delete(thread);
    this.#spare.push(parked.context);
  }

  /** Forgets all threads, and frees what is kept. */
  close(): void {
    this.#current = undefined;
    for (const { context } of this.#parked.values()) context.free();
    for (const context of this.#spare) context.free();
    this.#parked.clear();
    this.#spare.length = 0;
  }
}
