/**
 * Watched memory: closures that are called after an instruction has accessed a range.
 *
 * The pages of watched ranges are guarded: the CPU refuses accesses to them, the machine lets the one instruction pass
 * that is at hand, and asks here what it did. Nothing else is slowed. Leaves out accesses of the kernel on the guest's
 * behalf, as hardware watchpoints do.
 */

import { type GuestMemory, PAGE_SIZE } from "../memory/guest_memory.ts";
import type { MemoryAccess } from "./accesses.ts";

/** What is watched for: that a value changes or is written, that it is read, or both. */
export type WatchKind = "write" | "read" | "access";

/** An access to a watched range. */
export interface WatchEvent {
  /** The instruction that accessed it; it has been executed. */
  readonly pc: bigint;
  /** What is watched for, or what was done. */
  readonly kind: "write" | "read";
  /** The watched range's bytes before the instruction. */
  readonly before: Uint8Array;
  /** The watched range's bytes after it. */
  readonly after: Uint8Array;
}

/** Protection bits to withhold from a page. */
const [READ, WRITE] = [1, 2];
const GUARD: Readonly<Record<WatchKind, number>> = { write: WRITE, read: READ | WRITE, access: READ | WRITE };

/** A watched range. `using` ends it at the end of a block. */
export class Watchpoint implements Disposable {
  /** Guest address of the first byte. */
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** What is watched for, or what was done. */
  readonly kind: WatchKind;
  readonly #handler: (event: WatchEvent) => void;
  readonly #changed: () => void;
  #state: "enabled" | "disabled" | "detached" = "enabled";
  /** How often its closure was called. */
  hits = 0;

  /** See `Emulator.watch`, which makes these. */
  constructor(
    range: { readonly address: bigint; readonly size: number; readonly kind: WatchKind },
    handler: (event: WatchEvent) => void,
    changed: () => void,
  ) {
    this.address = range.address;
    this.size = range.size;
    this.kind = range.kind;
    this.#handler = handler;
    this.#changed = changed;
  }

  /** Whether its closure is called. */
  get isEnabled(): boolean {
    return this.#state === "enabled";
  }

  /** Whether it is gone for good. */
  get isDetached(): boolean {
    return this.#state === "detached";
  }

  /** Calls the closure; for {@linkcode Watchpoints}. */
  fire(event: WatchEvent): void {
    this.hits++;
    this.#handler(event);
  }

  #set(state: "enabled" | "disabled" | "detached"): void {
    if (this.#state === "detached") return;
    this.#state = state;
    this.#changed();
  }

  /** Has its closure called again. */
  enable(): void {
    this.#set("enabled");
  }

  /** Has its closure not called until {@linkcode enable}. */
  disable(): void {
    this.#set("disabled");
  }

  /** Takes it away for good. */
  detach(): void {
    this.#set("detached");
  }

  /** Detaches at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.detach();
  }
}

/** The watched ranges of a guest. */
export class Watchpoints {
  readonly #memory: GuestMemory;
  #list: readonly Watchpoint[] = [];

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /** Watched ranges, enabled or not. */
  list(): readonly Watchpoint[] {
    return this.#list;
  }

  /** Watches a range. */
  add(
    range: { readonly address: bigint; readonly size: number; readonly kind: WatchKind },
    handler: (event: WatchEvent) => void,
  ): Watchpoint {
    const watchpoint = new Watchpoint(range, handler, () => this.#update());
    this.#list = [...this.#list, watchpoint];
    this.#update();
    return watchpoint;
  }

  #update(): void {
    this.#list = this.#list.filter((watchpoint) => !watchpoint.isDetached);
    const guards = new Map<number, number>();
    for (const { address, size, kind } of this.#enabled()) {
      const first = Math.floor(Number(address) / PAGE_SIZE);
      const last = Math.floor((Number(address) + size - 1) / PAGE_SIZE);
      for (let page = first; page <= last; page++) guards.set(page, (guards.get(page) ?? 0) | GUARD[kind]);
    }
    this.#memory.setGuards(guards);
  }

  #enabled(): readonly Watchpoint[] {
    return this.#list.filter((watchpoint) => watchpoint.isEnabled);
  }

  /**
   * Notes the watched bytes before an instruction.
   *
   * @param accesses What the instruction is about to access.
   * @returns What to call once it has been executed: calls the closures of what it accessed.
   */
  observe(pc: bigint, accesses: readonly MemoryAccess[]): () => void {
    const noted = this.#enabled().map((watchpoint) => ({ watchpoint, before: this.#bytes(watchpoint) }));
    return () => {
      for (const { watchpoint, before } of noted) {
        const after = this.#bytes(watchpoint);
        const touching = accesses.filter((access) => overlaps(access, watchpoint));
        const wrote = touching.some(({ writes }) => writes) || before.some((byte, index) => byte !== after[index]);
        const read = touching.some(({ reads }) => reads);
        if (wrote && watchpoint.kind !== "read") watchpoint.fire({ pc, kind: "write", before, after });
        else if (read && watchpoint.kind !== "write") watchpoint.fire({ pc, kind: "read", before, after });
      }
    };
  }

  #bytes({ address, size }: Watchpoint): Uint8Array {
    const reach = this.#memory.accessible(Number(address), size, READ);
    return this.#memory.bytes(address, reach);
  }
}

function overlaps(access: MemoryAccess, range: { readonly address: bigint; readonly size: number }): boolean {
  return access.address < range.address + BigInt(range.size) && access.address + BigInt(access.size) > range.address;
}
