/** What plugins of a guest work on. */

import type { GuestContext } from "../context.ts";
import type { CountSource } from "../counts.ts";
import type { Disassembler } from "../disasm/disassembler.ts";
import type { CallStack } from "../hooks/intercept.ts";
import type { HookRegistry } from "../hooks/registry.ts";
import type { SyscallObserver } from "../linux/observers.ts";
import type { Machine } from "../machine.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { PluginGuest } from "../plugin.ts";
import type { Symbols } from "../symbols/mod.ts";
import type { Translations } from "../translations.ts";

/** What the host of plugins works on. */
export interface PluginGround {
  readonly memory: GuestMemory;
  readonly symbols: Symbols;
  readonly disassembler: Disassembler;
  readonly counts: CountSource;
  readonly machine: Machine;
  readonly translations: Translations;
  readonly context: GuestContext;
  readonly guest: PluginGuest;
  /** Has an observer follow the system calls. @returns What ends that. */
  observe(observer: SyscallObserver): () => void;
  /** Hooks on places. */
  readonly hooks: HookRegistry;
  /** Calls of functions that are followed to their return. */
  readonly calls: CallStack;
  /** Stops the guest before the instruction at hand. */
  stop(why: string): void;
  /** Ends the guest before the instruction at hand. */
  end(status: number): void;
  /** Has a closure called at a number of executed instructions. @returns What calls it off. */
  onInstructionCount(count: number, ring: () => void): () => void;
  /** Gets a message for people, such as that a plugin failed. */
  warn(message: string): void;
}
