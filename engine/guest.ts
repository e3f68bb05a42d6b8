/**
 * One guest process at work: loads the program, runs slices, lets the kernel answer, waits without blocking the host,
 * and says when and why it stops.
 */

import type { SliceEnd } from "./cpu/cpu.ts";
import type { Disassembler } from "./disasm/disassembler.ts";
import { accessAddress } from "./hooks/accesses.ts";
import type { GuestContext } from "./context.ts";
import { describeFault } from "./fault_description.ts";
import { type LoadedProgram, loadProgram } from "./loader/load_program.ts";
import { SI, SIG_IGN, signalName, signalNumber } from "./linux/abi/signals.ts";
import type { FaultEnd } from "./linux/faults.ts";
import { Files } from "./linux/files.ts";
import { hostEnvironment } from "./linux/host_environment.ts";
import { Kernel } from "./linux/kernel.ts";
import type { ArrivingSignal, SyscallObserver } from "./linux/observers.ts";
import { Paths } from "./linux/paths.ts";
import type { PermissionOptions } from "./linux/permissions.ts";
import { createProcess, type Process, type ProcessListener } from "./linux/process.ts";
import { openProgram } from "./linux/program_file.ts";
import { sendSignal } from "./linux/signals.ts";
import { sentSignal, type SignalInfo } from "./linux/signals/siginfo.ts";
import { strace } from "./linux/strace.ts";
import { countedWorld, type DeterministicOptions } from "./linux/counted_world.ts";
import { Waiter } from "./linux/waiter.ts";
import { hostWorld, type World } from "./linux/world.ts";
import { Machine } from "./machine.ts";
import type { Fault, StopReason } from "./stop_reason.ts";
import { Timestamps } from "./timestamps.ts";

/** What to run, and how. */
export interface GuestOptions {
  /** Path of the program, as the guest sees it. */
  readonly program: string;
  /** Arguments after the program's name. */
  readonly args?: readonly string[];
  /** The name that the program sees as its own, argv[0]; by default `program`. */
  readonly name?: string;
  /** Environment; by default the host's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory; by default the host's. */
  readonly cwd?: string;
  /** Host directory that the guest sees as `/`. */
  readonly sysroot?: string;
  /** What it may do; by default it may read files and use its terminal, but not write, use the network or run programs. */
  readonly permissions?: PermissionOptions;
  /** Signals that the program is started to ignore, as nohup(1) does with `SIGHUP`; by default none. */
  readonly ignoredSignals?: readonly string[];
  /** Gets one line a system call, as strace(1) writes them. */
  readonly onSyscall?: (line: string) => void;
  /**
   * Whether time, random numbers, process ids and the machine's names are the same in every run; by default they are the
   * host's. Time passes with what is executed, and sleeping takes none.
   */
  readonly deterministic?: boolean | DeterministicOptions;
  /** Whether to count what is executed; by default yes. Without it nothing can be hooked, and no plugin used. */
  readonly counting?: boolean;
}

/** What a guest tells its owner. */
export interface GuestEvents extends ProcessListener {
  /** See `MachineEvents`. */
  translated(block: number, start: number, size: number): void;
  /** See `MachineEvents`. */
  retired(block: number): void;
  /** See `KernelOptions`. */
  arriving(signal: ArrivingSignal): void;
  warn(message: string): void;
}

/** Blocks of the first slice, and the host time that a slice should take. */
const FIRST_BUDGET = 20_000;
/** Blocks of each slice of a deterministic run. */
const EVEN_BUDGET = 500_000;
const SLICE_MILLISECONDS = 12;
const [LEAST_BUDGET, MOST_BUDGET] = [1_000, 50_000_000];

const encode = (text: string) => new TextEncoder().encode(text);

/** A guest process and its machine. */
export class Guest {
  readonly machine: Machine;
  readonly process: Process;
  readonly program: LoadedProgram;
  readonly #kernel: Kernel;
  readonly #waiter = new Waiter();
  #timestamps: Timestamps | undefined;
  #budget = FIRST_BUDGET;
  #ended: StopReason | undefined;
  #lastFault: Fault | undefined;
  /** What to free, the last taken first. */
  readonly #taken: DisposableStack;
  /** What closures and descriptions see of the CPU; set once by the owner. */
  context!: GuestContext;

  /** Loads the program. */
  constructor(unicorn: string, disassembler: Disassembler, options: GuestOptions, events: GuestEvents) {
    using taken = new DisposableStack();
    taken.defer(() => this.#waiter.close());
    this.machine = new Machine(unicorn, disassembler, {
      syscall: (next) => this.#kernel.enter(next),
      translated: (block, start, size) => {
        this.#timestamps?.inspect(start, size);
        events.translated(block, start, size);
      },
      retired: (block) => events.retired(block),
    }, { counting: options.counting ?? true });
    taken.defer(() => this.machine.close());
    const { memory, cpu: { registers } } = this.machine;
    const world = this.#makeWorld(options);
    const random = new Uint8Array(16);
    if (world.random === undefined) crypto.getRandomValues(random);
    else world.random.fill(random);
    const paths = new Paths({
      cwd: options.cwd ?? Deno.cwd(),
      ...(options.sysroot === undefined ? {} : { sysroot: options.sysroot }),
      ...(options.permissions === undefined ? {} : { permissions: options.permissions }),
    });
    taken.defer(() => paths.close());
    const environment = options.env === undefined
      ? hostEnvironment()
      : Object.entries(options.env).map(([name, value]) => encode(`${name}=${value}`));
    this.program = loadProgram(memory, {
      path: options.program,
      arguments: [options.name ?? options.program, ...options.args ?? []].map(encode),
      environment,
      random,
      user: { uid: Deno.uid() ?? 0, euid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, egid: Deno.gid() ?? 0 },
      open: (path) => openProgram(paths, path),
    });
    registers.setGeneral(4, BigInt(this.program.stackPointer));
    registers.pc = BigInt(this.program.entry);
    this.process = createProcess({
      memory,
      registers,
      paths,
      files: new Files([0, 1, 2]),
      listener: events,
      world,
      pid: world.ids?.pid ?? Deno.pid,
      executable: this.program.executable,
      auxiliaryVector: this.program.auxiliaryVector,
      heapStart: this.program.heapStart,
    });
    taken.defer(() => this.process.files.closeAll());
    for (const name of options.ignoredSignals ?? []) {
      this.process.signals.setAction(signalNumber(name), { handler: SIG_IGN, flags: 0, restorer: 0n, mask: 0n }, []);
    }
    this.#kernel = new Kernel(this.process, {
      arriving: (signal) => events.arriving(signal),
      unknown: (name) => events.warn(`the guest called system call ${name}, which is not supported: it got ENOSYS`),
    });
    if (options.onSyscall !== undefined) this.#kernel.observe(strace(options.onSyscall));
    this.#taken = taken.move();
  }

  /** Why the guest ended, once it has. */
  get ended(): StopReason | undefined {
    return this.#ended;
  }

  /** Ends a wait of the guest, so that its owner is asked whether to stop. */
  interrupt(): void {
    this.#waiter.wake();
  }

  /**
   * Runs until the guest ends or its owner wants it to stop.
   *
   * @param stopReason Asked between slices.
   */
  async run(stopReason: () => StopReason | undefined): Promise<StopReason> {
    let yielded = performance.now();
    for (;;) {
      const reason = await this.#settle(this.#slice(), stopReason);
      if (reason !== undefined) return reason;
      if (performance.now() - yielded < SLICE_MILLISECONDS) continue;
      await this.#waiter.turn();
      yielded = performance.now();
      const late = stopReason();
      if (late !== undefined) return late;
    }
  }

  /** Executes one instruction. @returns Why the guest stopped, if anything but the step did it. */
  step(stopReason: () => StopReason | undefined): Promise<StopReason | undefined> {
    return this.#settle(() => this.machine.step(), stopReason);
  }

  /** @returns The host's world, or one of its own. */
  #makeWorld({ deterministic = false, counting = true }: GuestOptions): World {
    if (deterministic === false) return hostWorld();
    const { cpu } = this.machine;
    const world = countedWorld(deterministic === true ? {} : deterministic, () => cpu.executed);
    if (counting) this.#timestamps = new Timestamps(this.machine, () => world.clock.elapsed);
    return world;
  }

  /** Blocks of the next slice: in a deterministic run as many each time, but a timer runs out exactly between two. */
  #limit(): number {
    const { timers, world: { clock } } = this.process;
    const limit = clock.blocksWithin(timers.left ?? Infinity);
    return limit === undefined ? this.#budget : Math.min(limit, EVEN_BUDGET);
  }

  #slice(): () => SliceEnd {
    return () => {
      const start = performance.now();
      const end = this.machine.run(this.#limit());
      const took = performance.now() - start;
      if (end.kind === "budget" && took < SLICE_MILLISECONDS / 2) {
        this.#budget = Math.min(MOST_BUDGET, this.#budget * 2);
      }
      if (took > SLICE_MILLISECONDS * 2) this.#budget = Math.max(LEAST_BUDGET, this.#budget >> 1);
      return end;
    };
  }

  async #settle(work: () => SliceEnd, stopReason: () => StopReason | undefined): Promise<StopReason | undefined> {
    if (this.#kernel.pending === undefined && !this.#kernel.isHolding) {
      const end = work();
      if (end.kind === "access" || end.kind === "invalid" || end.kind === "interrupt") this.#fault(end);
    }
    while (!this.#kernel.attend()) {
      const waiting = this.#kernel.pending;
      if (this.process.ending !== undefined || waiting === undefined) return this.#end();
      const reason = stopReason();
      if (reason !== undefined) return reason;
      await this.process.world.clock.wait(this.#waiter, waiting.wait);
      this.#kernel.retry();
    }
    return stopReason();
  }

  #fault(end: FaultEnd): void {
    const address = this.#faultAddress(end);
    this.#lastFault = {
      pc: this.context.pc,
      description: describeFault(end, this.context, this.context.symbols, address),
      ...(end.kind === "access" ? { access: { kind: end.access, address: address ?? BigInt(end.page) } } : {}),
    };
    this.#kernel.fault(end, () => address ?? 0n);
  }

  /** Has an observer follow the system calls. @returns What ends that. */
  observe(observer: SyscallObserver): () => void {
    return this.#kernel.observe(observer);
  }

  /** Sends a signal to the guest, as kill(2) from another process does. */
  signal(number: number): void {
    sendSignal(
      this.process,
      sentSignal(number, SI.USER, { pid: this.process.parent, uid: this.process.credentials.uid }),
    );
    this.#waiter.wake();
  }

  #faultAddress(end: FaultEnd): bigint | undefined {
    if (end.kind !== "access") return undefined;
    if (end.access === "execute") return this.context.pc;
    const { instruction } = this.context;
    return instruction && accessAddress(end.page, this.machine.accessesOf(instruction));
  }

  #end(): StopReason {
    const { ending } = this.process;
    if (ending === undefined) throw new Error("Cannot end the guest: it has not ended");
    this.#ended = ending.kind === "exited" ? ending : signalReason(ending, this.#lastFault);
    this.process.files.closeAll();
    return this.#ended;
  }

  /** Frees what the guest took; closing twice is harmless. */
  close(): void {
    this.#taken.dispose();
  }
}

/** A signal's end, with the fault if that is what the signal was for. */
function signalReason(
  { signal, info }: { readonly signal: number; readonly info?: SignalInfo },
  fault: Fault | undefined,
): StopReason {
  const name = signalName(signal);
  const isFault = info !== undefined && info.code > 0 && fault !== undefined;
  return { kind: "signalled", signal, name, ...(isFault ? { fault } : {}) };
}
