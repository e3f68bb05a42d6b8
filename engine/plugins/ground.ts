/** What plugins of a guest work on. */

import type { GuestContext } from "../context.ts";
import type { CountSource } from "../counts.ts";
import type { Disassembler } from "../disasm/disassembler.ts";
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
  /** Gets a message for people, such as that a plugin failed. */
  warn(message: string): void;
}
