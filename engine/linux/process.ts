/**
 * The state that the kernel keeps of a guest process and its threads: memory, files, identity, signals, heap, limits.
 *
 * No behaviour: that is the rows'. What Linux keeps per thread (registers, signal mask, name) is in threads.ts.
 */

import { SIGNAL } from "./abi/signals.ts";
import type { AddressSpace } from "./address_space.ts";
import type { LoadedProgram } from "../loader/load_program.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Registers } from "../cpu/registers.ts";
import { processCpuTime } from "./cpu_times.ts";
import { type Credentials, hostCredentials } from "./credentials.ts";
import { hostUmask } from "./file_calls.ts";
import type { Files } from "./files.ts";
import { hostCall } from "./host.ts";
import { Limits } from "./limits.ts";
import type { Paths } from "./paths.ts";
import { Signals, ThreadSignals } from "./signals.ts";
import type { SignalInfo } from "./signals/siginfo.ts";
import type { StopNews } from "./stops.ts";
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
    process: Process,
    mapping: { path: string; hostPath: string; start: number; end: number; offset: number; executable: boolean },
  ): void;
  /** A range was unmapped or mapped over. */
  unmapped(process: Process, start: number, end: number): void;
  /** Another program takes the place of the one that ran, of which everything was unmapped. */
  executed(process: Process, program: LoadedProgram): void;
}

/** A guest process. */
export interface Process {
  /** What its program runs in. */
  space: AddressSpace;
  readonly memory: GuestMemory;
  files: Files;
  paths: Paths;
  readonly signals: Signals;
  readonly timers: Timers;
  readonly limits: Limits;
  readonly listener: ProcessListener;
  /** Where time, chance and names come from. */
  readonly world: World;
  /** The other processes, and what all share. */
  readonly table: ProcessTable;
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
  /** The process that waits for its end; 1 once that has ended itself. */
  parent: number;
  /** What it sends its parent at its end. */
  exitSignal: number;
  /** That it was stopped or went on, as far as its parent has not waited for it. */
  news: StopNews | undefined;
  /** Whether it runs another program than it began with. */
  hasExecuted: boolean;
  /** Whether observers follow its system calls that do not follow all processes. */
  readonly isFollowed: boolean;
  /** Told when a signal has stopped it; a process that observers follow is not stopped without it. */
  readonly onStop: (() => void) | undefined;
  /** Process group and session. */
  group: number;
  session: number;
  credentials: Credentials;
  /** The guest's path of the program. */
  executable: string;
  /** Bytes of the auxiliary vector. */
  auxiliaryVector: Uint8Array;
  /** Name of its first thread. */
  readonly name: string;
  heapStart: number;
  heapEnd: number;
  umask: number;
  /** What personality(2) and prctl(2) set and tell, and nothing else looks at. */
  settings: { personality: number; dumpable: number; noNewPrivileges: boolean; parentDeathSignal: number };
  /** When it began, by its clock, in milliseconds. */
  readonly began: number;
  /** Nanoseconds of CPU time that threads which have ended used, and children that it has waited for. */
  readonly spent: { ended: bigint; children: bigint };
  /** What a call left to do once its slice has ended, where the program counter may be changed. */
  deferred: (() => void) | undefined;
  /** Set when it has ended. */
  ending: Ending | undefined;
}

/** What a process begins with. */
export interface ProcessStart {
  readonly table: ProcessTable;
  readonly space: AddressSpace;
  readonly files: Files;
  readonly paths: Paths;
  readonly listener: ProcessListener;
  readonly world: World;
  readonly pid: number;
  readonly executable: string;
  readonly auxiliaryVector: Uint8Array;
  readonly heapStart: number;
  readonly onStop: (() => void) | undefined;
}

/** What {@linkcode assemble} needs besides. */
type Rest = Omit<
  Process,
  "timers" | "memory" | "registers" | "contexts" | "name" | "thread" | "threads" | "threadsBegun"
>;

/** Makes the record of a process, with its first thread. */
function assemble(rest: Rest, first: Thread): Process {
  const process: Process = {
    ...rest,
    timers: new Timers(rest.world.clock, () => processCpuTime(process)),
    thread: first,
    threads: new Map(),
    threadsBegun: 0,
    get memory() {
      return this.space.memory;
    },
    get registers() {
      return this.space.registers;
    },
    get contexts() {
      return this.space.contexts;
    },
    get name() {
      return (this.threads.get(this.pid) ?? this.thread).name;
    },
  };
  process.table.add(process);
  return process;
}

/** What the host process has; 0 in a world that is the same in every run. */
function hostNice({ system }: World): number {
  return system === undefined ? 20 - hostCall("getpriority", 0, 0) : 0;
}

/** Name of the first thread of a program. */
export function programName(path: string): string {
  return path.replace(/.*\//, "").slice(0, 15);
}

/** Makes a process of one thread that has the host process's identity and limits. */
export function createProcess(start: ProcessStart): Process {
  const { pid, files, heapStart, executable, space, world } = start;
  const signals = new Signals();
  const { parent, group, session, credentials } = hostCredentials();
  const limits = new Limits();
  files.limit = limits.openFiles;
  const first = makeThread(pid, programName(executable), space.registers, new ThreadSignals(signals));
  first.nice = hostNice(world);
  space.contexts.name(pid);
  return assemble({
    ...start,
    signals,
    limits,
    parent: world.ids?.parent ?? parent,
    exitSignal: SIGNAL.SIGCHLD,
    hasExecuted: true,
    isFollowed: true,
    group,
    session,
    credentials,
    heapEnd: heapStart,
    umask: hostUmask(),
    settings: { personality: 0, dumpable: 1, noNewPrivileges: false, parentDeathSignal: 0 },
    began: world.clock.now(),
    spent: { ended: 0n, children: 0n },
    deferred: undefined,
    news: undefined,
    ending: undefined,
  }, first);
}

/** What a process that is made from another has of its own. */
export interface ForkStart {
  readonly pid: number;
  readonly space: AddressSpace;
  readonly parent: number;
  readonly exitSignal: number;
  readonly files: Files;
  readonly paths: Paths;
}

/** Makes a process from another, as fork(2) does: with one thread, whose registers are in the space already. */
export function forkProcess(from: Process, start: ForkStart): Process {
  const signals = from.signals.fork();
  const thread = makeThread(start.pid, from.thread.name, start.space.registers, new ThreadSignals(signals));
  thread.signals.mask = from.thread.signals.mask;
  thread.nice = from.thread.nice;
  const { table, world, listener, executable, auxiliaryVector, heapStart, heapEnd } = from;
  const { umask, credentials, group, session } = from;
  return assemble({
    ...{ table, world, listener, executable, auxiliaryVector, heapStart, heapEnd, umask, credentials, group, session },
    ...start,
    signals,
    limits: from.limits.fork(),
    hasExecuted: false,
    isFollowed: false,
    onStop: undefined,
    settings: { ...from.settings, parentDeathSignal: 0 },
    began: world.clock.now(),
    spent: { ended: 0n, children: 0n },
    deferred: undefined,
    news: undefined,
    ending: undefined,
  }, thread);
}
