/**
 * The state that the kernel keeps of a guest process and its threads: memory, files, identity, signals, heap, limits.
 *
 * No behaviour: that is the rows'. What Linux keeps per thread (registers, signal mask, name) is in threads.ts.
 */

import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Registers } from "../cpu/registers.ts";
import { type Credentials, hostCredentials } from "./credentials.ts";
import { hostUmask } from "./file_calls.ts";
import type { Files } from "./files.ts";
import { Limits } from "./limits.ts";
import type { Paths } from "./paths.ts";
import { Signals, ThreadSignals } from "./signals.ts";
import type { SignalInfo } from "./signals/siginfo.ts";
import { type Contexts, makeThread, type Thread } from "./threads.ts";
import { Timers } from "./timers.ts";
import type { ProcessTable } from "./process_table.ts";
import type { World } from "./world.ts";

/** How a process ended. */
export type Ending =
  | { readonly kind: "exited"; readonly status: number }
  /** `info` says what the signal was about; `core` whether Linux would dump core, if limits let it. */
  | { readonly kind: "signalled"; readonly signal: number; readonly core?: boolean; readonly info?: SignalInfo };

/** Hears what a process does that others follow. */
export interface ProcessListener {
  /** A file was mapped; `executable` if its code may run. */
  mapped(
    mapping: { path: string; hostPath: string; start: number; end: number; offset: number; executable: boolean },
  ): void;
  /** A range was unmapped or mapped over. */
  unmapped(start: number, end: number): void;
}

/** A guest process. */
export interface Process {
  readonly memory: GuestMemory;
  readonly files: Files;
  readonly paths: Paths;
  readonly signals: Signals;
  readonly timers: Timers;
  readonly limits: Limits;
  readonly listener: ProcessListener;
  /** Where time, chance and names come from. */
  readonly world: World;
  /** The other processes, and what all share. */
  readonly table: ProcessTable;
  /** Where the registers of its threads are. */
  readonly contexts: Contexts;
  /** The thread whose call is handled, or that runs. */
  thread: Thread;
  /** Its threads that have not ended, by their ids; the first one has the process's id. */
  readonly threads: Map<number, Thread>;
  /** How many threads have begun. */
  threadsBegun: number;
  /** Registers of the thread at hand. */
  readonly registers: Registers;
  /** The guest's process id: the host's own or one out of range, so that nothing else has it. */
  readonly pid: number;
  readonly parent: number;
  /** Process group and session. */
  group: number;
  session: number;
  credentials: Credentials;
  /** The guest's path of the program. */
  readonly executable: string;
  /** Bytes of the auxiliary vector. */
  readonly auxiliaryVector: Uint8Array;
  /** Name of its first thread. */
  readonly name: string;
  readonly heapStart: number;
  heapEnd: number;
  umask: number;
  /** What personality(2) and prctl(2) set and tell, and nothing else looks at. */
  settings: { personality: number; dumpable: number; noNewPrivileges: boolean; parentDeathSignal: number };
  /** Nanoseconds of CPU time that its clock had told when the guest began. */
  readonly cpuTimeAtStart: bigint;
  /** What a call left to do once its slice has ended, where the program counter may be changed. */
  deferred: (() => void) | undefined;
  /** Set when it has ended. */
  ending: Ending | undefined;
}

/** What a process begins with. */
export interface ProcessStart {
  readonly table: ProcessTable;
  readonly contexts: Contexts;
  readonly memory: GuestMemory;
  readonly registers: Registers;
  readonly files: Files;
  readonly paths: Paths;
  readonly listener: ProcessListener;
  readonly world: World;
  readonly pid: number;
  readonly executable: string;
  readonly auxiliaryVector: Uint8Array;
  readonly heapStart: number;
}

/** Makes a process of one thread that has the host process's identity and limits. */
export function createProcess(start: ProcessStart): Process {
  const { pid, files, heapStart, executable } = start;
  const signals = new Signals();
  const name = executable.replace(/.*\//, "").slice(0, 15);
  const first = makeThread(pid, name, start.registers, new ThreadSignals(signals));
  const { parent, group, session, credentials } = hostCredentials();
  const limits = new Limits();
  files.limit = limits.openFiles;
  const timers = new Timers(start.world.clock);
  start.contexts.name(pid);
  const process: Process = {
    ...start,
    signals,
    thread: first,
    threads: new Map(),
    threadsBegun: 0,
    timers,
    limits,
    parent: start.world.ids?.parent ?? parent,
    group,
    session,
    credentials,
    get name() {
      return first.name;
    },
    heapEnd: heapStart,
    umask: hostUmask(),
    settings: { personality: 0, dumpable: 1, noNewPrivileges: false, parentDeathSignal: 0 },
    cpuTimeAtStart: start.world.clock.cpuTime(),
    deferred: undefined,
    ending: undefined,
  };
  start.table.add(process);
  return process;
}
