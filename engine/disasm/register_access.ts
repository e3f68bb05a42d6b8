/**
 * Which registers and flags an instruction reads and writes: what Capstone 5 says, put right where it is not the Intel
 * manual's (volume 2).
 *
 * An instruction whose result does not depend on a register that it names, such as `xor eax, eax`, does not read it. One
 * that changes a part of a vector register and leaves the rest reads that register. An instruction is taken to write each
 * flag that it may write. The stack of the x87 is one register, `st`. Leaves out the program counter and memory.
 */

import type { Instruction } from "./disassembler.ts";

/** Registers by the names that the instruction uses, such as `al`; flags one by one, such as `ZF`. */
export interface RegisterAccess {
  /** Registers that it reads, those of addresses among them. */
  readonly reads: readonly string[];
  /** Registers that it writes. */
  readonly writes: readonly string[];
  /** Flags that it reads. */
  readonly flagsRead: readonly string[];
  /** Flags that it writes. */
  readonly flagsWritten: readonly string[];
}

/** Bits of `X86_EFLAGS_*` by flag: what reads it, and what modifies, resets, sets, restores or leaves it undefined. */
const FLAGS: Readonly<Record<string, { readonly read: readonly number[]; readonly written: readonly number[] }>> = {
  CF: { read: [37], written: [1, 16, 22, 30, 45] },
  PF: { read: [36], written: [4, 15, 29, 43, 56] },
  AF: { read: [50], written: [0, 14, 25, 44, 55] },
  ZF: { read: [35], written: [3, 13, 42, 51, 54] },
  SF: { read: [34], written: [2, 12, 24, 41, 53] },
  OF: { read: [33], written: [5, 11, 21, 40, 52] },
  DF: { read: [38], written: [8, 19, 23, 31] },
};
const ARITHMETIC = ["CF", "PF", "AF", "ZF", "SF", "OF"];
const CARRY_TESTS: Readonly<Record<string, readonly string[]>> = {
  b: ["CF"],
  be: ["CF", "ZF"],
  e: ["ZF"],
  ne: ["ZF"],
  nbe: ["CF", "ZF"],
  nb: ["CF"],
  u: ["PF"],
  nu: ["PF"],
};

/** With both sources the same, their result is 0, or all ones. */
const CONSTANT = /^v?(xor|sub|pxor[dq]?|xorp[sd]|psub[bwdq]|psubu?s[bw]|pandn|andnp[sd]|pcmp(eq|gt)[bwdq])$/;
/** They write a part of a vector register, and leave the rest. */
const MERGE =
  /^(cvt(si2s[sd]|ss2sd|sd2ss)|sqrts[sd]|rcpss|rsqrtss|rounds[sd]|mov[lh]p[sd]|movhlps|movlhps|pinsr[bwdq]|insertps)$/;
const SCALAR_MOVE = /^mov(ss|sd)$/;
const STRING = /^(movs|cmps|stos|lods|scas|ins|outs)[bwdq]$/;
const NOTHING = /^(nop|endbr|ud[012]$)/;

function prefixless(mnemonic: string): string {
  return mnemonic.replace(/^((lock|repne|repe|repnz|repz|rep|bnd|notrack|xacquire|xrelease) )+/, "");
}

/** x87 instructions keep bits of the status word where others keep flags; few of them have to do with flags. */
function x87Flags(name: string): Flags {
  const condition = /^fcmov(\w+)$/.exec(name)?.[1];
  return {
    flagsRead: condition === undefined ? [] : CARRY_TESTS[condition] ?? [],
    flagsWritten: /^fu?comip?$/.test(name) ? ["CF", "PF", "ZF"] : [],
  };
}

interface Flags {
  flagsRead: readonly string[];
  readonly flagsWritten: readonly string[];
}

function flagsOf(name: string, bits: bigint, usesFlags: boolean): Flags {
  if (/^f(?!xsave|xrstor)/.test(name)) return x87Flags(name);
  if (/^pushf/.test(name) || name === "syscall") return { flagsRead: Object.keys(FLAGS), flagsWritten: [] };
  if (/^popf/.test(name)) return { flagsRead: [], flagsWritten: Object.keys(FLAGS) };
  if (name === "lahf") return { flagsRead: ["CF", "PF", "AF", "ZF", "SF"], flagsWritten: [] };
  if (name === "sahf") return { flagsRead: [], flagsWritten: ["CF", "PF", "AF", "ZF", "SF"] };
  if (/^v?u?comis[sd]$/.test(name)) return { flagsRead: [], flagsWritten: ARITHMETIC };
  if (/^(neg|test|popcnt)$/.test(name)) return { flagsRead: [], flagsWritten: ARITHMETIC };
  if (/^rc[lr]$/.test(name)) return { flagsRead: ["CF"], flagsWritten: ["CF", "OF"] };
  if (name === "adcx") return { flagsRead: ["CF"], flagsWritten: ["CF"] };
  if (name === "adox") return { flagsRead: ["OF"], flagsWritten: ["OF"] };
  const having = (which: "read" | "written") =>
    Object.keys(FLAGS).filter((flag) => FLAGS[flag][which].some((bit) => (bits >> BigInt(bit) & 1n) !== 0n));
  const [flagsRead, flagsWritten] = [having("read"), having("written")];
  // Some instructions are known to write flags, but not which.
  return { flagsRead, flagsWritten: flagsWritten.length === 0 && usesFlags ? ARITHMETIC : flagsWritten };
}

/**
 * Puts right what Capstone says.
 *
 * @param reads Names of registers from `cs_regs_access`.
 * @param writes The same.
 * @param bits `eflags` of `cs_x86`.
 */
export function registerAccess(
  instruction: Instruction,
  reads: readonly string[],
  writes: readonly string[],
  bits: bigint,
): RegisterAccess {
  const name = prefixless(instruction.mnemonic);
  if (NOTHING.test(name)) return { reads: [], writes: [], flagsRead: [], flagsWritten: [] };
  const flags = flagsOf(name, bits, writes.some((each) => /flags$/.test(each)));
  const isX87 = /^f(?!xsave|xrstor)/.test(name);
  const isKept = (each: string) => !/flags$|^[re]?ip$|^$/.test(each) && !(isX87 && /^(st|fp)/.test(each));
  let read = reads.filter(isKept);
  let written = writes.filter(isKept);
  const operands = instruction.operands.split(/, (?![^[]*\])/);
  const [first, second] = operands;
  const sources = operands.slice(-2);
  if (sources[0] === sources[1] && (CONSTANT.test(name) || name === "sbb") && !first.includes("[")) read = [];
  const isMerged = MERGE.test(name) || SCALAR_MOVE.test(name) && [first, second].every((each) => /^xmm/.test(each));
  if ((isMerged && /^xmm/.test(first)) || /^cmov/.test(name)) read.push(first);
  if (STRING.test(name) && !instruction.operands.includes("xmm")) flags.flagsRead = [...flags.flagsRead, "DF"];
  if (name === "cmpxchg") written.push(...read.filter((each) => /^[re]?a[lx]$/.test(each)));
  if (isX87) {
    read.push("st");
    written.push("st");
  }
  if (name === "syscall") {
    read.push("rax");
    written = [...written, "rax", "rcx", "r11"];
  }
  return { ...flags, reads: [...new Set(read)], writes: [...new Set(written)] };
}
