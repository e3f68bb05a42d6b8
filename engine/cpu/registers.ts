/**
 * The guest's registers.
 *
 * General registers are read and written in Unicorn's own record, which a stub finds: 2 ns in place of 30. The record
 * is checked against `uc_reg_read` when it is found; if it is not as expected, every access goes through Unicorn.
 */

import { checkUnicorn, type UnicornEngine, type UnicornSymbols } from "../ffi/unicorn.ts";
import { hostBuffer } from "../ffi/libc.ts";
import { EFLAGS, GENERAL_IDS, REGISTER_ID } from "../arch/x86_64.ts";

/** Registers of one CPU. */
export class Registers {
  readonly #unicorn: UnicornSymbols;
  readonly #engine: UnicornEngine;
  readonly #scratch = new BigUint64Array(1);
  #record: BigUint64Array | undefined;

  constructor(unicorn: UnicornSymbols, engine: UnicornEngine) {
    this.#unicorn = unicorn;
    this.#engine = engine;
  }

  /** Uses Unicorn's record at a host address, if it proves to be what it is taken for. */
  attach(address: bigint): void {
    if (address === 0n) return;
    GENERAL_IDS.forEach((id, index) => this.write(id, 0x5eed_0000_0000n + BigInt(index)));
    const record = new BigUint64Array(hostBuffer(address, GENERAL_IDS.length * 8));
    const proved = record.every((value, index) => value === 0x5eed_0000_0000n + BigInt(index));
    GENERAL_IDS.forEach((id) => this.write(id, 0n));
    if (proved && record.every((value) => value === 0n)) this.#record = record;
  }

  /** Whether general registers are read without a call. */
  get isDirect(): boolean {
    return this.#record !== undefined;
  }

  /** A general register by its encoding: 0 is rax, 1 rcx, ... */
  general(index: number): bigint {
    return this.#record === undefined ? this.read(GENERAL_IDS[index]) : this.#record[index];
  }

  /** Sets a general register by its encoding; the value is taken modulo 2^64. */
  setGeneral(index: number, value: bigint): void {
    if (this.#record === undefined) this.write(GENERAL_IDS[index], value);
    else this.#record[index] = value;
  }

  /** Any register of at most 64 bits by Unicorn's identifier. @throws {UnicornError} If there is no such register. */
  read(id: number): bigint {
    this.#scratch[0] = 0n;
    checkUnicorn(this.#unicorn.uc_reg_read(this.#engine, id, this.#scratch), `uc_reg_read(${id})`);
    return this.#scratch[0];
  }

  /** Sets any register of at most 64 bits. @throws {UnicornError} If there is no such register. */
  write(id: number, value: bigint): void {
    this.#scratch[0] = value;
    checkUnicorn(this.#unicorn.uc_reg_write(this.#engine, id, this.#scratch), `uc_reg_write(${id})`);
  }

  /** A wide register (XMM: 16 bytes, ST: 10 bytes) as in memory. @throws {UnicornError} If there is none. */
  readWide(id: number, size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    checkUnicorn(this.#unicorn.uc_reg_read(this.#engine, id, bytes), `uc_reg_read(${id})`);
    return bytes;
  }

  /** Sets a wide register. @throws {UnicornError} If there is none. */
  writeWide(id: number, bytes: Uint8Array<ArrayBuffer>): void {
    checkUnicorn(this.#unicorn.uc_reg_write(this.#engine, id, bytes), `uc_reg_write(${id})`);
  }

  /** While a block is being entered: its start. Unicorn's own program counter is still at an earlier block then. */
  entering: number | undefined;

  /** The program counter. */
  get pc(): bigint {
    return this.entering === undefined ? this.read(REGISTER_ID.RIP) : BigInt(this.entering);
  }
  set pc(value: bigint) {
    this.write(REGISTER_ID.RIP, value);
  }

  /** The flags. The trap flag is the stepper's, and never shown. */
  get flags(): number {
    return Number(this.read(REGISTER_ID.EFLAGS)) & ~EFLAGS.TF;
  }
  set flags(value: number) {
    this.write(REGISTER_ID.EFLAGS, BigInt(value));
  }
}
