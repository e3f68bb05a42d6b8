/**
 * Where an instruction sends control, read from its bytes alone: enough to follow the flow of code that ran.
 *
 * Leaves out what the instruction is otherwise, and where indirect jumps go: see disassembler.ts. Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2, appendix A.
 */

/** How control leaves an instruction: to what is behind it, or elsewhere, or either. */
export type TransferKind = "next" | "conditional" | "jump" | "call" | "away";

/** Where control goes from an instruction. */
export interface Transfer {
  /**
   * `next`: behind it; `conditional`: to the target or behind it; `jump`: to the target; `call`: behind it once the
   * call has returned; `away`: it returns, jumps indirectly, or does not go on.
   */
  readonly kind: TransferKind;
  /** Where a conditional or a direct jump goes, in the addresses of the instruction. */
  readonly target?: number;
}

const NEXT: Transfer = { kind: "next" };
const CALL: Transfer = { kind: "call" };
const AWAY: Transfer = { kind: "away" };
/** Operand size, segments that hint at branches, REP and BND prefixes. */
const PREFIXES: ReadonlySet<number> = new Set([0x66, 0x67, 0x2e, 0x3e, 0xf2, 0xf3]);

/**
 * Reads where an instruction sends control.
 *
 * @param bytes The instruction.
 * @param address Its address.
 */
export function transferOf(bytes: Uint8Array, address: number): Transfer {
  let at = 0;
  while (PREFIXES.has(bytes[at])) at++;
  if ((bytes[at] & 0xf0) === 0x40) at++;
  const opcode = bytes[at];
  const end = address + bytes.length;
  const near = () => end + (bytes[at + 1] << 24 >> 24);
  const far = (from: number) =>
    end + (bytes[from] | bytes[from + 1] << 8 | bytes[from + 2] << 16 | bytes[from + 3] << 24);
  if ((opcode & 0xf0) === 0x70 || (opcode >= 0xe0 && opcode <= 0xe3)) return { kind: "conditional", target: near() };
  switch (opcode) {
    case 0x0f:
      if ((bytes[at + 1] & 0xf0) === 0x80) return { kind: "conditional", target: far(at + 2) };
      return bytes[at + 1] === 0x0b ? AWAY : NEXT; // ud2
    case 0xeb:
      return { kind: "jump", target: near() };
    case 0xe9:
      return { kind: "jump", target: far(at + 1) };
    case 0xe8:
      return CALL;
    case 0xc2:
    case 0xc3:
    case 0xca:
    case 0xcb:
    case 0xcf:
    case 0xf4:
      return AWAY; // ret, iret, hlt
    case 0xff: {
      const extension = bytes[at + 1] >> 3 & 7;
      return extension === 2 || extension === 3 ? CALL : extension === 4 || extension === 5 ? AWAY : NEXT;
    }
    default:
      return NEXT;
  }
}
