/**
 * The guest's registers.
 *
 * General registers and the program counter are read and written in Unicorn's own record, which a stub finds: 2 ns in
 * place of 30. The record is checked against `uc_reg_write` when it is found.
 */

import { checkUnicorn, type UnicornEngine, type UnicornSymbols } from "../ffi/unicorn.ts";
import { hostBuffer } from "../ffi/libc.ts";
import { EFLAGS, GENERAL_IDS, REGISTER_ID } from "../arch/x86_64.ts";

const PC = GENERAL_IDS.length;

/** Registers of one CPU. */
export class Registers {
  readonly #unicorn: UnicornSymbols;
  #engine: UnicornEngine | undefined;
  readonly #scratch = new BigUint64Array(1);
  /** Unicorn's record: the general registers by encoding, then the program counter. */
  #record = new BigUint64Array(GENERAL_IDS.length + 1);
  #halves = new Uint32Array(this.#record.buffer);

  /** See `Emulator.cpu`. */
  constructor(unicorn: UnicornSymbols, engine: UnicornEngine) {
    this.#unicorn = unicorn;
    this.#engine = engine;
  }

  /**
   * Uses Unicorn's record, after proving that it is what it is taken for. Registers are zero then.
   *
   * @param address On the host.
   * @throws {Error} If it is something else.
   */
  attach(address: bigint): void {
    const ids = [...GENERAL_IDS, REGISTER_ID.RIP];
    const record = new BigUint64Array(hostBuffer(address, ids.length * 8));
    for (const pattern of [0x5eed_0000_0000n, 0n]) {
      ids.forEach((id, index) => this.write(id, pattern && pattern + BigInt(index)));
      if (!record.every((value, index) => value === (pattern && pattern + BigInt(index)))) {
        throw new Error("Cannot use Unicorn: this version keeps the registers in another way");
      }
    }
    this.#record = record;
    this.#halves = new Uint32Array(record.buffer, record.byteOffset, record.length * 2);
  }

  get #live(): UnicornEngine {
    if (this.#engine === undefined) throw new Error("Cannot use registers: their process has ended");
    return this.#engine;
  }

  /** The engine is about to be freed: general registers are 0 from now on, others an error. */
  close(): void {
    this.#engine = undefined;
    this.#record = new BigUint64Array(this.#record.length);
    this.#halves = new Uint32Array(this.#record.buffer);
  }

  /** A general register by its encoding: 0 is rax, 1 rcx, ... */
  general(index: number): bigint {
    return this.#record[index];
  }

  /** A general register by its encoding, as a number: exact below 2^53, as all addresses of a guest are. */
  address(index: number): number {
    return this.#halves[2 * index] + this.#halves[2 * index + 1] * 2 ** 32;
  }

  /** Sets a general register by its encoding; the value is taken modulo 2^64. */
  setGeneral(index: number, value: bigint): void {
    this.#record[index] = value;
  }

  /** Any register of at most 64 bits by Unicorn's identifier. @throws {UnicornError} If there is no such register. */
  read(id: number): bigint {
    this.#scratch[0] = 0n;
    checkUnicorn(this.#unicorn.uc_reg_read(this.#live, id, this.#scratch), `uc_reg_read(${id})`);
    return this.#scratch[0];
  }

  /** Sets any register of at most 64 bits. @throws {UnicornError} If there is no such register. */
  write(id: number, value: bigint): void {
    this.#scratch[0] = value;
    checkUnicorn(this.#unicorn.uc_reg_write(this.#live, id, this.#scratch), `uc_reg_write(${id})`);
  }

  /** A wide register (XMM: 16 bytes, ST: 10 bytes) as in memory. @throws {UnicornError} If there is none. */
  readWide(id: number, size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    checkUnicorn(this.#unicorn.uc_reg_read(this.#live, id, bytes), `uc_reg_read(${id})`);
    return bytes;
  }

  /** Sets a wide register. @throws {UnicornError} If there is none. */
  writeWide(id: number, bytes: Uint8Array<ArrayBuffer>): void {
    checkUnicorn(this.#unicorn.uc_reg_write(this.#live, id, bytes), `uc_reg_write(${id})`);
  }

  /** While a block is being entered: its start. Unicorn's own program counter is still at an earlier block then. */
  entering: number | undefined;

  /** The program counter. */
  get pc(): bigint {
    return this.#record[PC];
  }
  set pc(value: bigint) {
    this.#record[PC] = value;
  }

  /** The flags. The trap flag is the stepper's, and never shown. */
  get flags(): number {
    return Number(this.read(REGISTER_ID.EFLAGS)) & ~EFLAGS.TF;
  }
  set flags(value: number) {
    this.write(REGISTER_ID.EFLAGS, BigInt(value));
  }
}
