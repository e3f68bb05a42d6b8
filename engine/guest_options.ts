/** What a guest is started with, what it tells its owner, and what is known of its threads and processes. */

import type { DeterministicOptions } from "./linux/counted_world.ts";
import type { ArrivingSignal } from "./linux/observers.ts";
import type { PermissionOptions } from "./linux/permissions.ts";
import type { ProcessListener } from "./linux/process.ts";
import type { ProcessObserver } from "./linux/process_table.ts";
import type { Machine } from "./machine.ts";

/** What to run, and how. */
export interface GuestOptions {
  /** Path of the program, as the guest sees it. */
  readonly program: string;
  /** Arguments after the program's name. */
  readonly args?: readonly string[];
  /** The name that the program sees as its own, argv[0]; by default `program`. */
  readonly name?: string;
  /** Environment; by default the host's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory; by default the host's. */
  readonly cwd?: string;
  /** Host directory that the guest sees as `/`. */
  readonly sysroot?: string;
  /** What it may do; by default it may read files and use its terminal, but not write, use the network or run programs. */
  readonly permissions?: PermissionOptions;
  /** Signals that the program is started to ignore, as nohup(1) does with `SIGHUP`; by default none. */
  readonly ignoredSignals?: readonly string[];
  /**
   * Told when a signal has stopped the program and no other process of the guest runs: it stands still until it gets
   * SIGCONT. Without it SIGSTOP and its like do not stop the program, for nobody might have it go on.
   */
  readonly onStop?: () => void;
  /** Gets one line a system call, as strace(1) writes them. */
  readonly onSyscall?: (line: string) => void;
  /**
   * Whether time, random numbers, process ids and the machine's names are the same in every run; by default they are the
   * host's. Time passes with what is executed, and sleeping takes none.
   */
  readonly deterministic?: boolean | DeterministicOptions;
  /** Whether to count what is executed; by default yes. Without it nothing can be hooked, and no plugin used. */
  readonly counting?: boolean;
  /**
   * Whether the processes that the program begins are counted and can be hooked too, each by itself: see
   * `ProcessEvent.instruments`. By default they just run.
   */
  readonly follow?: boolean;
}

/** A thread of the guest. */
export interface GuestThread {
  /** Its id; that of the first one is the process's. */
  readonly id: number;
  /** Its number, from 1, in the order in which they began. */
  readonly number: number;
  /** Its name, which the program may set. */
  readonly name: string;
  /** Its next instruction. */
  readonly pc: bigint;
  /** Name of the system call that it waits in, if it does. */
  readonly waitsIn: string | undefined;
  /** Whether it is the one that `Emulator.cpu` shows. */
  readonly isSelected: boolean;
}

/** A process of the guest. */
export interface GuestProcess {
  /** Its id. */
  readonly id: number;
  /** Id of its parent; 1 if that has ended. */
  readonly parent: number;
  /** The name of its first thread: that of the program, unless it says otherwise. */
  readonly name: string;
  /** How many threads it has. */
  readonly threads: number;
  /** Whether it has ended, and its parent has not waited for it. */
  readonly hasEnded: boolean;
}

/** What a guest tells its owner. */
export interface GuestEvents extends ProcessListener, ProcessObserver {
  /** See `MachineEvents`. */
  translated(machine: Machine, block: number, start: number, size: number): void;
  /** See `MachineEvents`. */
  retired(machine: Machine, block: number): void;
  /** There is a machine for another process, and it is counted. */
  made(machine: Machine): void;
  /** A machine has become what another one is, as after fork(2). */
  copied(from: Machine, to: Machine): void;
  /** A machine is about to be freed. */
  closing(machine: Machine): void;
  /** See `KernelOptions`. */
  arriving(signal: ArrivingSignal): void;
  warn(message: string): void;
}
