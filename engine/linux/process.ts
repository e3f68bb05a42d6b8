/**
 * The state that the kernel keeps of a guest process: memory, files, identity, heap. No behaviour: that is the rows'.
 */

import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Registers } from "../cpu/registers.ts";
import type { Files } from "./files.ts";
import type { Paths } from "./paths.ts";
import type { Signals } from "./signals.ts";

/** How a process ended. */
export type Ending =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "signalled"; readonly signal: number };

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
  readonly registers: Registers;
  readonly files: Files;
  readonly paths: Paths;
  readonly signals: Signals;
  readonly listener: ProcessListener;
  /** The guest's process id: the host's own, so that nothing else has it. */
  readonly pid: number;
  /** The guest's path of the program. */
  readonly executable: string;
  /** Bytes of the auxiliary vector. */
  readonly auxiliaryVector: Uint8Array;
  /** Name, as PR_SET_NAME and /proc/self/comm have it; at most 15 bytes. */
  name: string;
  readonly heapStart: number;
  heapEnd: number;
  /** Where set_tid_address(2) said to write 0 at exit. */
  clearTid: number;
  umask: number;
  /** Set when it has ended. */
  ending: Ending | undefined;
}
