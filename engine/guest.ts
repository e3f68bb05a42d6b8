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
import { SI, SIG_IGN, SIGNAL, signalName, signalNumber } from "./linux/abi/signals.ts";
import type { FaultEnd } from "./linux/faults.ts";
import { Files } from "./linux/files.ts";
import { hostEnvironment } from "./linux/host_environment.ts";
import { Kernel, syscallName } from "./linux/kernel.ts";
import type { SyscallObserver } from "./linux/observers.ts";
import { Paths } from "./linux/paths.ts";
import { createProcess, type Process } from "./linux/process.ts";
import { endProcess } from "./linux/process_end.ts";
import { openProgram } from "./linux/program_file.ts";
import { sendSignal } from "./linux/signals.ts";
import { sentSignal, type SignalInfo } from "./linux/signals/siginfo.ts";
import { strace } from "./linux/strace.ts";
import { countedWorld } from "./linux/counted_world.ts";
import { ProcessTable, type Task } from "./linux/process_table.ts";
import { Scheduler } from "./linux/scheduler.ts";
import type { Thread } from "./linux/threads.ts";
import { Waiter } from "./linux/waiter.ts";
import { hostWorld } from "./linux/world.ts";
import { GuestMachines } from "./guest_machines.ts";
import type { GuestEvents, GuestOptions, GuestProcess, GuestThread } from "./guest_options.ts";
import { Machine } from "./machine.ts";
import type { Fault, StopReason } from "./stop_reason.ts";
import { Timestamps } from "./timestamps.ts";

/** Signals that a terminal sends. */
const TERMINAL: readonly number[] = [SIGNAL.SIGHUP, SIGNAL.SIGINT, SIGNAL.SIGQUIT, SIGNAL.SIGTSTP, SIGNAL.SIGWINCH];
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
  readonly #machines: GuestMachines;
  #program: LoadedProgram;
  readonly #kernel: Kernel;
  readonly #waiter = new Waiter();
  /** The machine that runs, or ran last. */
  #atHand: Machine;
  readonly #timestamps = new Map<Machine, Timestamps>();
  readonly #table = new ProcessTable();
  readonly #scheduler: Scheduler;
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
    const { counting = true, follow = false, deterministic = false } = options;
    const counted = deterministic === false
      ? undefined
      : countedWorld(deterministic === true ? {} : deterministic, () => this.#machines.executed);
    const world = counted ?? hostWorld();
    const make = (counting: boolean) => {
      const machine: Machine = new Machine(unicorn, disassembler, {
        syscall: (next) => this.#kernel.enter(this.#scheduler.current, next),
        translated: (block, start, size) => {
          this.#timestamps.get(machine)?.inspect(start, size);
          events.translated(machine, block, start, size);
        },
        retired: (block) => events.retired(machine, block),
      }, { counting });
      if (counting && counted !== undefined) {
        this.#timestamps.set(machine, new Timestamps(machine, () => counted.clock.elapsed));
      }
      return machine;
    };
    this.machine = this.#atHand = make(counting);
    taken.defer(() => this.machine.close());
    this.#machines = new GuestMachines(this.machine, {
      make: () => {
        const machine = make(counting && follow);
        if (counting && follow) events.made(machine);
        return machine;
      },
      copied: (from, to) => events.copied(from, to),
      closing: (machine) => {
        if (this.#atHand === machine) this.#atHand = this.machine;
        this.#timestamps.delete(machine);
        events.closing(machine);
      },
    });
    taken.defer(() => this.#machines.close());
    const { memory, cpu: { registers } } = this.machine;
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
    this.#program = loadProgram(memory, {
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
      table: this.#table,
      space: this.#machines.space,
      paths,
      files: new Files([0, 1, 2]),
      listener: {
        mapped: (process, mapping) => events.mapped(process, mapping),
        unmapped: (process, start, end) => events.unmapped(process, start, end),
        executed: (process, program) => {
          if (process === this.process) this.#program = program;
          this.#timestamps.get(this.machineOf(process))?.clear();
          events.executed(process, program);
        },
      },
      world,
      pid: world.ids?.pid ?? Deno.pid,
      executable: this.program.executable,
      auxiliaryVector: this.program.auxiliaryVector,
      heapStart: this.program.heapStart,
      onStop: options.onStop && (() => this.#isAlone && options.onStop?.()),
    });
    taken.defer(() => this.process.files.closeAll());
    taken.defer(() => this.#abandonOthers());
    for (const name of options.ignoredSignals ?? []) {
      this.process.signals.setAction(signalNumber(name), { handler: SIG_IGN, flags: 0, restorer: 0n, mask: 0n });
    }
    this.#scheduler = new Scheduler(this.#table, { process: this.process, thread: this.process.thread });
    this.#kernel = new Kernel({
      arriving: (signal) => events.arriving(signal),
      unknown: (name) => events.warn(`the guest called system call ${name}, which is not supported: it got ENOSYS`),
    });
    if (options.onSyscall !== undefined) this.#kernel.observe(strace(options.onSyscall));
    this.#table.observer = events;
    this.#taken = taken.move();
  }

  /** Whether no other process lives that could have the program go on. */
  get #isAlone(): boolean {
    return [...this.#table.processes.values()].every((other) => other === this.process || other.ending !== undefined);
  }

  /** The program that runs; execve(2) puts another in its place. */
  get program(): LoadedProgram {
    return this.#program;
  }

  /** Why the guest ended, once it has. */
  get ended(): StopReason | undefined {
    return this.#ended;
  }

  /** Ends a wait of the guest, so that its owner is asked whether to stop. */
  interrupt(): void {
    this.#waiter.wake();
  }

  /** The machine that runs, or ran last. */
  get machineAtHand(): Machine {
    return this.#atHand;
  }

  /** The machine that a process runs on. */
  machineOf(process: Process): Machine {
    return this.#machines.of(process.space);
  }

  /** The thread whose registers the CPU has. */
  get thread(): Thread {
    return this.process.thread;
  }

  /**
   * Puts a thread's registers on the CPU, for its owner to look at. When the guest goes on, the thread runs whose turn
   * it is.
   */
  select(thread: Thread): void {
    this.machine.threads.switchTo(thread.tid);
    this.process.thread = thread;
  }

  /** @throws {RangeError} If there is no thread of that id. */
  selectThread(id: number): void {
    const thread = this.process.threads.get(id);
    if (thread === undefined) {
      const ids = [...this.process.threads.keys()].join(", ");
      throw new RangeError(`Cannot select thread ${id}: there is no such thread; there are ${ids}`);
    }
    this.select(thread);
  }

  /** The threads, with where they are. */
  threads(): GuestThread[] {
    const { thread: selected, process } = this;
    const list = [...process.threads.values()].map((thread) => {
      this.select(thread);
      return {
        id: thread.tid,
        number: thread.number,
        name: thread.name,
        pc: thread.registers.pc,
        waitsIn: thread.waiting && syscallName(thread.call),
        isSelected: thread === selected,
      };
    });
    if (!selected.isEnded) this.select(selected);
    return list;
  }

  /**
   * Runs until the guest ends or its owner wants it to stop.
   *
   * @param stopReason Asked between slices.
   */
  async run(stopReason: () => StopReason | undefined): Promise<StopReason> {
    let yielded = performance.now();
    for (;;) {
      const told = this.#atHand.alarms.ring() ? this.#rung(stopReason) : undefined;
      if (told !== undefined) return told;
      const reason = await this.#turn(stopReason) ?? stopReason();
      if (reason !== undefined) return reason;
      if (performance.now() - yielded < SLICE_MILLISECONDS) continue;
      await this.#waiter.turn();
      yielded = performance.now();
      const late = stopReason();
      if (late !== undefined) return late;
    }
  }

  /** What the guest does after an alarm's closure was called: it may have stopped or ended it. */
  #rung(stopReason: () => StopReason | undefined): StopReason | undefined {
    return this.process.ending === undefined ? stopReason() : this.#end();
  }

  /** Ends the process, as exit_group(2) does. */
  end(status: number): void {
    this.endProcess(this.process, status);
  }

  /** The same for any process. */
  endProcess(process: Process, status: number): void {
    process.ending ??= { kind: "exited", status: status & 0xff };
    this.machineOf(process).requestStop();
  }

  /** Has the thread go on whose turn it is, or waits until there is one. @returns Why the guest stopped, if it did. */
  async #turn(stopReason: () => StopReason | undefined): Promise<StopReason | undefined> {
    const task = this.#scheduler.choose();
    if (task !== undefined) return this.#goOn(task, (machine) => this.#slice(machine));
    const reason = stopReason();
    if (reason !== undefined) return reason;
    this.#table.cpuTimes.rest(this.process.world.clock);
    await this.process.world.clock.wait(this.#waiter, this.#scheduler.wait);
  }

  /** Blocks of the next slice: in a deterministic run as many each time, but a timer runs out exactly between two. */
  #limit(): number {
    const { clock } = this.process.world;
    let left = Infinity;
    for (const { timers } of this.#table.processes.values()) left = Math.min(left, timers.left ?? Infinity);
    const limit = clock.blocksWithin(left);
    return limit === undefined ? this.#budget : Math.min(limit, EVEN_BUDGET);
  }

  /**
   * Executes one instruction of the thread that is selected; while its call waits, the others run.
   *
   * @returns Why the guest stopped, if anything but the step did it.
   */
  async step(stopReason: () => StopReason | undefined): Promise<StopReason | undefined> {
    const { process, thread } = this;
    const task = this.#table.tasks.find((task) => task.thread === thread) ?? { process, thread };
    this.#scheduler.current = task;
    const reason = this.#goOn(task, (machine) => machine.step()) ?? stopReason();
    if (reason !== undefined) return reason;
    while (thread.waiting !== undefined) {
      const meanwhile = await this.#turn(stopReason) ?? stopReason();
      if (meanwhile !== undefined) return meanwhile;
    }
    if (!thread.isEnded) this.select(thread);
    return undefined;
  }

  #slice(machine: Machine): SliceEnd {
    const { cpu } = machine;
    const [start, before] = [performance.now(), cpu.executed];
    const turn = Math.min(this.#limit(), this.#scheduler.blocksLeft);
    const budget = machine.alarms.limit(turn, () => machine.nextLength);
    const end = budget === 0 ? machine.step() : machine.run(budget);
    const took = performance.now() - start;
    this.#scheduler.spend(cpu.executed - before);
    if (end.kind === "budget" && budget >= this.#budget && took < SLICE_MILLISECONDS / 2) {
      this.#budget = Math.min(MOST_BUDGET, this.#budget * 2);
    }
    if (took > SLICE_MILLISECONDS * 2) this.#budget = Math.max(LEAST_BUDGET, this.#budget >> 1);
    return end;
  }

  /** Has a thread go on: tries its call again, or executes; then does what is to be done between slices. */
  #goOn(task: Task, work: (machine: Machine) => SliceEnd): StopReason | undefined {
    const { process, thread } = task;
    const machine = this.#atHand = this.machineOf(process);
    machine.threads.switchTo(thread.tid);
    this.#table.cpuTimes.switchTo(thread, process.world.clock);
    process.thread = thread;
    if (thread.waiting !== undefined) this.#kernel.retry(task);
    else if (!process.signals.takeResumed() && !this.#kernel.isHolding) {
      const end = work(machine);
      if (end.kind === "access" || end.kind === "invalid" || end.kind === "interrupt") this.#fault(task, machine, end);
    }
    this.#kernel.attend(task);
    if (this.process.ending !== undefined) return this.#end();
    if (process.ending !== undefined) endProcess(process);
    // What is on the program's CPU is always a thread that there is.
    if (this.machine.threads.current === undefined) this.select([...this.process.threads.values()][0]);
    return undefined;
  }

  #fault(task: Task, machine: Machine, end: FaultEnd): void {
    const address = faultAddress(machine, end);
    if (task.process === this.process) {
      this.#lastFault = {
        pc: this.context.pc,
        description: describeFault(end, this.context, this.context.symbols, address),
        ...(end.kind === "access" ? { access: { kind: end.access, address: address ?? BigInt(end.page) } } : {}),
      };
    }
    this.#kernel.fault(task, end, () => address ?? 0n);
  }

  /** Has an observer follow the system calls. @returns What ends that. */
  observe(observer: SyscallObserver): () => void {
    return this.#kernel.observe(observer);
  }

  /**
   * Sends a signal to the guest, as kill(2) from another process does; one of those that a terminal sends goes to all
   * processes of the group that is in front.
   */
  signal(number: number): void {
    const { process } = this;
    const isForAll = number === SIGNAL.SIGCONT; // as a shell sends it to have a job go on
    const group = this.#table.group(isForAll ? process.group : this.#table.foreground ?? process.group);
    const info = sentSignal(number, SI.USER, { pid: process.parent, uid: process.credentials.uid });
    for (const target of isForAll || TERMINAL.includes(number) ? group : [process]) sendSignal(target, info);
    this.#waiter.wake();
  }

  /** The guest's processes, in the order in which they began. */
  processes(): GuestProcess[] {
    return [...this.#table.processes.values()].map((process) => ({
      id: process.pid,
      parent: process.parent,
      name: process.name,
      threads: process.threads.size,
      hasEnded: process.ending !== undefined,
    }));
  }

  /** The program has ended, and with it the run: what is left of other processes is ended too. */
  #end(): StopReason {
    const { ending } = this.process;
    if (ending === undefined) throw new Error("Cannot end the guest: it has not ended");
    this.#ended = ending.kind === "exited" ? ending : signalReason(ending, this.#lastFault);
    for (const process of [...this.#table.processes.values()]) {
      if (process === this.process || process.ending !== undefined) continue;
      process.ending = { kind: "signalled", signal: SIGNAL.SIGKILL };
      endProcess(process);
    }
    this.process.files.closeAll();
    return this.#ended;
  }

  /** Closes what other processes have open, if the program did not end. */
  #abandonOthers(): void {
    const others = [...this.#table.processes.values()].filter(({ ending }) => ending === undefined);
    for (const { files } of others) files.closeAll();
    for (const paths of new Set(others.map(({ paths }) => paths))) if (paths !== this.process.paths) paths.close();
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

function faultAddress(machine: Machine, end: FaultEnd): bigint | undefined {
  if (end.kind !== "access") return undefined;
  if (end.access === "execute") return machine.cpu.registers.pc;
  const { instruction } = machine;
  return instruction && accessAddress(end.page, machine.accessesOf(instruction));
}
