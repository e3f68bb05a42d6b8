/**
 * The kernel that the guest sees: takes a system call from the CPU's registers, finds its row, runs it.
 *
 * Waiting and ending are told to the run loop; see {@linkcode Kernel.pending} and the process's ending.
 */

import { REGISTER_INDEX, SYSCALL_ARGUMENTS } from "../arch/x86_64.ts";
import { ERRNO, errnoName } from "./abi/errno.ts";
import { SYSCALL_NUMBERS } from "./abi/numbers.ts";
import type { Process } from "./process.ts";
import type { Result, Syscall, Waiting } from "./syscall.ts";
import { SYSCALLS } from "./syscalls/mod.ts";

const { rax, rcx, r11 } = REGISTER_INDEX;
const ARGUMENTS = SYSCALL_ARGUMENTS.map((name) => REGISTER_INDEX[name]);
const NAMES = new Map(Object.entries(SYSCALL_NUMBERS).map(([name, number]) => [number, name]));
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
  /** The call that waits, if one does. */
  pending: Waiting | undefined;
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
    const number = Number(BigInt.asUintN(32, registers.general(rax)));
    for (let index = 0; index < 6; index++) this.#registers[index] = registers.general(ARGUMENTS[index]);
    registers.setGeneral(rcx, next);
    registers.setGeneral(r11, BigInt(registers.flags));
    const row = ROWS.get(number);
    if (row === undefined) return this.#finish(this.#refuse(number));
    if (this.#options.trace !== undefined) this.#traced = this.#call(row);
    return this.#finish(row.call(this.process, this.#registers));
  }

  /** Tries the waiting call again. @returns Whether the guest may go on. */
  retry(): boolean {
    const waiting = this.pending;
    this.pending = undefined;
    return waiting === undefined || this.#finish(waiting.retry());
  }

  #finish(result: Result): boolean {
    if (typeof result === "object") {
      this.pending = result;
      return false;
    }
    if (this.#options.trace !== undefined) this.#options.trace(`${this.#traced} = ${resultText(result)}`);
    this.process.registers.setGeneral(rax, BigInt(result));
    return this.process.ending === undefined;
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
