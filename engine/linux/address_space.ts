/**
 * What a program runs in: a memory, and the CPU over it with its threads. fork(2) copies it, vfork(2) shares it,
 * execve(2) empties it. Leaves out how: see machine_space.ts.
 */

import type { Registers } from "../cpu/registers.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { Contexts } from "./threads.ts";

/** An address space. */
export interface AddressSpace {
  readonly memory: GuestMemory;
  readonly registers: Registers;
  /** Where the registers of its threads are. */
  readonly contexts: Contexts;
  /**
   * A copy, with the registers of the thread at hand.
   *
   * @throws {Error} If the host has no room for it.
   */
  copy(): AddressSpace;
  /** An empty one. @throws {Error} If the host has no room for it. */
  another(): AddressSpace;
  /** Unmaps everything, forgets all threads, and sets the registers as they are when a program starts. */
  clear(): void;
  /** Gives it back, once nobody uses it. */
  close(): void;
}
