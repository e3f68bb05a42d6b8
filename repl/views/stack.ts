/** The top of the stack: each word, and what it points to. */

import { hex } from "./hex.ts";
import type { Style } from "./style.ts";

/** A word of the stack and what is known about it. */
export interface StackWord {
  readonly address: bigint;
  readonly value: bigint;
  /** What it leads to, in order: `<main+4>`, `0x7f...`, `"text"`. */
  readonly chain: readonly string[];
  /** Registers that point here. */
  readonly registers: readonly string[];
}

/** One line a word, offsets from the first. */
export function stackLines(words: readonly StackWord[], style: Style): string[] {
  const first = words[0]?.address ?? 0n;
  const width = Math.max(0, ...words.map(({ value }) => hex(value).length));
  return words.map(({ address, value, chain, registers }) => {
    const offset = `+0x${(address - first).toString(16).padStart(2, "0")}`;
    const leads = chain.length === 0 ? "" : ` -> ${chain.join(" -> ")}`;
    const pointed = registers.length === 0 ? "" : `  ${style.yellow(`(${registers.join(", ")})`)}`;
    return `${style.cyan(hex(address))} ${style.dim(offset)}: ${hex(value).padEnd(width)}${leads}${pointed}`.trimEnd();
  });
}
