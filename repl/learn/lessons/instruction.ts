/** Lesson: what an instruction is. */

import { type Lesson, standsAt } from "../lesson.ts";

export const instruction: Lesson = {
  name: "instruction",
  title: "What is an instruction?",
  program: "examples/guests/sums",
  args: ["5"],
  text: `
A processor does one small thing at a time: it adds two registers, copies a word from memory, goes on elsewhere. Each
such thing is an instruction: a few bytes in memory. The register rip holds the address of the next one.
The guest of this lesson adds numbers up. It is loaded, and none of its own code has run.`,
  steps: [
    {
      goal: "Have the program run until its function by_formula is about to begin.",
      hints: ["A breakpoint stops the guest before an instruction: `help break`.", "After it, `run` starts the guest."],
      solution: ["break by_formula", "run"],
      isReached: (session) => standsAt(session, "by_formula"),
      then: "The arrow => shows the instruction that comes next. It has not been executed.",
    },
    {
      goal: "How many bytes long is that instruction? Type `answer` and the number.",
      hints: [
        "The address of the following instruction tells: `disasm` shows both.",
        "`cpu.instruction` is all that Ceratops knows of it.",
      ],
      solution: ["cpu.instruction.size", "answer 3"],
      answer: ({ emulator }) => emulator.cpu.instruction?.size ?? 0,
      then:
        "On this kind of processor instructions are 1 to 15 bytes long; the next one begins where the last one ends.",
    },
    {
      goal: "Execute this one instruction, and no more.",
      hints: ["gdb's name for it is `stepi`."],
      solution: ["stepi"],
      isReached: ({ emulator }) => {
        const symbol = emulator.symbols.at(emulator.cpu.pc);
        return symbol?.name === "by_formula" && symbol.offset === emulator.disassemble(symbol.address, 1)[0]?.size;
      },
      then: "rip moved on by the instruction's size, and rax got a copy of rdi.",
    },
    {
      goal: "Which number is in rax now? It is the function's argument.",
      hints: ["`regs rax`, or just `rax`.", "Any register is an expression: `rax`, `rdi`."],
      solution: ["regs rax", "answer 5"],
      answer: ({ emulator }) => emulator.cpu.rax,
      then: "That is all that a program does: instructions change registers and memory, one after the other.",
    },
  ],
};
