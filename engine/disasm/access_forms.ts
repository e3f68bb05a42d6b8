/**
 * Which memory an instruction accesses, as a form to fill registers in: from its operands, and what it does to the
 * stack and with string registers besides.
 *
 * See the Intel manual, volume 2, for each instruction. Leaves out what an instruction does to system tables, and which
 * bytes of its operand MASKMOVDQU writes: it is taken to write all.
 */

import { REGISTER_INDEX } from "../arch/x86_64.ts";
import type { Disassembler, Instruction } from "./disassembler.ts";
import type { MemoryOperand } from "./operands.ts";

/** A memory access: `segment + base + index * scale + displacement`, registers by the index of their encoding. */
export interface AccessForm {
  readonly segment: "fs" | "gs" | undefined;
  readonly base: number | undefined;
  readonly index: number | undefined;
  readonly scale: number;
  readonly displacement: bigint;
  /** Whether the address, without the segment, is cut to 32 bits. */
  readonly isNarrow: boolean;
  /** Only the lowest byte of `index` counts, as for XLATB. */
  readonly isByteIndex: boolean;
  /** A register that counts bits from the address on, and the size of the word that BT and the like take of them. */
  readonly bit: { readonly register: number; readonly size: number } | undefined;
  /** In bytes. */
  readonly size: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

const WORD = 8;
/** Their memory operand is an address only; Capstone has it as read. */
const ONLY_ADDRESS = /^(lea|nop|prefetch|endbr|clflush|clwb|invlpg)/;
const BIT_TEST = /^(lock )?bt[src]?$/;
/** Sizes that Capstone 5 has wrong or does not know, by mnemonic. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ fxsave: 512, fxrstor: 512, fxsave64: 512, fxrstor64: 512 },
  ...{ comisd: 8, comiss: 4 },
};

/** They only write their first operand; Capstone 5 has some of them as reading it. */
const STORES = /^(v?mov|set|st(mxcsr|os)|fn?st|fist|fbstp|p?extr|fn?save|fxsave|sgdt|sidt)/;

/** They read and write their first operand; Capstone 5 has some of them as doing one of both. */
const CHANGES =
  /^(cmpxchg|xadd|xchg|add|adc|sub|sbb|and|or|xor|inc|dec|not|neg|sh[lr]d?|sa[lr]|r[oc][lr]|bt[src])(8b|16b)?$/;
/** Prefixes of string instructions: segments, sizes, REP. */
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3]);

const plain = {
  segment: undefined,
  index: undefined,
  scale: 1,
  isNarrow: false,
  isByteIndex: false,
  bit: undefined,
} as const;

function atRegister(name: keyof typeof REGISTER_INDEX, displacement: number, how: "reads" | "writes", size = WORD) {
  const base = REGISTER_INDEX[name];
  const access = { reads: how === "reads", writes: how === "writes" };
  return { ...plain, base, displacement: BigInt(displacement), size, ...access } satisfies AccessForm;
}

/** Index of a register by its 64-bit or 32-bit name; undefined for none. */
function registerIndex(name: string): number | undefined {
  if (name === "" || name === "riz" || name === "eiz") return undefined;
  const wide = /^r\d+d$/.test(name) ? name.slice(0, -1) : name.replace(/^e/, "r");
  return REGISTER_INDEX[wide as keyof typeof REGISTER_INDEX];
}

function fromOperand(operand: MemoryOperand, instruction: Instruction, isStored: boolean): AccessForm {
  const { base, index, scale, displacement, segment, reads, writes } = operand;
  const isRelative = base === "rip" || base === "eip";
  const next = instruction.address + BigInt(instruction.size);
  return {
    ...plain,
    segment: segment === "fs" || segment === "gs" ? segment : undefined,
    base: isRelative ? undefined : registerIndex(base),
    index: registerIndex(index),
    scale,
    displacement: isRelative ? next + displacement : displacement,
    isNarrow: [base, index].some((name) => /^e/.test(name) || /^r\d+d$/.test(name)),
    size: SIZES[instruction.mnemonic] ?? operand.size,
    reads: !isStored && (reads || !writes),
    writes: isStored || writes,
  };
}

/** The 64-bit register that a part's name is of, such as `eax` or `r8w`. */
function wholeRegister(part: string): number | undefined {
  const known = registerIndex(part);
  if (known !== undefined) return known;
  if (/^r\d+w$/.test(part)) return registerIndex(part.slice(0, -1));
  return registerIndex(`r${part}`);
}

function withBit(form: AccessForm, instruction: Instruction): AccessForm {
  const register = wholeRegister(instruction.operands.split(", ").at(-1) ?? "");
  return register === undefined ? form : { ...form, bit: { register, size: form.size } };
}

/** What each opcode of a string instruction does at rsi and at rdi; the lowest bit of an opcode tells bytes from words. */
const STRINGS: Readonly<Record<number, readonly (readonly ["rsi" | "rdi", "reads" | "writes"])[]>> = {
  0xa4: [["rsi", "reads"], ["rdi", "writes"]], // MOVS
  0xa6: [["rsi", "reads"], ["rdi", "reads"]], // CMPS
  0xaa: [["rdi", "writes"]], // STOS
  0xac: [["rsi", "reads"]], // LODS
  0xae: [["rdi", "reads"]], // SCAS
};

/** A string instruction's accesses: Capstone 5 has no operands for those with REP. */
function stringForms({ bytes }: Instruction): AccessForm[] | undefined {
  const opcode = bytes[bytes.length - 1];
  const accesses = STRINGS[opcode & 0xfe];
  const prefixes = [...bytes.subarray(0, -1)];
  const isRex = (byte: number) => (byte & 0xf0) === 0x40;
  if (accesses === undefined || !prefixes.every((byte) => PREFIXES.has(byte) || isRex(byte))) return undefined;
  const wide = prefixes.some((byte) => isRex(byte) && (byte & 8) !== 0) ? 8 : prefixes.includes(0x66) ? 2 : 4;
  const segment = prefixes.includes(0x64) ? "fs" : prefixes.includes(0x65) ? "gs" : undefined;
  return accesses.map(([register, how]) => ({
    ...atRegister(register, 0, how, (opcode & 1) === 0 ? 1 : wide),
    isNarrow: prefixes.includes(0x67),
    segment: register === "rsi" ? segment : undefined,
  }));
}

/** What an instruction accesses, in the order it does so. */
export function accessForms(
  instruction: Instruction,
  disassembler: Pick<Disassembler, "memoryOperands">,
): readonly AccessForm[] {
  const { mnemonic, operands } = instruction;
  const name = mnemonic.replace(/^(lock|repne|repe|rep|bnd|notrack) /, "");
  const string = stringForms(instruction);
  if (string !== undefined) return string;
  const hasMemory = operands.includes("[");
  const isFirst = operands.split(",")[0].includes("[");
  const [stores, changes] = [STORES, CHANGES].map((names) => isFirst && names.test(name));
  let explicit = !hasMemory || ONLY_ADDRESS.test(name) ? [] : disassembler.memoryOperands(instruction)
    .map((operand, position) => fromOperand(operand, instruction, stores && position === 0))
    .map((form) => changes ? { ...form, reads: true, writes: true } : form);
  if (hasMemory && BIT_TEST.test(mnemonic)) explicit = explicit.map((form) => withBit(form, instruction));
  explicit.sort((a, b) => Number(a.writes) - Number(b.writes));
  const stack = instruction.bytes[0] === 0x66 ? 2 : WORD;
  if (/^push/.test(name)) return [...explicit, atRegister("rsp", -stack, "writes", stack)];
  if (/^call/.test(name)) return [...explicit, atRegister("rsp", -WORD, "writes")];
  if (/^pop(?!cnt)/.test(name)) {
    // The address of what is written is taken after the stack pointer has moved.
    const moved = (form: AccessForm) =>
      form.base === REGISTER_INDEX.rsp ? { ...form, displacement: form.displacement + BigInt(stack) } : form;
    return [atRegister("rsp", 0, "reads", stack), ...explicit.map(moved)];
  }
  if (/^ret/.test(name)) return [atRegister("rsp", 0, "reads")];
  if (name === "leave") return [atRegister("rbp", 0, "reads")];
  if (name === "enter") return entered(Number(operands.split(", ")[1]) & 31);
  if (/^iret/.test(name)) return [0, 8, 16, 24, 32].map((at) => atRegister("rsp", at, "reads"));
  if (name === "xlatb" || name === "xlat") {
    return [{ ...atRegister("rbx", 0, "reads", 1), index: REGISTER_INDEX.rax, isByteIndex: true }];
  }
  if (name === "maskmovdqu") return [atRegister("rdi", 0, "writes", 16)];
  if (name === "maskmovq") return [atRegister("rdi", 0, "writes", 8)];
  return explicit;
}

/** ENTER: pushes rbp, and with a nesting level copies the frame pointers of the enclosing functions. */
function entered(level: number): AccessForm[] {
  const list: AccessForm[] = [atRegister("rsp", -WORD, "writes")];
  for (let at = 1; at < level; at++) {
    list.push(atRegister("rbp", -WORD * at, "reads"), atRegister("rsp", -WORD * (at + 1), "writes"));
  }
  if (level > 0) list.push(atRegister("rsp", -WORD * (level + 1), "writes"));
  return list;
}
