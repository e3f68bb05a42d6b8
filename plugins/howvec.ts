/** How many instructions of each class were executed: moves, arithmetic, branches, vectors. Nothing is attached. */

import { definePlugin, type Instruction, textTable } from "../mod.ts";

/** The first that fits is the class of an instruction. */
const CLASSES: readonly (readonly [name: string, fits: (mnemonic: string, groups: readonly string[]) => boolean])[] = [
  ["call", (_, groups) => groups.includes("call")],
  ["return", (_, groups) => groups.includes("ret") || groups.includes("iret")],
  ["system call", (mnemonic) => /^(syscall|sysenter|int)/.test(mnemonic)],
  ["jump", (mnemonic) => /\bjmp$/.test(mnemonic)],
  ["conditional branch", (_, groups) => groups.includes("jump")],
  ["vector", (_, groups) => groups.some((name) => /^(sse|ssse|avx|mmx|aes|pclmul|sha)/.test(name))],
  ["x87", (mnemonic, groups) => groups.includes("fpu") || /^f(?!xsave|xrstor)/.test(mnemonic)],
  ["string", (mnemonic) => /^rep|^(movs|stos|lods|scas|cmps)[bwdq]$/.test(mnemonic)],
  ["atomic", (mnemonic) => /^(lock|xchg|cmpxchg|xadd|mfence|lfence|sfence)/.test(mnemonic)],
  ["stack", (mnemonic) => /^(push|pop|enter|leave)/.test(mnemonic)],
  ["address", (mnemonic) => mnemonic === "lea"],
  ["move", (mnemonic) => /^(mov|cmov|set|bswap|cdq|cqo|cwd|cbw|cwde|cdqe)/.test(mnemonic)],
  ["compare", (mnemonic) => /^(cmp|test|bt$)/.test(mnemonic)],
  ["multiply and divide", (mnemonic) => /^i?(mul|div)/.test(mnemonic)],
  ["shift", (mnemonic) => /^(sh[lr]|sa[lr]|ro[lr]|rc[lr])/.test(mnemonic)],
  ["logic", (mnemonic) => /^(and|or|xor|not|bt[crs]|bs[fr]|[lt]zcnt|popcnt)/.test(mnemonic)],
  ["arithmetic", (mnemonic) => /^(add|adc|sub|sbb|inc|dec|neg)/.test(mnemonic)],
  ["no operation", (mnemonic) => /^(nop|endbr64|pause|prefetch)/.test(mnemonic)],
];

export default definePlugin({
  name: "howvec",
  description: "Executed instructions by class",
  formats: ["text", "json"],
  setup({ coverage, groups, onReport }) {
    function classOf(instruction: Instruction): string {
      const names = groups(instruction);
      return CLASSES.find(([, fits]) => fits(instruction.mnemonic, names))?.[0] ?? "other";
    }

    onReport((report) => {
      const counts = new Map<string, number>();
      for (const instruction of coverage.instructions()) {
        if (instruction.count === 0) continue;
        const name = classOf(instruction);
        counts.set(name, (counts.get(name) ?? 0) + instruction.count);
      }
      const rows = [...counts].sort(([, a], [, b]) => b - a);
      if (report.format === "json") return report.writeJson(Object.fromEntries(rows));
      const { total } = coverage;
      report.write(textTable(
        ["CLASS", "EXECUTED", "%"],
        rows.map(([name, count]) => [name, count, (100 * count / total).toFixed(2).padStart(6)]),
      ));
    });
  },
});
