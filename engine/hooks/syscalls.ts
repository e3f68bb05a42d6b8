/** Closures at the entry and exit of system calls, by name. Leaves out the kernel, which tells of the calls. */

/** A system call as closures see it. */
export interface SyscallEvent {
  /** Id of the thread that makes it. */
  readonly thread: number;
  /** As in syscalls(2). */
  readonly name: string;
  /**
   * The arguments by their names in the manual page: numbers, addresses, and paths as text. Those of an unsupported call
   * are missing.
   */
  readonly args: Readonly<Record<string, unknown>>;
  /** The six argument registers. */
  readonly registers: readonly bigint[];
  /** What it returned, a negative errno for a failure; undefined at entry. */
  readonly result: number | bigint | undefined;
}

/** What to do at entry and exit. The guest waits after the call for a closure that is `async`. */
export interface SyscallHandlers {
  /** Called before the call is made. A number that it returns is the result, and the call is not made. */
  onEnter?(event: SyscallEvent): number | bigint | void | Promise<void>;
  /** Called after it. A number that it returns takes the place of the result. */
  onLeave?(event: SyscallEvent): number | bigint | void | Promise<void>;
}

/** Closures attached to system calls. `using` detaches them at the end of a block. */
export class SyscallHook implements Disposable {
  readonly #matches: (name: string) => boolean;
  readonly #detach: () => void;
  /** How many of the calls were entered. */
  hits = 0;

  /**
   * See `Emulator.hookSyscall`, which makes these.
   *
   * @param attach Takes the closures, and returns what detaches them.
   */
  constructor(matches: (name: string) => boolean, attach: (hook: SyscallHook) => () => void) {
    this.#matches = matches;
    this.#detach = attach(this);
  }

  /** Whether a call is one of those it is attached to. */
  matches(name: string): boolean {
    return this.#matches(name);
  }

  /** Takes it away for good. */
  detach(): void {
    this.#detach();
  }

  /** Detaches at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.detach();
  }
}
