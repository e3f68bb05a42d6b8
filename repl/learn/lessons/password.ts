/** Lesson: find a hidden password. */

import { type Lesson, standsAt } from "../lesson.ts";

export const password: Lesson = {
  name: "password",
  title: "Find the hidden password",
  program: "examples/guests/vault",
  args: ["guess"],
  text: `
The vault opens for one password. It is not in the file: the program unscrambles it in memory, compares it with its
argument, and forgets it. But while it compares, it must have both.`,
  steps: [
    {
      goal: "Stop where the program's own check begins.",
      hints: ["`symbols` lists the program's functions; one is called check."],
      solution: ["break check", "run"],
      isReached: (session) => standsAt(session, "check"),
      then: "Your guess is at rdi: x/s $rdi.",
    },
    {
      goal: "Which function of the C library compares the two? Answer with its name.",
      hints: ["`disasm check` shows what it calls.", "Its name ends with cmp."],
      solution: ["disasm check", "answer strcmp"],
      answer: () => "strcmp",
      then: "strcmp gets the addresses of two strings, in rdi and rsi.",
    },
    {
      goal: "What is the password?",
      hints: [
        "`until` and `break` go to a place in check, just before the call: `break *ADDRESS` with the call's address.",
        "Or have a closure called at strcmp of libc.so.6 that prints cpu.memory.cstring(cpu.rsi).",
      ],
      solution: ['hook("libc.so.6:strcmp", (cpu) => console.log(mem.cstring(cpu.rsi)))', "continue", "answer topaz42"],
      answer: () => "topaz42",
      then: "Try it: run topaz42. What a program knows, whoever runs it can know.",
    },
  ],
};
