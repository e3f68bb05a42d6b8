/**
 * The kernel that the guest sees: takes a system call from the CPU's registers, finds its row, runs it.
 *
 * Waiting and ending are told to the run loop; see {@linkcode Kernel.pending}, {@linkcode Kernel.attend} and the process's ending.
 */

import { REGISTER_INDEX, SYSCALL_ARGUMENTS } from "../arch/x86_64.ts";
import { ERRNO } from "./abi/errno.ts";
import { SYSCALL_NUMBERS } from "./abi/numbers.ts";
import { SI, SIGNAL } from "./abi/signals.ts";
import { type AddressOf, type FaultEnd, raiseFault } from "./faults.ts";
import type { Process } from "./process.ts";
import { forceSignal, restarts, sendSignal, type SignalAction } from "./signals.ts";
import { enterHandler, takeSignal } from "./signals/delivery.ts";
import type { ArrivingSignal, SyscallCall, SyscallObserver } from "./observers.ts";
import { faultSignal, type SignalInfo } from "./signals/siginfo.ts";
import type { Result, Waiting } from "./syscall.ts";
import { SYSCALLS } from "./syscalls/mod.ts";

const { rax, rcx, r11 } = REGISTER_INDEX;
const ARGUMENTS = SYSCALL_ARGUMENTS.map((name) => REGISTER_INDEX[name]);
const NAMES = new Map(Object.entries(SYSCALL_NUMBERS).map(([name, number]) => [number, name]));
const SYSCALL_SIZE = 2n;
const ROWS = new Map(SYSCALLS.map((row) => [SYSCALL_NUMBERS[row.name], row]));

/** What a kernel tells. */
export interface KernelOptions {
  /** Gets the name or number of a system call that has no row, once each. */
  readonly unknown: (name: string) => void;
  /** Called before a signal is delivered, unless it is ignored. */
  readonly arriving?: (signal: ArrivingSignal) => void;
}

/** The kernel of one process. */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #unknown = new Set<number>();
  readonly #registers: bigint[] = [0n, 0n, 0n, 0n, 0n, 0n];
  #pending: Waiting | undefined;
  #number = 0;
  #observers: readonly SyscallObserver[] = [];
  /** The call at hand, if somebody follows it. */
  #call: SyscallCall | undefined;

  /** The signal that the owner was told of last. */
  #announced: SignalInfo | undefined;
  #holding = false;

  constructor(readonly process: Process, options: KernelOptions) {
    this.#options = options;
  }

  /**
   * Handles the system call whose number and arguments are in the registers.
   *
   * @param next Address of the instruction after it.
   * @returns Whether the guest may go on at once.
   */
  enter(next: bigint): boolean {
    const { registers } = this.process;
    const number = this.#number = Number(BigInt.asUintN(32, registers.general(rax)));
    for (let index = 0; index < 6; index++) this.#registers[index] = registers.general(ARGUMENTS[index]);
    registers.setGeneral(rcx, next);
    registers.setGeneral(r11, BigInt(registers.flags));
    const row = ROWS.get(number);
    if (this.#observers.length > 0) {
      const name = NAMES.get(number) ?? `number ${number}`;
      this.#call = { process: this.process, name, row, registers: [...this.#registers], result: undefined };
      const answer = this.#ask((observer, call) => observer.entered?.(call));
      if (answer !== undefined) return this.#finish(answer);
    }
    return this.#finish(row === undefined ? this.#refuse(number) : row.call(this.process, this.#registers));
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
    question: (observer: SyscallObserver, call: SyscallCall) => number | bigint | void,
  ): number | bigint | undefined {
    let answer: number | bigint | undefined;
    if (this.#call === undefined) return undefined;
    for (const observer of this.#observers) answer = question(observer, this.#call) ?? answer;
    return answer;
  }

  /** The call that waits, if one does; its deadline is that of the next timer, if that is earlier. */
  get pending(): Waiting | undefined {
    const waiting = this.#pending;
    const alarm = this.process.timers.deadline;
    if (waiting === undefined || alarm === undefined) return waiting;
    return { ...waiting, wait: { ...waiting.wait, deadline: Math.min(alarm, waiting.wait.deadline ?? Infinity) } };
  }

  /** Whether a signal is held back: the guest must not execute anything before {@linkcode attend}. */
  get isHolding(): boolean {
    return this.#holding;
  }

  /** Tries the waiting call again. @returns Whether the guest may go on. */
  retry(): boolean {
    const waiting = this.#pending;
    this.#pending = undefined;
    return waiting === undefined || this.#finish(waiting.retry());
  }

  #finish(result: Result): boolean {
    if (typeof result === "object") {
      this.#pending = result;
      return false;
    }
    const { process } = this;
    process.registers.setGeneral(rax, BigInt(this.#leave(result)));
    return process.ending === undefined && process.deferred === undefined &&
      process.thread.signals.deliverable === 0n;
  }

  /** Tells observers of the result. @returns It, or what one of them puts in its place. */
  #leave(result: number | bigint): number | bigint {
    if (this.#call === undefined) return result;
    this.#call = { ...this.#call, result };
    const answer = this.#ask((observer, call) => observer.left?.(call));
    this.#call = undefined;
    return answer ?? result;
  }

  /**
   * Queues the signal for what ended a slice.
   *
   * @param addressOf Computes the address of a refused access.
   */
  fault(end: FaultEnd, addressOf: AddressOf): void {
    raiseFault(this.process, end, addressOf);
  }

  /**
   * Does between slices what cannot be done in one: what a call left to do, timers, and signals, for which a waiting
   * call is interrupted. Registers are the guest's next ones after it.
   *
   * @returns Whether the guest may run; if not, it has ended, or its call waits.
   */
  attend(): boolean {
    const { process } = this;
    for (const info of process.timers.expired()) sendSignal(process, info);
    for (const at of process.memory.takeTruncated()) {
      forceSignal(process, faultSignal(SIGNAL.SIGBUS, SI.BUS_ADRERR, BigInt(at)));
    }
    const { deferred } = process;
    process.deferred = undefined;
    deferred?.();
    this.#answerSignalWait();
    this.#holding = false;
    while (process.ending === undefined && process.thread.signals.deliverable !== 0n) {
      this.#holding = this.#announceSignal();
      if (this.#holding) break;
      const next = takeSignal(process);
      if (next === undefined) continue;
      for (const observer of this.#observers) observer.signalled?.(next.info);
      this.#interrupt(next.action);
      enterHandler(process, next);
    }
    if (process.ending?.kind === "signalled" && process.ending.info) {
      for (const observer of this.#observers) observer.signalled?.(process.ending.info);
    }
    return process.ending === undefined && this.#pending === undefined;
  }

  /**
   * Tells the owner of the signal that comes next, once.
   *
   * @returns Whether it is held back.
   */
  #announceSignal(): boolean {
    const { signals } = this.process.thread;
    const info = signals.next;
    if (info === undefined || info === this.#announced || this.process.signals.ignores(info.signal)) return false;
    this.#announced = info;
    let isHeld = false;
    const arriving: ArrivingSignal = { info, hold: () => void (isHeld = true), discard: () => signals.drop(info) };
    this.#options.arriving?.(arriving);
    return isHeld;
  }

  /** A call that waits for blocked signals takes them itself. */
  #answerSignalWait(): void {
    const { signals, thread } = this.process;
    const wanted = this.#pending?.signals ?? 0n;
    if (wanted & (signals.pending.mask | thread.signals.pending.mask)) this.retry();
  }

  /** Ends the waiting call because a handler is about to run. */
  #interrupt(action: SignalAction): void {
    const waiting = this.#pending;
    if (waiting === undefined) return;
    this.#pending = undefined;
    const { registers } = this.process;
    if (waiting.interrupt === undefined && restarts(action)) {
      registers.pc -= SYSCALL_SIZE;
      registers.setGeneral(rax, BigInt(this.#number));
      this.#leave(-ERRNO.EINTR);
      return;
    }
    const result = waiting.interrupt?.() ?? -ERRNO.EINTR;
    registers.setGeneral(rax, BigInt(this.#leave(result)));
  }

  #refuse(number: number): number {
    if (!this.#unknown.has(number)) {
      this.#unknown.add(number);
      this.#options.unknown(NAMES.get(number) ?? `number ${number}`);
    }
    return -ERRNO.ENOSYS;
  }
}
