/**
 * The kernel that the guest sees: takes a system call from the CPU's registers, finds its row, runs it.
 *
 * Waiting and ending are told to the run loop; see {@linkcode Kernel.pending}, {@linkcode Kernel.attend} and the process's ending.
 */

import { REGISTER_INDEX, SYSCALL_ARGUMENTS } from "../arch/x86_64.ts";
import { ERRNO, errnoName } from "./abi/errno.ts";
import { SYSCALL_NUMBERS } from "./abi/numbers.ts";
import { SI, SIGNAL } from "./abi/signals.ts";
import { type AddressOf, type FaultEnd, raiseFault } from "./faults.ts";
import type { Process } from "./process.ts";
import { forceSignal, restarts, sendSignal, type SignalAction } from "./signals.ts";
import { enterHandler, takeHandledSignal } from "./signals/delivery.ts";
import { faultSignal, signalText } from "./signals/siginfo.ts";
import type { Result, Syscall, Waiting } from "./syscall.ts";
import { SYSCALLS } from "./syscalls/mod.ts";

const { rax, rcx, r11 } = REGISTER_INDEX;
const ARGUMENTS = SYSCALL_ARGUMENTS.map((name) => REGISTER_INDEX[name]);
const NAMES = new Map(Object.entries(SYSCALL_NUMBERS).map(([name, number]) => [number, name]));
const SYSCALL_SIZE = 2n;
const ROWS = new Map(SYSCALLS.map((row) => [SYSCALL_NUMBERS[row.name], row]));

/** What a kernel tells. */
export interface KernelOptions {
  /** Gets one line a call, as strace(1) writes them. */
  readonly trace?: (line: string) => void;
  /** Gets the name or number of a system call that has no row, once each. */
  readonly unknown: (name: string) => void;
}

/** The kernel of one process. */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #unknown = new Set<number>();
  readonly #registers: bigint[] = [0n, 0n, 0n, 0n, 0n, 0n];
  #pending: Waiting | undefined;
  #number = 0;
  #traced = "";

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
    if (row === undefined) return this.#finish(this.#refuse(number));
    if (this.#options.trace !== undefined) this.#traced = this.#call(row);
    return this.#finish(row.call(this.process, this.#registers));
  }

  /** The call that waits, if one does; its deadline is that of the next timer, if that is earlier. */
  get pending(): Waiting | undefined {
    const waiting = this.#pending;
    const alarm = this.process.timers.deadline;
    if (waiting === undefined || alarm === undefined) return waiting;
    return { ...waiting, wait: { ...waiting.wait, deadline: Math.min(alarm, waiting.wait.deadline ?? Infinity) } };
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
    if (this.#options.trace !== undefined) this.#options.trace(`${this.#traced} = ${resultText(result)}`);
    const { process } = this;
    process.registers.setGeneral(rax, BigInt(result));
    return process.ending === undefined && process.deferred === undefined &&
      process.thread.signals.deliverable === 0n;
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
    while (process.thread.signals.deliverable !== 0n) {
      const next = takeHandledSignal(process);
      if (next === undefined) break;
      this.#options.trace?.(signalText(next.info));
      this.#interrupt(next.action);
      enterHandler(process, next);
    }
    if (process.ending?.kind === "signalled" && process.ending.info) {
      this.#options.trace?.(signalText(process.ending.info));
    }
    return process.ending === undefined && this.#pending === undefined;
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
      this.#options.trace?.(`${this.#traced} = ? ERESTARTSYS`);
      return;
    }
    const result = waiting.interrupt?.() ?? -ERRNO.EINTR;
    this.#options.trace?.(`${this.#traced} = ${resultText(result)}`);
    registers.setGeneral(rax, BigInt(result));
  }

  #refuse(number: number): number {
    const name = NAMES.get(number) ?? `number ${number}`;
    this.#traced = `${name}(...)`;
    if (!this.#unknown.has(number)) {
      this.#unknown.add(number);
      this.#options.unknown(name);
    }
    return -ERRNO.ENOSYS;
  }

  #call(row: Syscall): string {
    const shown = row.parameters.map(({ parameter }, index) => parameter.show(this.#registers[index], this.process));
    return `${row.name}(${shown.join(", ")})`;
  }
}

function resultText(result: number | bigint): string {
  if (result < 0 && result > -4096) return `-1 ${errnoName(-Number(result))}`;
  return result > 0xffff_ffffn ? `0x${result.toString(16)}` : String(result);
}
