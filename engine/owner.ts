/**
 * Who attached what: everything attached while an owner's code runs is the owner's, and goes with it.
 *
 * Code is an owner's when it runs inside of {@linkcode Owner.run}, also after an `await`, and so are closures that were
 * attached there. Leaves out what an owner does other than attach.
 */

import { AsyncLocalStorage } from "node:async_hooks";

const running = new AsyncLocalStorage<Owner>();

/** Somebody who attaches, such as a script. `using` detaches all at the end of a block. */
export class Owner implements Disposable {
  readonly #held: Disposable[] = [];
  #isGone = false;

  /** The owner whose code runs, if it is an owner's. */
  static get current(): Owner | undefined {
    return running.getStore();
  }

  /** Notes something as attached by who runs. @returns The same. */
  static note<T extends Disposable>(what: T): T {
    Owner.current?.hold(what);
    return what;
  }

  /** A closure that is run as code of who runs now. */
  static bind<F extends ((...args: never[]) => unknown) | undefined>(closure: F): F {
    const owner = Owner.current;
    if (owner === undefined || closure === undefined) return closure;
    return ((...args: never[]) => owner.run(() => closure(...args))) as F;
  }

  /** How many things it attached. */
  get size(): number {
    return this.#held.length;
  }

  /** Runs code as the owner's. */
  run<T>(work: () => T): T {
    return running.run(this, work);
  }

  /** Notes something of the owner's; what comes too late goes at once. */
  hold(what: Disposable): void {
    if (this.#isGone) what[Symbol.dispose]();
    else this.#held.push(what);
  }

  /** Detaches all, the last first. */
  [Symbol.dispose](): void {
    this.#isGone = true;
    for (const what of this.#held.splice(0).reverse()) what[Symbol.dispose]();
  }
}
