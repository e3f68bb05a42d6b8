/** Lesson: a call and its return. */

import type { Emulator } from "../../../mod.ts";
import { type Lesson, standsAt, standsIn } from "../lesson.ts";

export const call: Lesson = {
  name: "call",
  title: "A call and its return",
  program: "examples/guests/sums",
  args: ["7"],
  text: `
The instruction call puts the address behind itself onto the stack and goes to the function; ret takes it from there and
goes back. By convention the first arguments are in rdi, rsi, rdx, and the result is in rax.`,
  steps: [
    {
      goal: "Stop at the first instruction of grade.",
      hints: ["`break grade`, then `run`."],
      solution: ["break grade", "run"],
      isReached: (session) => standsAt(session, "grade"),
      then: "Its argument is in rdi.",
    },
    {
      goal: "Have it run until it has returned to its caller.",
      hints: ["gdb's name for it is `finish`."],
      solution: ["finish"],
      isReached: (session) => standsIn(session, "main"),
      then: "The result is in rax: the address of a text.",
    },
    {
      goal: "Which text is it? Answer with the text.",
      hints: ["`x/s $rax` shows the text at an address.", "So does mem.cstring(rax)."],
      solution: ["x/s $rax", "answer odd"],
      answer: ({ emulator }) => emulator.memory.cstring(emulator.cpu.rax),
      then: "A function returns an address where C returns a string.",
    },
    {
      goal: 'Have main tell that 7 is zero: make rax the address of the text "zero". Then see what `continue` prints.',
      hints: [
        'The texts of grade lie in memory one after the other: negative, zero, even, odd. `search "zero"` finds them, too.',
        "Each ends with a zero byte: from odd back over even (5 bytes) and zero (5 bytes).",
      ],
      solution: ["rax -= 10n"],
      isReached: ({ emulator }) => textAt(emulator, emulator.cpu.rax) === "zero",
      then: "Whoever controls rax at a return controls what the caller believes.",
    },
  ],
};

/** The text at an address; undefined if nothing is mapped there. */
function textAt({ memory }: Emulator, address: bigint): string | undefined {
  return memory.allows(Number(address), 8, 1) ? memory.cstring(address) : undefined;
}
