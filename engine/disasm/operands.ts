/** Memory operands of an x86 instruction, read from `cs_x86` of Capstone 5. Leaves out registers and immediates. */

/** A memory operand: `segment:[base + index * scale + displacement]`. */
export interface MemoryOperand {
  /** `fs` or `gs`; empty for the flat segments. */
  readonly segment: string;
  /** Register name, `rip`, or empty. */
  readonly base: string;
  readonly index: string;
  readonly scale: number;
  readonly displacement: bigint;
  /** In bytes. */
  readonly size: number;
  /** What the instruction does with it; `lea` and `nop` do neither. */
  readonly reads: boolean;
  readonly writes: boolean;
}

/** Offsets in `cs_x86` and `cs_x86_op`. */
const OPERAND_COUNT = 64;
const OPERANDS = 72;
const OPERAND = {
  TYPE: 0,
  SEGMENT: 8,
  BASE: 12,
  INDEX: 16,
  SCALE: 20,
  DISPLACEMENT: 24,
  SIZE: 32,
  ACCESS: 33,
  END: 48,
} as const;
const TYPE_MEMORY = 3;

/**
 * Reads the memory operands.
 *
 * @param detail Over `cs_detail`.
 * @param x86 Offset of `cs_x86` in it.
 */
export function readOperands(detail: DataView, x86: number, nameOf: (register: number) => string): MemoryOperand[] {
  const count = Math.min(8, detail.getUint8(x86 + OPERAND_COUNT));
  const list: MemoryOperand[] = [];
  for (let index = 0; index < count; index++) {
    const at = x86 + OPERANDS + index * OPERAND.END;
    if (detail.getUint32(at + OPERAND.TYPE, true) !== TYPE_MEMORY) continue;
    const access = detail.getUint8(at + OPERAND.ACCESS);
    list.push({
      segment: nameOf(detail.getUint32(at + OPERAND.SEGMENT, true)),
      base: nameOf(detail.getUint32(at + OPERAND.BASE, true)),
      index: nameOf(detail.getUint32(at + OPERAND.INDEX, true)),
      scale: detail.getInt32(at + OPERAND.SCALE, true),
      displacement: detail.getBigInt64(at + OPERAND.DISPLACEMENT, true),
      size: detail.getUint8(at + OPERAND.SIZE),
      reads: (access & 1) !== 0,
      writes: (access & 2) !== 0,
    });
  }
  return list;
}
