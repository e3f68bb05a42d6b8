/** Instructions as text: an arrow at the program counter, a mark at breakpoints, and how often each ran. */

import type { CountedInstruction } from "../../mod.ts";
import { type Describe, hex, pad, place } from "./hex.ts";
import type { Style } from "./style.ts";

/** What there is to know about the instructions shown. */
export interface DisassemblyMarks {
  readonly pc: bigint | undefined;
  /** Marks of what is attached, such as `b1`. */
  readonly attached: ReadonlyMap<bigint, string>;
  readonly describe: Describe;
  /** Whether to show how often each ran. */
  readonly counts: boolean;
}

const TARGET = /^(?:0x)([0-9a-f]+)$/;
const RELATIVE = /\[rip ([+-]) (0x[0-9a-f]+|\d+)\]/;

/** `call   0x401126 <add>`. */
export function instructionText(
  instruction: { address: bigint; size: number; mnemonic: string; operands: string },
  describe: Describe,
): string {
  const { mnemonic, operands, address, size } = instruction;
  const jumps = /^(?:j|call|loop|bnd)/.test(mnemonic) && TARGET.test(operands);
  const text = `${mnemonic.padEnd(6)} ${jumps ? place(BigInt(operands), describe) : operands}`.trimEnd();
  const relative = RELATIVE.exec(operands);
  if (relative === null) return text;
  const distance = BigInt(relative[2]);
  const target = address + BigInt(size) + (relative[1] === "-" ? -distance : distance);
  return `${text}    # ${place(target, describe)}`;
}

/** One line an instruction: arrow, mark, count, address, text. */
export function disassemblyLines(
  instructions: readonly CountedInstruction[],
  marks: DisassemblyMarks,
  style: Style,
): string[] {
  const { describe, pc, attached, counts } = marks;
  const places = instructions.map(({ address }) => {
    const where = describe(address);
    return where === undefined ? hex(address) : `${hex(address)} <${where}>`;
  });
  const width = Math.max(0, ...places.map((each) => each.length)) + 1;
  const countWidth = Math.max(4, ...instructions.map(({ count }) => String(count).length));
  return instructions.map((instruction, index) => {
    const isNext = instruction.address === pc;
    const mark = attached.get(instruction.address) ?? "";
    const count = counts ? `${instruction.count === 0 ? "-" : instruction.count}`.padStart(countWidth) + " " : "";
    const line = `${isNext ? "=>" : "  "} ${pad(mark === "" ? "" : style.red(mark), 3)} ${style.dim(count)}` +
      `${pad(style.cyan(`${places[index]}:`), width)} ${instructionText(instruction, describe)}`;
    return isNext ? style.bold(line) : line.trimEnd();
  });
}
