/**
 * The facade of the library: one guest program, from its start to its end, with everything attached to it.
 */

import { callInC, type FunctionCall } from "./call_in_c.ts";
import { Closures } from "./closures.ts";
import {
  type DebugValue,
  DebugValueError,
  type Evaluated,
  evaluateWithCalls,
  scopeOfFrame,
  type SourceFrame,
} from "./debug/mod.ts";
import { Disassembler } from "./disasm/disassembler.ts";
import {
  EventListeners,
  type GuestEventMap,
  type GuestEventName,
  type Listener,
  processEvent,
  signalEvent,
  threadEvent,
} from "./events.ts";
import { findLibrary } from "./ffi/find_library.ts";
import { FollowedProcesses } from "./followed_processes.ts";
import { Guest } from "./guest.ts";
import type { GuestOptions, GuestProcess, GuestThread } from "./guest_options.ts";
import { InstrumentedProcess } from "./instrumented_process.ts";
import type { Instruments } from "./instruments.ts";
import { type GuestContext, targetOf } from "./context.ts";
import { signalNumber } from "./linux/abi/signals.ts";
import type { ArrivingSignal } from "./linux/observers.ts";
import type { PermissionRequest } from "./linux/permissions.ts";
import type { Process } from "./linux/process.ts";
import { Owner } from "./owner.ts";
import type { StopReason } from "./stop_reason.ts";

/** What to run, and how. */
export interface EmulatorOptions extends GuestOptions {
  /** Told what is worth knowing but no error, such as a system call that is not supported. */
  readonly onWarning?: (message: string) => void;
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
export class Emulator extends InstrumentedProcess implements Disposable {
  readonly #guest: Guest;
  readonly #followed: FollowedProcesses;
  readonly #taken: DisposableStack;
  readonly #listeners = new EventListeners();
  readonly #closures: Closures;
  #interrupted = false;
  #running = false;
  #isClosed = false;

  private constructor({ guest, instruments, followed, taken }: Parts) {
    super(instruments);
    this.#guest = guest;
    this.#followed = followed;
    this.#closures = instruments.closures;
    this.#taken = taken;
  }

  /**
   * Loads a program; nothing of it has run yet.
   *
   * @throws {ProgramError} If the program, or the interpreter it names, is missing or cannot be run.
   * @throws {ElfError} If a file is not ELF, is for another machine, or is corrupt.
   * @throws {LibraryNotFoundError} If Unicorn or Capstone is missing or too old.
   */
  static open(options: EmulatorOptions): Emulator {
    const warn = options.onWarning ?? (() => {});
    using taken = new DisposableStack();
    const disassembler = taken.adopt(new Disassembler(findLibrary("capstone").path), (it) => it.close());
    const closures = new Closures({ requestStop: () => guest.machineAtHand.requestStop() });
    const followed = new FollowedProcesses({ closures, disassembler, warn });
    const guest = taken.adopt(
      new Guest(findLibrary("unicorn").path, disassembler, options, {
        ...followed.events,
        mapped: (process, mapping) => {
          const image = followed.of(process)?.mapped(mapping);
          if (image !== undefined && process === guest.process) emulator.#tell("image", image);
        },
        executed: (process, program) => {
          const images = followed.executed(process, program);
          if (process === guest.process) images.forEach((image) => emulator.#tell("image", image));
        },
        arriving: (signal) => emulator.#onSignal(signal),
        thread: (process, thread, what) => emulator.#tell("thread", threadEvent(process, thread, what)),
        process: (process, what) => emulator.#onProcess(process, what),
        warn,
      }),
      (guest) => guest.close(),
    );
    const program = { program: options.program, args: options.args ?? [], pid: guest.process.pid };
    const instruments = followed.begin(guest, program);
    guest.context = instruments.context;
    const emulator = new Emulator({ guest, instruments, followed, taken: taken.move() });
    return emulator;
  }

  /** The guest's processes, in the order in which they began; the program's own is the first. */
  get processes(): readonly GuestProcess[] {
    return this.#guest.processes();
  }

  /** The processes that have hooks and counts: the program, and if they are followed, those that run besides. */
  get followed(): readonly InstrumentedProcess[] {
    return [this, ...this.#followed.views];
  }

  /** The guest's threads, in the order in which they began. */
  get threads(): readonly GuestThread[] {
    return this.#isClosed ? [] : this.#guest.threads();
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
    if (this.#running || this.#isClosed) {
      throw new Error(`Cannot select thread ${id}: the guest ${this.#running ? "runs" : "is closed"}`);
    }
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
    return this.#closures.isHeld;
  }

  #onSignal(signal: ArrivingSignal): void {
    this.#tell("signal", signalEvent(signal));
    if (this.#closures.wantsStop) signal.hold();
  }

  #onProcess(process: Process, what: "begins" | "executes" | "ends"): void {
    this.#tell("process", processEvent(process, what, this.#followed.view(process)));
  }

  #tell<K extends GuestEventName>(event: K, value: GuestEventMap[K]): void {
    this.#closures.guarded(() => this.#listeners.tell(event, value));
  }

  /**
   * Calls a closure at an event: a signal that arrives, an image that was mapped, a thread or process that begins or
   * ends, the guest's end.
   *
   * @returns The handle: `detach()`, `hits`.
   */
  on<K extends GuestEventName>(event: K, handler: (value: GuestEventMap[K], cpu: GuestContext) => void): Listener {
    const call = Owner.bind(handler);
    return Owner.note(this.#listeners.add(event, (value) => void this.#closures.guarded(() => call(value, this.cpu))));
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
    const isIndirect = found.symbol?.isIndirect && found.symbol.address === found.address;
    const address = isIndirect ? await this.call(found.address) : found.address;
    return await this.#call({ name: `${where}`, address, args, collect: () => this.cpu.rax });
  }

  /**
   * Evaluates an expression of C that may call functions of the stopped guest: `await emulator.evaluate("length(list)")`.
   *
   * @param expression As for `cpu.evaluate`.
   * @param frame The frame whose variables are meant; by default the innermost one.
   * @returns The value.
   * @throws As `cpu.evaluate`, and {Error} If the guest stops before a function returns.
   */
  async evaluate(expression: string, frame?: SourceFrame): Promise<DebugValue> {
    const found = await this.interpret(expression, frame);
    if ("value" in found) return found.value;
    throw new DebugValueError(`Cannot use \`${expression}\` as a value: it is a type`);
  }

  /**
   * As {@linkcode evaluate}, but for an expression that may be a type, and with more names.
   *
   * @param dollar What names with a dollar before mean that are no registers.
   * @returns The value, or the type.
   * @throws As {@linkcode evaluate}.
   */
  interpret(
    expression: string,
    frame?: SourceFrame,
    dollar?: (name: string) => DebugValue | undefined,
  ): Promise<Evaluated> {
    const { cpu } = this;
    const scope = () => scopeOfFrame(targetOf(cpu), frame ?? cpu.frame, dollar);
    return evaluateWithCalls(expression, scope, (request) => callInC(cpu, request, (call) => this.#call(call)));
  }

  /** Calls a function, and puts all registers back. */
  async #call<T>({ name, address, args, prepare, collect, vectors = 0 }: FunctionCall<T>): Promise<T> {
    if (this.#running || this.ended !== undefined) {
      throw new Error(`Cannot call ${name}: the guest ${this.#running ? "runs" : "has ended"}`);
    }
    const { machine } = this.#guest;
    using stack = new DisposableStack();
    const { thread } = this.#guest;
    const saved = machine.saved();
    stack.defer(() => {
      if (!thread.isEnded) this.#guest.select(thread);
      saved[Symbol.dispose]();
    });
    prepare?.();
    let returned = false;
    machine.prepareCall(address, args, () => {
      returned = true;
      this.stop("returned");
    });
    // A function with any number of arguments is told how many SSE registers have some.
    this.cpu.rax = BigInt(vectors);
    const reason = await this.run();
    if (returned) return collect();
    throw new Error(
      `Cannot finish the call of ${name}: the guest stopped, ${"why" in reason ? reason.why : reason.kind}`,
    );
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
    return this.#closures.isUnfinished ? HELD : undefined;
  }

  /** Has the guest go on each time that the closures that hold it have finished. */
  async #held<R extends StopReason | undefined>(work: () => Promise<R>): Promise<R | StopReason> {
    for (;;) {
      const reason = await work();
      await this.#closures.finish();
      if (reason !== HELD) return reason;
      const late = this.#stopReason();
      if (late !== undefined) return late;
    }
  }

  async #go(work: () => Promise<StopReason>): Promise<StopReason> {
    if (this.#running) throw new Error("Cannot run the guest: it runs already");
    if (this.#isClosed) throw new Error("Cannot run the guest: its emulator is closed");
    if (this.ended !== undefined) return this.ended;
    this.#running = true;
    try {
      const reason = await work();
      if (this.ended !== undefined) this.#tell("exit", this.ended);
      return this.#stopReason() ?? reason;
    } finally {
      this.#running = false;
      this.#interrupted = false;
      this.#followed.flush();
    }
  }

  /** What has asked the guest to stop since it was asked last. */
  #stopReason(): StopReason | undefined {
    const asked = this.#closures.take(() => this.#followed.place(this.#guest.machineAtHand));
    if (asked !== undefined) return asked;
    return this.#interrupted ? { kind: "interrupted", pc: this.cpu.pc } : undefined;
  }

  /** Ends the guest if it has not ended, and frees what it took. */
  close(): void {
    this.#isClosed = true;
    this.#taken.dispose();
  }

  /** Closes at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** What an emulator is made of. */
interface Parts {
  readonly guest: Guest;
  readonly instruments: Instruments;
  readonly followed: FollowedProcesses;
  readonly taken: DisposableStack;
}

/** See `Emulator.#heldReason`. */
const HELD: StopReason = { kind: "stopped", pc: 0n, why: "a closure has not finished" };
