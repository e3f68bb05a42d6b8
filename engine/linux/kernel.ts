/**
 * The kernel that guests see: takes a system call of a thread from the CPU's registers, finds its row, runs it.
 *
 * That a thread waits or has ended is in its record; see {@linkcode Kernel.attend}. Who runs when is in scheduler.ts.
 */

import { REGISTER_INDEX, SYSCALL_ARGUMENTS } from "../arch/x86_64.ts";
import { ERRNO } from "./abi/errno.ts";
import { SYSCALL_NUMBERS } from "./abi/numbers.ts";
import { SI, SIGNAL } from "./abi/signals.ts";
import { type AddressOf, type FaultEnd, raiseFault } from "./faults.ts";
import type { Process } from "./process.ts";
import { forceSignal, restarts, type SignalAction } from "./signals.ts";
import { enterHandler, takeSignal } from "./signals/delivery.ts";
import type { ArrivingSignal, SyscallCall, SyscallObserver } from "./observers.ts";
import { faultSignal, type SignalInfo } from "./signals/siginfo.ts";
import type { Result } from "./syscall.ts";
import { SYSCALLS } from "./syscalls/mod.ts";
import type { Thread } from "./threads.ts";
import type { Task } from "./process_table.ts";

const { rax, rcx, r11 } = REGISTER_INDEX;
const ARGUMENTS = SYSCALL_ARGUMENTS.map((name) => REGISTER_INDEX[name]);
const NAMES = new Map(Object.entries(SYSCALL_NUMBERS).map(([name, number]) => [number, name]));
const SYSCALL_SIZE = 2n;
const ROWS = new Map(SYSCALLS.map((row) => [SYSCALL_NUMBERS[row.name], row]));

/** Name of a system call, or `number N` if Linux has none of that number. */
export function syscallName(number: number): string {
  return NAMES.get(number) ?? `number ${number}`;
}

/** What a kernel tells. */
export interface KernelOptions {
  /** Gets the name or number of a system call that has no row, once each. */
  readonly unknown: (name: string) => void;
  /** Called before a signal is delivered, unless it is ignored. */
  readonly arriving?: (signal: ArrivingSignal) => void;
}

/** The kernel of all guest processes. What it is asked about a thread, it is asked while the CPU has its registers. */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #unknown = new Set<number>();
  readonly #registers: bigint[] = [0n, 0n, 0n, 0n, 0n, 0n];
  #observers: readonly SyscallObserver[] = [];
  /** The signal that the owner was told of last. */
  #announced: SignalInfo | undefined;
  #holding = false;

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  /**
   * Handles the system call whose number and arguments are in the registers.
   *
   * @param next Address of the instruction after it.
   * @returns Whether the thread may go on at once.
   */
  enter(task: Task, next: bigint): boolean {
    const { process, thread } = task;
    const { registers } = thread;
    process.thread = thread;
    const number = thread.call = Number(BigInt.asUintN(32, registers.general(rax)));
    for (let index = 0; index < 6; index++) this.#registers[index] = registers.general(ARGUMENTS[index]);
    registers.setGeneral(rcx, next);
    registers.setGeneral(r11, BigInt(registers.flags));
    const row = ROWS.get(number);
    if (this.#observers.length > 0) {
      thread.followed = { ...task, name: syscallName(number), row, registers: [...this.#registers], result: undefined };
      const answer = this.#ask(thread, (observer, call) => observer.entered?.(call));
      if (answer !== undefined) return this.#finish(task, answer);
    }
    return this.#finish(task, row === undefined ? this.#refuse(number) : row.call(process, this.#registers));
  }

  /** Has an observer follow all calls from the next one on. @returns What ends that. */
  observe(observer: SyscallObserver): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  /** The last answer of the observers to the call at hand, if one has one. */
  #ask(
    thread: Thread,
    question: (observer: SyscallObserver, call: SyscallCall) => number | bigint | void,
  ): number | bigint | undefined {
    let answer: number | bigint | undefined;
    if (thread.followed === undefined) return undefined;
    const { isFollowed } = thread.followed.process;
    for (const observer of this.#observers) {
      if (isFollowed || observer.followsAll) answer = question(observer, thread.followed) ?? answer;
    }
    return answer;
  }

  /** Whether a signal is held back: the guest must not execute anything before {@linkcode attend}. */
  get isHolding(): boolean {
    return this.#holding;
  }

  /** Tries the call again that a thread waits in. @returns Whether the thread may go on. */
  retry(task: Task): boolean {
    const { process, thread } = task;
    const { waiting } = thread;
    process.thread = thread;
    thread.waiting = undefined;
    return waiting === undefined || this.#finish(task, waiting.retry());
  }

  #finish({ process, thread }: Task, result: Result): boolean {
    if (typeof result === "object") {
      thread.waiting = result;
      thread.waitsSince = performance.now();
      return false;
    }
    thread.registers.setGeneral(rax, BigInt(this.#leave(thread, result)));
    return process.ending === undefined && process.deferred === undefined && thread.signals.deliverable === 0n;
  }

  /** Tells observers of the result. @returns It, or what one of them puts in its place. */
  #leave(thread: Thread, result: number | bigint): number | bigint {
    if (thread.followed === undefined) return result;
    thread.followed = { ...thread.followed, result };
    const answer = this.#ask(thread, (observer, call) => observer.left?.(call));
    thread.followed = undefined;
    return answer ?? result;
  }

  /**
   * Queues the signal for what ended a slice.
   *
   * @param addressOf Computes the address of a refused access.
   */
  fault({ process, thread }: Task, end: FaultEnd, addressOf: AddressOf): void {
    process.thread = thread;
    raiseFault(process, end, addressOf);
  }

  /**
   * Does between slices what cannot be done in one: what a call left to do, timers, and signals, for which a waiting
   * call is interrupted. Registers are the thread's next ones after it.
   *
   * @returns Whether the thread may run; if not, it has ended, or its call waits.
   */
  attend(task: Task): boolean {
    const { process, thread } = task;
    process.thread = thread;
    for (const at of process.memory.takeTruncated()) {
      forceSignal(process, faultSignal(SIGNAL.SIGBUS, SI.BUS_ADRERR, BigInt(at)));
    }
    const { deferred } = process;
    process.deferred = undefined;
    deferred?.();
    this.#answerSignalWait(task);
    this.#holding = false;
    while (process.ending === undefined && !thread.isEnded && thread.signals.deliverable !== 0n) {
      if (thread.waiting?.isDeaf || process.signals.isStopped) break;
      this.#holding = this.#announceSignal(process);
      if (this.#holding) break;
      const next = takeSignal(process);
      if (next === undefined) continue;
      this.#tellSignal(process, next.info);
      this.#interrupt(thread, next.action);
      enterHandler(process, next);
    }
    if (process.ending?.kind === "signalled" && process.ending.info) {
      this.#tellSignal(process, process.ending.info);
    }
    return process.ending === undefined && !thread.isEnded && thread.waiting === undefined &&
      !process.signals.isStopped;
  }

  #tellSignal(process: Process, info: SignalInfo): void {
    for (const observer of this.#observers) {
      if (process.isFollowed || observer.followsAll) observer.signalled?.(info, process);
    }
  }

  /**
   * Tells the owner of the signal that comes next, once.
   *
   * @returns Whether it is held back.
   */
  #announceSignal(process: Process): boolean {
    const { signals } = process.thread;
    const info = process.isFollowed ? signals.next : undefined;
    if (info === undefined || info === this.#announced || process.signals.ignores(info.signal)) return false;
    this.#announced = info;
    let isHeld = false;
    const arriving: ArrivingSignal = { info, hold: () => void (isHeld = true), discard: () => signals.drop(info) };
    this.#options.arriving?.(arriving);
    return isHeld;
  }

  /** A call that waits for blocked signals takes them itself. */
  #answerSignalWait(task: Task): void {
    const { process, thread } = task;
    const wanted = thread.waiting?.signals ?? 0n;
    if (wanted & (process.signals.pending.mask | thread.signals.pending.mask)) this.retry(task);
  }

  /** Ends the waiting call because a handler is about to run. */
  #interrupt(thread: Thread, action: SignalAction): void {
    const { waiting, registers } = thread;
    if (waiting === undefined) return;
    thread.waiting = undefined;
    waiting.abandon?.();
    if (waiting.interrupt === undefined && restarts(action)) {
      registers.pc -= SYSCALL_SIZE;
      registers.setGeneral(rax, BigInt(thread.call));
      this.#leave(thread, -ERRNO.EINTR);
      return;
    }
    const result = waiting.interrupt?.() ?? -ERRNO.EINTR;
    registers.setGeneral(rax, BigInt(this.#leave(thread, result)));
  }

  #refuse(number: number): number {
    if (!this.#unknown.has(number)) {
      this.#unknown.add(number);
      this.#options.unknown(syscallName(number));
    }
    return -ERRNO.ENOSYS;
  }
}
