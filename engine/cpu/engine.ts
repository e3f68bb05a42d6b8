/**
 * One Unicorn engine over a guest's memory: every call of Unicorn but those on registers, with its status checked.
 *
 * Leaves out what is hooked, and what a run means: see cpu.ts.
 */

import { hostPointer } from "../ffi/libc.ts";
import { checkUnicorn, openUnicorn, UC, UC_CTL, type UnicornEngine, type UnicornSymbols } from "../ffi/unicorn.ts";
import { type GuestMemory, SPAN } from "../memory/guest_memory.ts";

/** What of the guest a hook is for; by default all. */
export interface HookRange {
  readonly begin: number;
  readonly end: number;
}

/** Where a hook begins past where it ends, Unicorn takes it for one on everything. */
const ALL: HookRange = { begin: 1, end: 0 };

/** A Unicorn engine. */
export class Engine {
  readonly symbols: UnicornSymbols;
  readonly handle: UnicornEngine;
  readonly #callbacks: { close(): void }[] = [];

  /**
   * Opens an x86-64 engine whose memory is a guest's.
   *
   * @param library Path of Unicorn's shared library, 2.1 or later.
   * @throws {UnicornError} If Unicorn refuses.
   */
  constructor(library: string, memory: GuestMemory) {
    const symbols = this.symbols = openUnicorn(library);
    const handle = new BigUint64Array(1);
    checkUnicorn(symbols.uc_open(UC.ARCH_X86, UC.MODE_64, handle), "uc_open");
    this.handle = hostPointer(handle[0]) as UnicornEngine;
    this.#control("CPU_MODEL", UC.CPU_X86_HASWELL);
    this.#control("TLB_TYPE", UC.TLB_VIRTUAL);
    const base = hostPointer(memory.hostBase);
    checkUnicorn(symbols.uc_mem_map_ptr(this.handle, 0n, BigInt(SPAN), UC.PROT_ALL, base), "uc_mem_map_ptr");
  }

  #control(name: "CPU_MODEL" | "TLB_TYPE", value: number): void {
    checkUnicorn(this.symbols.uc_ctl_set(this.handle, UC_CTL[name], value), `uc_ctl(${name})`);
  }

  /**
   * Adds a hook.
   *
   * @param type Bits of `uc_hook_type`.
   * @param callback Host address of what is called.
   * @param data What it gets as its last argument; 0 for none.
   * @returns What {@linkcode Engine.unhook} takes.
   */
  hook(type: number, callback: bigint, data = 0n, { begin, end }: HookRange = ALL): bigint {
    const handle = new BigUint64Array(1);
    const places = [hostPointer(callback), data === 0n ? null : hostPointer(data)] as const;
    const status = this.symbols.uc_hook_add(this.handle, handle, type, ...places, BigInt(begin), BigInt(end));
    checkUnicorn(status, `uc_hook_add(${type})`);
    return handle[0];
  }

  /** Hooks a kind of instruction that Unicorn has an event for. */
  hookKind(instruction: number, callback: bigint): void {
    const status = this.symbols.uc_hook_add_insn(
      ...[this.handle, new BigUint64Array(1), UC.HOOK_INSN, hostPointer(callback), null, 1n, 0n, instruction] as const,
    );
    checkUnicorn(status, `uc_hook_add(${UC.HOOK_INSN}, ${instruction})`);
  }

  /** Removes a hook. */
  unhook(handle: bigint): void {
    checkUnicorn(this.symbols.uc_hook_del(this.handle, handle), "uc_hook_del");
  }

  /** Makes a host function of a closure; it must not throw. @returns Its host address. */
  callable(work: () => void): bigint {
    return this.#keep(new Deno.UnsafeCallback({ parameters: [], result: "void" } as const, work));
  }

  /** The same for one that answers yes or no, and gets what is in rdi. */
  question(ask: (argument: bigint) => boolean): bigint {
    const definition = { parameters: ["u64"], result: "u32" } as const;
    return this.#keep(new Deno.UnsafeCallback(definition, (argument) => ask(argument) ? 1 : 0));
  }

  /** Hooks exceptions and software interrupts. */
  hookInterrupts(work: (vector: number) => void): void {
    const definition = { parameters: ["pointer", "u32"], result: "void" } as const;
    this.hook(UC.HOOK_INTR, this.#keep(new Deno.UnsafeCallback(definition, (_, vector) => work(vector))));
  }

  #keep(callback: { readonly pointer: Deno.PointerObject; close(): void }): bigint {
    this.#callbacks.push(callback);
    return Deno.UnsafePointer.value(callback.pointer);
  }

  /** Runs from `pc` until it is stopped or reaches `until`. @returns Unicorn's status. */
  start(pc: number, until: number): number {
    return this.symbols.uc_emu_start(this.handle, BigInt(pc), BigInt(until), 0n, 0n);
  }

  /** Has it stop, from a callback. */
  stop(): void {
    this.symbols.uc_emu_stop(this.handle);
  }

  /** Bytes that Unicorn keeps of a CPU. */
  get stateSize(): number {
    return Number(this.symbols.uc_context_size(this.handle));
  }

  /** Forgets looked-up permissions, after some were taken away. */
  flushTlb(): void {
    checkUnicorn(this.symbols.uc_ctl_run(this.handle, UC_CTL.TLB_FLUSH), "uc_ctl(TLB_FLUSH)");
  }

  /** Forgets the translation of code in `[start, end)`. */
  dropTranslations(start: number, end: number): void {
    const status = this.symbols.uc_ctl_range(this.handle, UC_CTL.TB_REMOVE_CACHE, BigInt(start), BigInt(end));
    checkUnicorn(status, "uc_ctl(TB_REMOVE_CACHE)");
  }

  /** Frees the engine, and the host functions that were made for it. */
  close(): void {
    checkUnicorn(this.symbols.uc_close(this.handle), "uc_close");
    for (const callback of this.#callbacks) callback.close();
  }
}
