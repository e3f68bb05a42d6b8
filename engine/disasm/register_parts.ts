/**
 * Registers as parts that are written separately: `ah` is a part of `rax`, and what writes `eax` writes all of it.
 *
 * A general register has three parts: its lowest byte, the second one, and the rest. A vector register has the lowest 128
 * bits, the next 128, and the rest; what has a VEX or EVEX prefix writes all of them. See the Intel manual, volume 1,
 * 3.4.1.1 and 14.1.4. Each flag is a part. Leaves out smaller parts of vector registers.
 */

import type { RegisterAccess } from "./register_access.ts";

/** Parts that an instruction reads, by the register or as `flags`, and those that it writes. */
export interface PartAccess {
  /** What it reads: the name that it uses, and the parts of that. */
  readonly reads: readonly (readonly [name: string, parts: readonly number[]])[];
  /** Parts that it writes. */
  readonly writes: readonly number[];
}

const GENERAL = /^(?:[re]?([abcd])([xlh])|[re]?(si|di|bp|sp)(l?)|(r\d+)([bwd]?))$/;
const VECTOR = /^([xyz])mm(\d+)$/;

/** Numbers of the parts of registers. */
export class RegisterParts {
  readonly #numbers = new Map<string, number>();

  /** How many parts there are so far. */
  get length(): number {
    return this.#numbers.size;
  }

  #number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, number = this.#numbers.size);
    return number;
  }

  #of(register: string, parts: readonly number[]): number[] {
    return parts.map((part) => this.#number(`${register}/${part}`));
  }

  /** Parts of a register that its name means. */
  read(name: string): readonly number[] {
    const general = GENERAL.exec(name);
    if (general !== null) {
      const [, letter, half, pointer, low, numbered, size] = general;
      const register = letter ?? pointer ?? numbered;
      if (half === "h") return this.#of(register, [1]);
      if (half === "l" || low === "l" || size === "b") return this.#of(register, [0]);
      return this.#of(register, isWord(name) ? [0, 1] : [0, 1, 2]);
    }
    const vector = VECTOR.exec(name);
    if (vector !== null) return this.#of(`v${vector[2]}`, { x: [0], y: [0, 1], z: [0, 1, 2] }[vector[1]] ?? []);
    return this.#of(name, [0]);
  }

  /** Parts of a register that change when an instruction writes it by a name. */
  write(name: string, mnemonic: string): readonly number[] {
    const vector = VECTOR.exec(name);
    if (vector === null) return this.read(name);
    if (mnemonic === "vzeroupper") return this.#of(`v${vector[2]}`, [1, 2]);
    return mnemonic.startsWith("v") ? this.#of(`v${vector[2]}`, [0, 1, 2]) : this.read(name);
  }

  /** Parts that an instruction reads and writes. */
  of({ reads, writes, flagsRead, flagsWritten }: RegisterAccess, mnemonic: string): PartAccess {
    const flags = (names: readonly string[]) => names.map((name) => this.#number(name));
    return {
      reads: [
        ...reads.map((name) => [name, this.read(name)] as const),
        ...(flagsRead.length === 0 ? [] : [["flags", flags(flagsRead)] as const]),
      ],
      writes: [...writes.flatMap((name) => this.write(name, mnemonic)), ...flags(flagsWritten)],
    };
  }
}

function isWord(name: string): boolean {
  return /^([abcd]x|si|di|bp|sp|r\d+w)$/.test(name);
}
