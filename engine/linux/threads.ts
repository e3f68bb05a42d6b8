/**
 * The state that the kernel keeps of a thread, as Linux does: registers, signals, name, what it waits for.
 *
 * Its beginning is in syscalls/clone.ts, its end in thread_end.ts, who runs when in scheduler.ts.
 */

import type { Registers } from "../cpu/registers.ts";
import type { SyscallCall } from "./observers.ts";
import type { ThreadSignals } from "./signals.ts";
import type { Waiting } from "./syscall.ts";

/** The last exception of a thread, as signal frames show it. */
export interface Trap {
  /** The CPU's vector. */
  readonly vector: number;
  /** The page fault's error code. */
  readonly error: number;
  /** The address that caused the last page fault. */
  readonly address: bigint;
}

/** A thread of a guest process. */
export interface Thread {
  readonly tid: number;
  /** Its number among the threads of its process, from 1, in the order in which they began. */
  number: number;
  /** The registers of the CPU: this thread's own while it is on it. */
  readonly registers: Registers;
  readonly signals: ThreadSignals;
  /** Name, as PR_SET_NAME and /proc/self/comm have it; at most 15 bytes. */
  name: string;
  /** Where set_tid_address(2) said to write 0 at exit. */
  clearTid: number;
  /** What set_robust_list(2) said. */
  robustList: { readonly head: number; readonly size: number };
  /** The nice value, as getpriority(2) tells it: it changes nothing. */
  nice: number;
  trap: Trap;
  /** Number of the system call that it made last. */
  call: number;
  /** That call, if somebody follows it. */
  followed: SyscallCall | undefined;
  /** What that call waits for, if it does. */
  waiting: Waiting | undefined;
  /** When it began to wait, by the host's clock, in milliseconds. */
  waitsSince: number;
  /** Nanoseconds of CPU time that it has used; see cpu_times.ts. */
  cpuTime: bigint;
  isEnded: boolean;
}

/** The threads of a CPU: see `ThreadContexts`. */
export interface Contexts {
  name(thread: number): void;
  fork(thread: number, change: () => void): void;
  switchTo(thread: number): void;
  end(thread: number): void;
}

/** Makes the record of a thread that has just begun. */
export function makeThread(tid: number, name: string, registers: Registers, signals: ThreadSignals): Thread {
  return {
    tid,
    number: 1,
    name,
    registers,
    signals,
    clearTid: 0,
    robustList: { head: 0, size: 0 },
    nice: 0,
    trap: { vector: 0, error: 0, address: 0n },
    call: 0,
    followed: undefined,
    waiting: undefined,
    waitsSince: 0,
    cpuTime: 0n,
    isEnded: false,
  };
}
