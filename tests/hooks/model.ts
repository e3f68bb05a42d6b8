/**
 * What hooks should do, in the plainest way: walks over a trace of executed instructions and calls what is attached.
 *
 * An instruction is visited before each execution. A visit calls what is attached when it begins, in the order of
 * attaching, but for what is detached before its turn. If the guest stops there, the visit goes on when it resumes,
 * for what was attached in the meantime.
 */

/** A closure that is attached to one address. */
export interface ModelHook {
  readonly name: number;
  readonly address: number;
}

/** Hooks of a guest whose future is known. */
export class HookModel {
  readonly #trace: readonly number[];
  readonly #attached = new Map<number, readonly ModelHook[]>();
  readonly #run: (hook: ModelHook, log: string[]) => void;
  /** Those that ran in the visit at hand already. */
  #done: readonly ModelHook[] = [];
  /** Index in the trace of the next instruction to execute. */
  position = 0;
  /** What was called, in order. */
  readonly log: string[] = [];
  /** Set by a hook that wants the guest to stop. */
  stopping = false;

  constructor(trace: readonly number[], run: (hook: ModelHook) => void) {
    this.#trace = trace;
    this.#run = run;
  }

  attach(hook: ModelHook): void {
    this.#attached.set(hook.address, [...this.#attached.get(hook.address) ?? [], hook]);
  }

  detach(hook: ModelHook): void {
    this.#attached.set(hook.address, this.#list(hook.address).filter((other) => other !== hook));
  }

  #list(address: number): readonly ModelHook[] {
    return this.#attached.get(address) ?? [];
  }

  /** Visits the instruction at hand. */
  visit(): void {
    const address = this.#trace[this.position];
    const done = this.#done;
    for (const hook of this.#list(address)) {
      if (done.includes(hook) || !this.#list(address).includes(hook)) continue;
      this.log.push(`${hook.name} at ${address.toString(16)}, instruction ${this.position}`);
      this.#run(hook, this.log);
    }
    this.#done = this.#list(address);
  }

  /** Executes instructions up to an index of the trace, or until a hook wants to stop. */
  runTo(position: number): void {
    this.stopping = false;
    while (this.position < position) {
      this.visit();
      if (this.stopping) return;
      this.position++;
      this.#done = [];
    }
  }
}
