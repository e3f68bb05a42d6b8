/** Lesson: the counts of a loop. */

import type { Lesson } from "../lesson.ts";
import type { Session } from "../../session/session.ts";

/** How often each instruction of a function ran. */
function counts({ emulator }: Session, name: string): number[] {
  const symbol = emulator.symbols.find(name).symbol;
  return symbol === undefined ? [] : emulator.coverage.range(symbol.address, symbol.size).map(({ count }) => count);
}

export const loop: Lesson = {
  name: "loop",
  title: "What a loop costs",
  program: "examples/guests/sums",
  args: ["1000"],
  text: `
Ceratops counts every instruction that the guest executes, exactly. So one can see what a loop costs: its instructions
have the number of its turns, those around it have 1.`,
  steps: [
    {
      goal: "Run the program to its end.",
      hints: ["`run` does, or `continue`."],
      solution: ["run"],
      isReached: ({ emulator }) => emulator.ended !== undefined,
      then: "The counts are still there.",
    },
    {
      goal: "How many turns did the loop in by_loop make? That is how often its addition ran.",
      hints: ["`cov by_loop` shows each instruction with its count.", "Look at the line with add."],
      solution: ["cov by_loop", "answer 1000"],
      answer: () => 1000,
      then: "The comparison ran once more often: it is what ends the loop.",
    },
    {
      goal: "How many instructions did by_loop execute in all?",
      hints: ["`cov` sums up by function.", "It is also the sum of the counts that `cov by_loop` shows."],
      solution: ["cov", "answer 4007"],
      answer: (session) => counts(session, "by_loop").reduce((sum, count) => sum + count, 0),
      then: "Four instructions a turn. by_formula gets the same result with a handful in all: compare them in `cov`.",
    },
    {
      goal: "by_recursion makes as many turns as by_loop. How many instructions does it execute for each? Round down.",
      hints: ["`cov by_recursion` shows the counts.", "Divide what `cov` says for it by 1000."],
      solution: ["cov by_recursion", "answer 11"],
      answer: (session) => Math.floor(counts(session, "by_recursion").reduce((sum, count) => sum + count, 0) / 1000),
      then: "Calling, saving a register and returning are instructions, too.",
    },
  ],
};
