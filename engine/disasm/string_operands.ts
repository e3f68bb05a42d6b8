/**
 * Memory operands of string instructions (MOVS, STOS, LODS, SCAS, CMPS, INS, OUTS) and XLAT, which Capstone leaves out of
 * an instruction's detail. See the Intel manual, volume 1, 7.3.9.
 */

import type { MemoryOperand } from "./operands.ts";

const STRING = /^(?:(?:rep|repe|repne|repz|repnz|lock) )*(movs|stos|lods|scas|cmps|ins|outs)([bwdq])$/;
const SIZES: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4, q: 8 };
/** What each does at rdi and at rsi: r reads, w writes. */
const USES: Readonly<Record<string, { readonly rdi?: "r" | "w"; readonly rsi?: "r" }>> = {
  movs: { rdi: "w", rsi: "r" },
  stos: { rdi: "w" },
  lods: { rsi: "r" },
  scas: { rdi: "r" },
  cmps: { rsi: "r", rdi: "r" },
  ins: { rdi: "w" },
  outs: { rsi: "r" },
};

function operand(base: string, index: string, size: number, segment: string, use: "r" | "w"): MemoryOperand {
  return { segment, base, index, scale: 1, displacement: 0n, size, reads: use === "r", writes: use === "w" };
}

/** The operands, if it is such an instruction and none that is only named like one, as MOVSD of SSE is. */
export function stringOperands(mnemonic: string, operands: string): MemoryOperand[] {
  const segment = /\b(fs|gs):/.exec(operands)?.[1] ?? "";
  if (mnemonic.startsWith("xlat")) return [operand("rbx", "al", 1, segment, "r")];
  const [, name, suffix] = STRING.exec(mnemonic) ?? [];
  if (name === undefined || operands.includes("xmm")) return [];
  const { rdi, rsi } = USES[name];
  return [
    ...(rdi === undefined ? [] : [operand("rdi", "", SIZES[suffix], "", rdi)]),
    ...(rsi === undefined ? [] : [operand("rsi", "", SIZES[suffix], segment, rsi)]),
  ];
}
