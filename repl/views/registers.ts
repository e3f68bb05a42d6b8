/** Registers as text: gdb's `info registers`, and the compact block that is shown after a stop. */

import { type Describe, hex, pad, place } from "./hex.ts";
import type { Style } from "./style.ts";

/** Registers by name, in the order they are shown. */
export type RegisterValues = Readonly<Record<string, bigint>>;

/** gdb's order. */
export const ORDER = [
  ...["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"],
  ...["rip", "eflags", "fs_base", "gs_base"],
] as const;

/** Bits of EFLAGS by position; see the Intel manual, volume 1, 3.4.3. */
const FLAGS = ["CF", "", "PF", "", "AF", "", "ZF", "SF", "TF", "IF", "DF", "OF"];

/** `[ ZF PF ]`, lowest bit first. */
export function flagsText(value: bigint): string {
  const set = FLAGS.filter((name, bit) => name !== "" && value >> BigInt(bit) & 1n);
  return `[ ${set.map((name) => `${name} `).join("")}]`;
}

function natural(name: string, value: bigint, describe: Describe): string {
  if (name === "eflags") return flagsText(value);
  if (name === "rip") return place(value, describe);
  if (name === "rsp" || name === "rbp") return hex(value);
  return String(BigInt.asIntN(64, value));
}

/** One line a register, as gdb's `info registers` has them. */
export function registerLines(values: RegisterValues, describe: Describe): string[] {
  return Object.entries(values).map(([name, value]) =>
    `${name.padEnd(15)}${hex(value).padEnd(19)}${natural(name, value, describe)}`
  );
}

/** Columns between registers; of a register with its name, a mark, eighteen characters and the gap. */
const GAP = 2;
const COLUMN = 3 + 1 + 18 + GAP;

/**
 * Registers side by side; those that changed since the last stop are marked.
 *
 * @param previous Their values at the last stop, if there was one.
 * @param width Columns of the terminal.
 */
export function registerBlock(
  values: RegisterValues,
  previous: RegisterValues | undefined,
  describe: Describe,
  width: number,
  style: Style,
): string[] {
  const cells = Object.entries(values).filter(([name]) => !["rip", "eflags", "fs_base", "gs_base"].includes(name))
    .map(([name, value]) => {
      const changed = previous !== undefined && previous[name] !== value;
      const text = `${name.padEnd(3)}${changed ? "*" : " "}${hex(value)}`;
      return changed ? style.yellow(text) : text;
    });
  const columns = Math.max(1, Math.min(4, Math.floor((width + GAP) / COLUMN)));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += columns) {
    lines.push(cells.slice(at, at + columns).map((cell) => pad(cell, COLUMN)).join("").trimEnd());
  }
  const { rip = 0n, eflags = 0n } = values;
  return [...lines, `rip ${place(rip, describe)}  eflags ${flagsText(eflags)}`];
}
