/** Lesson: patch a check. */

import type { Lesson } from "../lesson.ts";
import { standsIn } from "../lesson.ts";

export const patch: Lesson = {
  name: "patch",
  title: "Patch a check",
  program: "examples/guests/vault",
  args: ["wrong"],
  text: `
The vault refuses a wrong password with exit status 1. But its check is only a few instructions in memory, and memory can
be changed while the program is stopped.`,
  steps: [
    {
      goal: "Stop in main, behind its call of check, where the result is tested.",
      hints: ["`break check`, `run`, then `finish`."],
      solution: ["break check", "run", "finish"],
      isReached: (session) => standsIn(session, "main") && session.emulator.cpu.instruction?.mnemonic === "test",
      then: "rax is 0: the password is wrong. test sets the flags for the conditional jump that follows.",
    },
    {
      goal: "Answer with the mnemonic of the conditional jump that decides.",
      hints: ["`disasm` shows what comes next.", "It stands behind the test."],
      solution: ["disasm $pc 2", "answer jne"],
      answer: ({ emulator }) => emulator.disassemble(emulator.cpu.pc, 2)[1]?.mnemonic ?? "",
      then: "It jumps to the part that opens if the result is not zero.",
    },
    {
      goal: "Open the vault with the wrong password, without touching its arguments: it must end with status 0.",
      hints: [
        "One register decides here: `rax = 1n` before the test.",
        "Or make the jump go always: emu.patch(ADDRESS, [0xeb]) makes a short jne a jmp.",
        "`continue` when it is done.",
      ],
      solution: ["emu.patch(pc + 2n, [0xeb])", "disasm $pc 2", "continue"],
      isReached: ({ emulator, args }) =>
        emulator.ended?.kind === "exited" && emulator.ended.status === 0 && args[0] === "wrong",
      then: "One byte changed, and the check is no check. It is so in this run only: the file is as it was.",
    },
  ],
};
