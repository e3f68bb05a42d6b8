/**
 * What a system call is here: one row of name, parameters by type, support level and handler.
 *
 * The same row decodes the registers, prints the strace line and feeds the compatibility page.
 */

import type { Parameter } from "./parameters.ts";
import type { Process } from "./process.ts";

/** How much of Linux's behaviour a row has; a partial one says in its note what is missing. */
export type SupportLevel = "full" | "partial" | "refused";

/**
 * A call that cannot finish yet: the guest thread waits, other threads and the host do not.
 *
 * When something of `wait` has come, `retry` is called, which may wait again.
 */
export interface Waiting {
  readonly wait: {
    /** Descriptors of the host to wait for, with poll(2) events. */
    readonly descriptors?: readonly { readonly descriptor: number; readonly events: number }[];
    /** Time of the guest's clock at which waiting ends, in milliseconds. */
    readonly deadline?: number;
    /** Milliseconds of the host after which to try again in any case: for what nothing tells of. */
    readonly again?: number;
    /** Tells whether something of the guest's own has happened: another thread woke this one. */
    ready?(): boolean;
  };
  /** Signals that end the wait although they are blocked: those that sigtimedwait(2) asks for. */
  readonly signals?: bigint;
  /** Whether signals do not end the wait: vfork(2)'s. */
  readonly isDeaf?: boolean;
  retry(): Result;
  /**
   * What the call returns when a handler interrupts it, for calls that SA_RESTART does not start again: poll(2),
   * nanosleep(2), sigsuspend(2). Without it the call is started again under SA_RESTART, and fails with EINTR otherwise.
   */
  interrupt?(): number | bigint;
  /** Hears that the call ends without being tried again: by a handler, or with its thread. */
  abandon?(): void;
}

/** What a handler returns: the value for rax, a negative errno for a failure, or a reason to wait. */
export type Result = number | bigint | Waiting;

type Values<P> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** A row of the table. */
export interface Syscall {
  readonly name: string;
  readonly level: SupportLevel;
  readonly note?: string;
  readonly parameters: readonly { readonly name: string; readonly parameter: Parameter<unknown> }[];
  /** Decodes the argument registers and runs the handler. */
  call(process: Process, registers: readonly bigint[]): Result;
}

/**
 * Makes a row.
 *
 * @param name As in syscalls(2).
 * @param parameters In the order of the registers.
 * @param handler Gets the process that calls and the decoded arguments.
 * @param note What is missing, for a partial row.
 */
export function syscall<const P extends Readonly<Record<string, Parameter<unknown>>>>(
  name: string,
  level: SupportLevel,
  parameters: P,
  handler: (process: Process, values: Values<P>) => Result,
  note?: string,
): Syscall {
  const list = Object.entries(parameters).map(([key, parameter]) => ({
    name: key,
    parameter,
  }));
  return {
    name,
    level,
    parameters: list,
    ...(note === undefined ? {} : { note }),
    call(process, registers) {
      const values: Record<string, unknown> = {};
      for (let index = 0; index < list.length; index++) {
        values[list[index].name] = list[index].parameter.decode(registers[index]);
      }
      return handler(process, values as Values<P>);
    },
  };
}
