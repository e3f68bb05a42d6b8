/**
 * The facade of the library: one guest program, from its start to its end, with everything attached to it.
 */

import { findLibrary } from "./ffi/find_library.ts";
import { Disassembler, type Instruction } from "./disasm/disassembler.ts";
import { CodeHooks, type CodeKind } from "./code_hooks.ts";
import { GuestContext } from "./context.ts";
import { Coverage } from "./coverage.ts";
import {
  EventListeners,
  type GuestEventMap,
  type GuestEventName,
  type Listener,
  processEvent,
  signalEvent,
  threadEvent,
} from "./events.ts";
import type { Hook } from "./hooks/hook.ts";
import { type CallHandlers, CallStack } from "./hooks/intercept.ts";
import { type SyscallEvent, type SyscallHandlers, SyscallHook } from "./hooks/syscalls.ts";
import type { ArrivingSignal, SyscallCall } from "./linux/observers.ts";
import type { PermissionRequest } from "./linux/permissions.ts";
import type { WatchEvent, WatchKind, Watchpoint } from "./hooks/watchpoints.ts";
import { IndirectFunctions } from "./hooks/indirect.ts";
import { HookRegistry, type Location } from "./hooks/registry.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import { Guest, type GuestOptions, type GuestProcess, type GuestThread } from "./guest.ts";
import { Owner } from "./owner.ts";
import type { LoadedProgram } from "./loader/load_program.ts";
import type { StopReason } from "./stop_reason.ts";
import { signalNumber } from "./linux/abi/signals.ts";
import { Image, Symbols } from "./symbols/mod.ts";
import { MachineCounts } from "./counts.ts";
import { type PluginHandle, PluginHost, type UseOptions } from "./plugin_host.ts";
import type { CodePart, CodeRange, Plugin, PluginSettings } from "./plugin.ts";
import { Translations } from "./translations.ts";

/** What to run, and how. */
export interface EmulatorOptions extends GuestOptions {
  /** Told what is worth knowing but no error, such as a system call that is not supported. */
  readonly onWarning?: (message: string) => void;
}

/** Options of {@linkcode Emulator.hook}. */
export interface HookOptions {
  /** Attach when an image with this name is mapped, if it is not known yet; else an unknown name is an error. */
  readonly pending?: boolean;
  /**
   * For a function's name, be where its own code begins, behind what sets up its stack frame: its arguments and
   * variables can be read there by name. Without debug information, it is the function's first instruction.
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
 * A guest program under instrumentation.
 *
 * @example Count the calls of a function
 * ```ts ignore
 * import { Emulator } from "ceratops";
 *
 * using emulator = Emulator.open({ program: "/bin/ls", args: ["/"] });
 * const hook = emulator.hook("libc.so.6:malloc", (cpu) => console.log(cpu.args[0]), { pending: true });
 * await emulator.run();
 * console.log(hook.hits);
 * ```
 */
export class Emulator implements Disposable {
  readonly #guest: Guest;
  readonly #taken: DisposableStack;
  readonly #disassembler: Disassembler;
  readonly #hooks: HookRegistry;
  readonly #codeHooks: CodeHooks;
  readonly #translations = new Translations();
  readonly #listeners = new EventListeners();
  readonly #plugins: PluginHost;
  readonly #calls: CallStack;
  #failure: { readonly error: unknown } | undefined;
  #why: string | undefined;
  #interrupted = false;
  #running = false;
  /** Work of closures that the guest waits for. */
  #unfinished: Promise<unknown>[] = [];
  #isHeld = false;
  /** The guest's registers, and where it is. */
  readonly cpu: GuestContext;
  /** Images mapped now and their symbols. */
  readonly symbols: Symbols;
  /** What ran how often so far. */
  readonly coverage: Coverage;

  private constructor(options: EmulatorOptions) {
    const warn = options.onWarning ?? (() => {});
    this.symbols = new Symbols({ onWarning: (warning) => warn(warning.message) });
    using taken = new DisposableStack();
    this.#disassembler = new Disassembler(findLibrary("capstone").path);
    taken.defer(() => this.#disassembler.close());
    this.#guest = new Guest(findLibrary("unicorn").path, this.#disassembler, options, {
      translated: (block, start, size) => this.#translations.translated(block, start, size),
      retired: (block) => this.#translations.retired(block),
      mapped: (mapping) => this.#onMapped(mapping),
      unmapped: (start, end) => this.#onUnmapped(start, end),
      executed: (program) => this.#onExecuted(program),
      arriving: (signal) => this.#onSignal(signal),
      thread: (process, thread, what) => this.#tell("thread", threadEvent(process, thread, what)),
      process: (process, what) => this.#tell("process", processEvent(process, what)),
      warn,
    });
    taken.defer(() => this.#guest.close());
    const { machine, program } = this.#guest;
    const guest = this.#guest;
    this.cpu = new GuestContext(machine.cpu.registers, machine.memory, this.symbols, this.#disassembler, {
      get thread() {
        return machine.threads.current ?? guest.thread.tid;
      },
      redirect: (pc) => machine.redirect(pc),
      renew: () => machine.requestStop(),
    });
    this.#guest.context = this.cpu;
    this.#addImages(program);
    machine.flow.follow = () => {
      const ends = [
        this.#translations.follow(machine.flow),
        this.#guest.observe({ signalled: () => machine.flow.interrupt() }),
      ];
      return () => ends.forEach((end) => end());
    };
    this.#calls = new CallStack(this.cpu, machine.memory, machine.sites, {
      failed: (error) => this.#fail(error),
      hold: (work) => this.#hold(work),
    });
    const counts = new MachineCounts(machine);
    this.coverage = new Coverage(counts, this.symbols, machine.memory, this.#disassembler);
    const indirect = new IndirectFunctions(this.symbols, machine.memory, this.cpu, machine.sites);
    this.#hooks = new HookRegistry(this.symbols, machine.sites, indirect);
    const ground = {
      symbols: this.symbols,
      disassembler: this.#disassembler,
      machine,
      translations: this.#translations,
    };
    this.#codeHooks = new CodeHooks(ground);
    this.#plugins = new PluginHost({
      ...ground,
      memory: machine.memory,
      counts,
      observe: (observer) => this.#guest.observe(observer),
      context: this.cpu,
      guest: { program: options.program, args: options.args ?? [], pid: this.pid },
      hooks: this.#hooks,
      calls: this.#calls,
      stop: (why) => this.stop(why),
      end: (status) => this.end(status),
      onInstructionCount: (count, ring) => this.#guest.alarms.add(count, ring),
      warn,
    });
    this.#taken = taken.move();
  }

  /**
   * Loads a program; nothing of it has run yet.
   *
   * @throws {ProgramError} If the program, or the interpreter it names, is missing or cannot be run.
   * @throws {ElfError} If a file is not ELF, is for another machine, or is corrupt.
   * @throws {LibraryNotFoundError} If Unicorn or Capstone is missing or too old.
   */
  static open(options: EmulatorOptions): Emulator {
    return new Emulator(options);
  }

  /** The guest's memory. */
  get memory(): GuestMemory {
    return this.#guest.machine.memory;
  }

  /** The guest's process id. */
  get pid(): number {
    return this.#guest.process.pid;
  }

  /** The guest's processes, in the order in which they began; the program's own is the first. */
  get processes(): readonly GuestProcess[] {
    return this.#guest.processes();
  }

  /** The guest's threads, in the order in which they began. */
  get threads(): readonly GuestThread[] {
    return this.#guest.threads();
  }

  /**
   * Has {@linkcode cpu} show a thread's registers, and {@linkcode step} execute its instructions. When the guest goes
   * on, the thread runs whose turn it is.
   *
   * @param id As {@linkcode threads} has it.
   * @throws {RangeError} If there is no such thread.
   * @throws {Error} If the guest runs.
   */
  selectThread(id: number): void {
    if (this.#running) throw new Error(`Cannot select thread ${id}: the guest runs`);
    this.#guest.selectThread(id);
  }

  /** Address of the program's entry point, where its own code begins after the dynamic linker's. */
  get entry(): bigint {
    return BigInt(this.#guest.program.programEntry);
  }

  /** What the guest wanted to do so far and was not allowed, each once. */
  get denied(): readonly PermissionRequest[] {
    return this.#guest.process.paths.permissions.denied;
  }

  /** Why the guest ended, once it has. */
  get ended(): StopReason | undefined {
    return this.#guest.ended;
  }

  /** Whether the guest runs at the moment. */
  get isRunning(): boolean {
    return this.#running;
  }

  /** Whether the guest waits for a closure that has not finished: one that is `async`. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Hooks that are attached. */
  get hooks(): readonly Hook[] {
    return [...this.#hooks.list(), ...this.#codeHooks.list()];
  }

  /** Plugins in use. */
  get plugins(): readonly PluginHandle[] {
    return this.#plugins.list();
  }

  #onMapped(mapping: { path: string; hostPath: string; start: number; offset: number; executable: boolean }): void {
    if (!mapping.executable) return;
    const image = imageOf(mapping);
    if (image === undefined) return;
    this.symbols.add(image);
    this.#guarded(() => this.#hooks.refresh());
    this.#tell("image", image);
  }

  #addImages(program: LoadedProgram): Image[] {
    const { paths } = this.#guest.process;
    return program.images.map(({ path, elf, base, role }) => {
      const image = new Image({ path, hostPath: paths.toHost(path), elf, base: BigInt(base), role });
      this.symbols.add(image);
      return image;
    });
  }

  /** Another program is there, and nothing of it has run: counts start anew, and hooks by name are found anew. */
  #onExecuted(program: LoadedProgram): void {
    const images = this.#addImages(program);
    this.#guarded(() => this.#hooks.refresh());
    this.#plugins.reset();
    for (const image of images) this.#tell("image", image);
  }

  #onSignal(signal: ArrivingSignal): void {
    this.#tell("signal", signalEvent(signal));
    if (this.#failure !== undefined || this.#why !== undefined) signal.hold();
  }

  #tell<K extends GuestEventName>(event: K, value: GuestEventMap[K]): void {
    this.#guarded(() => this.#listeners.tell(event, value));
  }

  #onUnmapped(start: number, end: number): void {
    this.symbols.remove({ start: BigInt(start), end: BigInt(end) });
    this.#hooks.forget(start, end);
  }

  /** Runs user code; what it throws stops the guest, and becomes the stop reason. A promise holds the guest. */
  #guarded<T>(work: () => T | Promise<unknown>): T | undefined {
    try {
      const result = work();
      if (!(result instanceof Promise)) return result;
      this.#hold(result);
    } catch (error) {
      this.#fail(error);
    }
    return undefined;
  }

  /** Has the guest stop before the instruction at hand, and go on when a closure has finished. */
  #hold(work: Promise<unknown>): void {
    this.#unfinished.push(work.catch((error) => this.#fail(error)));
    this.#guest.machine.requestStop();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#guest.machine.requestStop();
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
    const run = (hook: Hook) => this.#guarded(() => call(this.cpu, hook));
    return Owner.note(this.#hooks.add(where, run, options));
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
    const run = (hook: Hook) => this.#guarded(() => call(this.cpu, hook));
    return Owner.note(this.#codeHooks.add(kind, options.within ?? [], run));
  }

  /**
   * Calls a closure at an event: a signal that arrives, an image that was mapped, a thread or process that begins or
   * ends, the guest's end.
   *
   * @returns The handle: `detach()`, `hits`.
   */
  on<K extends GuestEventName>(event: K, handler: (value: GuestEventMap[K], cpu: GuestContext) => void): Listener {
    const call = Owner.bind(handler);
    return Owner.note(this.#listeners.add(event, (value) => void this.#guarded(() => call(value, this.cpu))));
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
    const { watchpoints } = this.#guest.machine;
    const call = Owner.bind(handler);
    return Owner.note(watchpoints.add({ address, size, kind }, (event) => this.#guarded(() => call(event, this.cpu))));
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
        return this.#guarded<number | bigint | void>(() => work?.(syscallEvent(call)));
      };
      return this.#guest.observe({
        entered: (call) => ask(onEnter, call),
        left: (call) => ask(onLeave, call),
      });
    });
    return Owner.note(attached);
  }

  /** Watched ranges. */
  get watchpoints(): readonly Watchpoint[] {
    return this.#guest.machine.watchpoints.list();
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
    return Owner.note(this.#hooks.add(where, (hook, address) => this.#calls.enter(hook, address, bound), options));
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
   * Calls a function of the stopped guest, and puts all registers back.
   *
   * @param args Up to six integers or pointers.
   * @returns What the function left in rax.
   * @throws {UnknownSymbolError} If there is no such symbol.
   * @throws {Error} If the guest runs, has ended, or stops before the function returns.
   */
  async call(where: string | bigint, ...args: readonly bigint[]): Promise<bigint> {
    const found = typeof where === "bigint" ? { address: where, symbol: undefined } : this.symbols.find(where);
    if (this.#running || this.ended !== undefined) {
      throw new Error(`Cannot call ${where}: the guest ${this.#running ? "runs" : "has ended"}`);
    }
    const isIndirect = found.symbol?.isIndirect && found.symbol.address === found.address;
    const address = isIndirect ? await this.call(found.address) : found.address;
    const { machine } = this.#guest;
    using stack = new DisposableStack();
    const { thread } = this.#guest;
    const saved = machine.saved();
    stack.defer(() => {
      if (!thread.isEnded) this.#guest.select(thread);
      saved[Symbol.dispose]();
    });
    let returned = false;
    machine.prepareCall(address, args, () => {
      returned = true;
      this.stop("returned");
    });
    const reason = await this.run();
    if (returned) return this.cpu.rax;
    throw new Error(`Cannot finish the call of ${where}: the guest stopped, ${reason.kind}`);
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
    const handle = this.#plugins.use(plugin, params, options);
    Owner.note({ [Symbol.dispose]: () => handle.disable() });
    return handle;
  }

  /**
   * Counts from now on how often conditional jumps are taken, too: see {@linkcode Coverage.branches}. Call it before the
   * guest runs; it makes the guest a little slower.
   */
  countBranches(): void {
    this.#guest.machine.countBranches();
  }

  /** Stops the guest before the instruction at hand, from a closure; `why` becomes part of the stop reason. */
  stop(why = "stop()"): void {
    this.#why ??= why;
    this.#guest.machine.requestStop();
  }

  /** Ends the guest before the instruction at hand, from a closure, as if it had called exit(2). */
  end(status = 0): void {
    this.#guest.end(status);
  }

  /**
   * Calls a closure once, when so many instructions have been executed in all, before the next one is.
   *
   * @returns What calls it off.
   */
  onInstructionCount(count: number, handler: (cpu: GuestContext) => void): () => void {
    const call = Owner.bind(handler);
    return this.#guest.alarms.add(count, () => void this.#guarded(() => call(this.cpu)));
  }

  /**
   * Sends a signal to the guest, as kill(2) from another process does.
   *
   * @param name Such as `SIGINT`.
   * @throws {RangeError} If there is no such signal.
   */
  signal(name: string): void {
    this.#guest.signal(signalNumber(name));
  }

  /** Stops the running guest as soon as possible, between two instructions. */
  interrupt(): void {
    if (!this.#running) return;
    this.#interrupted = true;
    this.#guest.interrupt();
  }

  /**
   * Runs the guest until it stops or ends. The event loop goes on meanwhile.
   *
   * @throws {Error} If the guest runs already.
   */
  run(): Promise<StopReason> {
    return this.#go(() => this.#held(() => this.#guest.run(() => this.#stopReason() ?? this.#heldReason())));
  }

  /** Executes single instructions; stops early if something else stops the guest. */
  step(count = 1): Promise<StopReason> {
    return this.#go(async () => {
      for (let done = 0; done < count; done++) {
        const reason = await this.#stepOnce();
        if (reason !== undefined) return reason;
      }
      return { kind: "stepped", pc: this.cpu.pc };
    });
  }

  /** Executes an instruction. An instruction that a closure held has not been executed. */
  async #stepOnce(): Promise<StopReason | undefined> {
    const { pc } = this.cpu;
    const once = () => this.#guest.step(() => this.#stopReason() ?? this.#heldReason());
    let isHeld = false;
    return await this.#held(async () => {
      if (isHeld && this.cpu.pc !== pc) return undefined;
      isHeld = true;
      return await once();
    });
  }

  /** A reason to stop that nobody is told: a closure has not finished. */
  #heldReason(): StopReason | undefined {
    return this.#unfinished.length === 0 ? undefined : HELD;
  }

  /** Has the guest go on each time that the closures that hold it have finished. */
  async #held<R extends StopReason | undefined>(work: () => Promise<R>): Promise<R | StopReason> {
    for (;;) {
      const reason = await work();
      await this.#finishClosures();
      if (reason !== HELD) return reason;
      const late = this.#stopReason();
      if (late !== undefined) return late;
    }
  }

  async #finishClosures(): Promise<void> {
    this.#isHeld = this.#unfinished.length > 0;
    while (this.#unfinished.length > 0) await Promise.all(this.#unfinished.splice(0));
    this.#isHeld = false;
  }

  async #go(work: () => Promise<StopReason>): Promise<StopReason> {
    if (this.#running) throw new Error("Cannot run the guest: it runs already");
    if (this.ended !== undefined) return this.ended;
    this.#running = true;
    try {
      const reason = await work();
      if (this.ended !== undefined) this.#tell("exit", this.ended);
      return this.#stopReason() ?? reason;
    } finally {
      this.#running = false;
      this.#interrupted = false;
      this.#plugins.flush();
    }
  }

  /** What has asked the guest to stop since it was asked last. */
  #stopReason(): StopReason | undefined {
    const { pc } = this.cpu;
    const [failure, why] = [this.#failure, this.#why];
    this.#failure = undefined;
    this.#why = undefined;
    if (failure !== undefined) return { kind: "failed", pc, error: failure.error };
    if (why !== undefined) return { kind: "stopped", pc, why };
    if (this.#interrupted) return { kind: "interrupted", pc };
    return undefined;
  }

  /** Decodes instructions from an address on. */
  disassemble(address: bigint, count: number): Instruction[] {
    return this.cpu.disassemble(address, count);
  }

  /** Ends the guest if it has not ended, and frees what it took. */
  close(): void {
    this.#taken.dispose();
  }

  /** Closes at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** See `Emulator.#heldReason`. */
const HELD: StopReason = { kind: "stopped", pc: 0n, why: "a closure has not finished" };

function syscallEvent({ process, thread, name, row, registers, result }: SyscallCall): SyscallEvent {
  const args = (row?.parameters ?? []).map(({ name, parameter }, index) =>
    [name, parameter.read?.(registers[index], process) ?? parameter.decode(registers[index])] as const
  );
  return { thread: thread.tid, name, args: Object.fromEntries(args), registers, result };
}

function imageOf(mapping: { path: string; hostPath: string; start: number; offset: number }): Image | undefined {
  try {
    return Image.ofMapping({ ...mapping, address: BigInt(mapping.start) });
  } catch (error) {
    // A guest may map any file, executable or not ELF at all; such a one has no symbols.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
