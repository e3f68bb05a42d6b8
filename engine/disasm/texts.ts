/**
 * Texts of instructions by their bytes: reading both from Capstone takes longer than decoding does, and code repeats
 * itself. Leaves out jumps and calls to where they name, whose text depends on the address too.
 */

/** What an instruction reads as. */
export interface Text {
  /** Such as `mov`. */
  readonly mnemonic: string;
  /** Such as `rax, qword ptr [rsp + 8]`. */
  readonly operands: string;
}

/** Kept at most; then all are forgotten. */
const MOST = 50_000;
/** Bytes that fit into a key as a number, with the size above them. */
const SHORT = 6;
const BYTE = 256;
const RELATIVE = /\b(?:j|call|loop|xbegin)/;

/** The texts that were read so far. */
export class Texts {
  readonly #texts = new Map<number | string, Text>();

  /** The text of an instruction, if it is kept. */
  of(code: Uint8Array, at: number, size: number): Text | undefined {
    return this.#texts.get(keyOf(code, at, size));
  }

  /** Keeps a text, if it is that of the bytes wherever they are. @returns The same. */
  keep(code: Uint8Array, at: number, size: number, text: Text): Text {
    if (RELATIVE.test(text.mnemonic) && text.operands.startsWith("0x")) return text;
    if (this.#texts.size >= MOST) this.#texts.clear();
    this.#texts.set(keyOf(code, at, size), text);
    return text;
  }
}

function keyOf(code: Uint8Array, at: number, size: number): number | string {
  if (size <= SHORT) return number(code, at, at + size, size);
  const middle = at + SHORT;
  return number(code, at, middle, size) + "," + number(code, middle, Math.min(at + size, middle + SHORT), 0) +
    (size > 2 * SHORT ? "," + number(code, middle + SHORT, at + size, 0) : "");
}

function number(code: Uint8Array, from: number, to: number, seed: number): number {
  let value = seed;
  for (let at = from; at < to; at++) value = value * BYTE + code[at];
  return value;
}
