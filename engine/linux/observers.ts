/** Who follows the system calls of a process: hooks, plugins, and strace. */

import type { Process } from "./process.ts";
import type { SignalInfo } from "./signals/siginfo.ts";
import type { Syscall } from "./syscall.ts";
import type { Thread } from "./threads.ts";

/** A system call from its entry to its exit. */
export interface SyscallCall {
  readonly process: Process;
  readonly thread: Thread;
  /** As in syscalls(2), or `number N` for one that Linux does not have. */
  readonly name: string;
  /** Its row; undefined for a call that is not supported. */
  readonly row: Syscall | undefined;
  /** The six argument registers, as they were at entry. */
  readonly registers: readonly bigint[];
  /** What it returned, a negative errno for a failure; undefined before it has. */
  readonly result: number | bigint | undefined;
}

/** A signal that is about to be delivered. */
export interface ArrivingSignal {
  readonly info: SignalInfo;
  /** Leaves it pending for now: the guest executes nothing before its owner has it go on. */
  hold(): void;
  /** Drops it, now or while it is held. */
  discard(): void;
}

/** A follower. */
export interface SyscallObserver {
  /** Called before the call is made. What it returns is the call's result, and the call is not made. */
  entered?(call: SyscallCall): number | bigint | void;
  /** Called when the call has returned. What it returns takes the place of the result. */
  left?(call: SyscallCall): number | bigint | void;
  /** Called when a signal is delivered. */
  signalled?(info: SignalInfo, process: Process): void;
  /** Whether it follows the processes too that the program begins. */
  readonly followsAll?: boolean;
}
