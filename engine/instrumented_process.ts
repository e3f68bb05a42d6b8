/** One process of a guest, and all that can be attached to it. */

import type { CodeKind } from "./code_hooks.ts";
import type { GuestContext } from "./context.ts";
import type { Coverage } from "./coverage.ts";
import type { Instruction } from "./disasm/disassembler.ts";
import type { Hook } from "./hooks/hook.ts";
import type { CallHandlers } from "./hooks/intercept.ts";
import type { Location } from "./hooks/registry.ts";
import { type SyscallEvent, type SyscallHandlers, SyscallHook } from "./hooks/syscalls.ts";
import type { WatchEvent, WatchKind, Watchpoint } from "./hooks/watchpoints.ts";
import type { Instruments } from "./instruments.ts";
import type { SyscallCall } from "./linux/observers.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import { Owner } from "./owner.ts";
import type { CodePart, CodeRange, Plugin, PluginSettings } from "./plugin.ts";
import type { PluginHandle, UseOptions } from "./plugin_host.ts";
import type { Symbols } from "./symbols/mod.ts";

/** Options of {@linkcode Emulator.hook}. */
export interface HookOptions {
  /** Attach when an image with this name is mapped, if it is not known yet; else an unknown name is an error. */
  readonly pending?: boolean;
  /**
   * For a function's name, be where its own code begins, behind what sets up its stack frame: its arguments and
   * variables can be read there by name; and also where the function was inlined. Without debug information, it is the
   * function's first instruction.
   */
  readonly afterPrologue?: boolean;
  /** Call the closure at the first execution of each place only. */
  readonly once?: boolean;
}

/** Options of {@linkcode Emulator.hookEvery}. */
export interface CodeHookOptions {
  /** The code that it is about: symbols, images, ranges; by default all. */
  readonly within?: readonly CodePart[];
}

/**
 * A process under instrumentation: hooks, counts and plugins of its own.
 *
 * The guest's program is one, its {@linkcode Emulator}; the processes that it begins are, if they are followed. When a
 * process has ended, its registers and memory are gone, and its counts are 0.
 */
export class InstrumentedProcess {
  readonly #instruments: Instruments;
  /** The registers, and where it is. */
  readonly cpu: GuestContext;
  /** Images mapped now and their symbols. */
  readonly symbols: Symbols;
  /** What ran how often so far. */
  readonly coverage: Coverage;

  /** @ignore See `Emulator.open`, and `ProcessEvent.instruments`. */
  constructor(instruments: Instruments) {
    this.#instruments = instruments;
    this.cpu = instruments.context;
    this.symbols = instruments.symbols;
    this.coverage = instruments.coverage;
  }

  /** Its process id. */
  get pid(): number {
    return this.#instruments.guest.program.pid;
  }

  /** Its memory. */
  get memory(): GuestMemory {
    return this.#instruments.machine.memory;
  }

  /** Hooks that are attached. */
  get hooks(): readonly Hook[] {
    const { hooks, codeHooks } = this.#instruments;
    return [...hooks.list(), ...codeHooks.list()];
  }

  /** Plugins in use. */
  get plugins(): readonly PluginHandle[] {
    return this.#instruments.plugins.list();
  }

  /**
   * Attaches a closure to every execution of the instructions at a location, before each is executed.
   *
   * It takes effect for the very next execution. The closure may read and change registers and memory, attach and
   * detach hooks, and stop the guest. If it throws, the guest stops there. The guest waits there for one that is `async`.
   *
   * @param where A symbol, `image:symbol`, `symbol+offset`, a glob or RegExp over function names, an address, or a
   *   range, each of whose instructions is meant.
   * @returns The handle: `detach()`, `disable()`, `enable()`, `hits`.
   * @throws {UnknownSymbolError} If there is no such symbol, and `options.pending` is not set.
   */
  hook(
    where: Location | CodeRange,
    handler: (cpu: GuestContext, hook: Hook) => void,
    options: HookOptions = {},
  ): Hook {
    if (typeof where === "object" && !(where instanceof RegExp)) {
      return this.hookEvery("instruction", handler, { within: [where] });
    }
    const call = Owner.bind(handler);
    const run = (hook: Hook) => this.#instruments.closures.guarded(() => call(this.cpu, hook));
    return Owner.note(this.#instruments.hooks.add(where, run, options));
  }

  /**
   * Attaches a closure to a kind of code, wherever it runs: before each block, or before each such instruction.
   *
   * @param kind `"block"`, `"instruction"`, a mnemonic, a group such as `"call"`, or a RegExp over mnemonics.
   * @returns The handle, as that of {@linkcode hook}.
   * @throws {RangeError} If there is no such kind of code.
   * @throws {UnknownSymbolError} If a name of `options.within` is unknown, and the guest maps no images by itself.
   */
  hookEvery(
    kind: CodeKind,
    handler: (cpu: GuestContext, hook: Hook) => void,
    options: CodeHookOptions = {},
  ): Hook {
    const call = Owner.bind(handler);
    const run = (hook: Hook) => this.#instruments.closures.guarded(() => call(this.cpu, hook));
    return Owner.note(this.#instruments.codeHooks.add(kind, options.within ?? [], run));
  }

  /**
   * Calls a closure after each instruction that accesses a range of memory; the store or load is done, once.
   *
   * @param where Address or location of the first byte.
   * @param size In bytes.
   * @param kind Whether writes, reads or both are of interest.
   * @returns The handle: `detach()`, `disable()`, `enable()`, `hits`.
   * @throws {UnknownSymbolError} If there is no such symbol.
   */
  watch(
    where: string | bigint,
    size: number,
    handler: (event: WatchEvent, cpu: GuestContext) => void,
    kind: WatchKind = "write",
  ): Watchpoint {
    const address = typeof where === "bigint" ? where : this.symbols.find(where).address;
    const { watchpoints } = this.#instruments.machine;
    const call = Owner.bind(handler);
    return Owner.note(
      watchpoints.add(
        { address, size, kind },
        (event) => this.#instruments.closures.guarded(() => call(event, this.cpu)),
      ),
    );
  }

  /**
   * Calls closures at the entry and exit of system calls.
   *
   * @param names Names as in syscalls(2), or a RegExp over them.
   * @returns The handle: `detach()`, `hits`.
   */
  hookSyscall(names: string | readonly string[] | RegExp, handlers: SyscallHandlers): SyscallHook {
    const list = typeof names === "string" ? [names] : names;
    const matches = (name: string) => list instanceof RegExp ? list.test(name) : list.includes(name);
    const [onEnter, onLeave] = [
      Owner.bind(handlers.onEnter?.bind(handlers)),
      Owner.bind(handlers.onLeave?.bind(handlers)),
    ];
    const attached = new SyscallHook(matches, (hook) => {
      const ask = (work: SyscallHandlers["onEnter"], call: SyscallCall) => {
        if (!hook.matches(call.name)) return undefined;
        if (call.result === undefined) hook.hits++;
        return this.#instruments.closures.guarded<number | bigint | void>(() => work?.(syscallEvent(call)));
      };
      return this.#instruments.guest.observe({
        entered: (call) => ask(onEnter, call),
        left: (call) => ask(onLeave, call),
      });
    });
    return Owner.note(attached);
  }

  /** Watched ranges. */
  get watchpoints(): readonly Watchpoint[] {
    return this.#instruments.machine.watchpoints.list();
  }

  /**
   * Calls closures at the entry and the return of functions.
   *
   * @param where As for {@linkcode hook}.
   * @returns The handle; its `hits` are the calls.
   * @throws {UnknownSymbolError} If there is no such symbol, and `options.pending` is not set.
   */
  intercept(where: Location, handlers: CallHandlers, options: HookOptions = {}): Hook {
    const bound = {
      onEnter: Owner.bind(handlers.onEnter?.bind(handlers)),
      onLeave: Owner.bind(handlers.onLeave?.bind(handlers)),
    };
    return Owner.note(
      this.#instruments.hooks.add(
        where,
        (hook, address) => this.#instruments.calls.enter(hook, address, bound),
        options,
      ),
    );
  }

  /**
   * Has a closure do a function's work: it gets the arguments and returns the result, and the function is not executed.
   *
   * @param where As for {@linkcode hook}.
   * @throws {UnknownSymbolError} If there is no such symbol, and `options.pending` is not set.
   */
  replace(where: Location, work: (...args: bigint[]) => bigint, options: HookOptions = {}): Hook {
    return this.hook(where, (cpu) => cpu.return(work(...cpu.args)), options);
  }

  /**
   * Overwrites guest memory, whatever the guest itself may do there: code is executed as it is now from the very next
   * execution on.
   *
   * @param where An address, or a symbol.
   * @returns The bytes that were there.
   * @throws {UnknownSymbolError} If there is no such symbol.
   * @throws {GuestMemoryError} If a byte is not mapped.
   */
  patch(where: string | bigint, bytes: Uint8Array | readonly number[]): Uint8Array {
    const address = typeof where === "bigint" ? where : this.symbols.find(where).address;
    const before = this.memory.bytes(address, bytes.length);
    this.memory.write(address, Uint8Array.from(bytes));
    return before;
  }

  /**
   * Uses a plugin from now on.
   *
   * @param params Its parameters' values by name, as texts.
   * @returns The handle: `report()`, `enable()`, `disable()`, `reset()`, `set()`.
   * @throws {PluginError} If a parameter is unknown or does not fit.
   */
  use<P extends PluginSettings>(
    plugin: Plugin<P>,
    params: Readonly<Record<string, string>> = {},
    options: UseOptions = {},
  ): PluginHandle {
    const handle = this.#instruments.plugins.use(plugin, params, options);
    Owner.note({ [Symbol.dispose]: () => handle.disable() });
    return handle;
  }

  /**
   * Counts from now on how often conditional jumps are taken, too: see {@linkcode Coverage.branches}. Call it before the
   * guest runs; it makes the guest a little slower.
   */
  countBranches(): void {
    this.#instruments.machine.countBranches();
  }

  /** Stops the guest before the instruction at hand, from a closure; `why` becomes part of the stop reason. */
  stop(why = "stop()"): void {
    this.#instruments.closures.stop(why);
  }

  /** Ends the guest before the instruction at hand, from a closure, as if it had called exit(2). */
  end(status = 0): void {
    this.#instruments.guest.end(status);
  }

  /**
   * Calls a closure once, when so many instructions have been executed in all, before the next one is.
   *
   * @returns What calls it off.
   */
  onInstructionCount(count: number, handler: (cpu: GuestContext) => void): () => void {
    const call = Owner.bind(handler);
    return this.#instruments.machine.alarms.add(
      count,
      () => void this.#instruments.closures.guarded(() => call(this.cpu)),
    );
  }

  /** Decodes instructions from an address on. */
  disassemble(address: bigint, count: number): Instruction[] {
    return this.cpu.disassemble(address, count);
  }
}

function syscallEvent({ process, thread, name, row, registers, result }: SyscallCall): SyscallEvent {
  const args = (row?.parameters ?? []).map(({ name, parameter }, index) =>
    [name, parameter.read?.(registers[index], process) ?? parameter.decode(registers[index])] as const
  );
  return { thread: thread.tid, name, args: Object.fromEntries(args), registers, result };
}
