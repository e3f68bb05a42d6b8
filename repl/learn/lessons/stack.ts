/** Lesson: the stack. */

import { type Lesson, standsAt } from "../lesson.ts";

export const stack: Lesson = {
  name: "stack",
  title: "The stack",
  program: "examples/guests/sums",
  args: ["5"],
  text: `
The stack is memory that grows downward. The register rsp holds the address of its top, which is its lowest word in use.
Here functions keep what must outlive a call: registers that they will need again, and where to return to.
by_recursion calls itself for n - 1, until n is 0.`,
  steps: [
    {
      goal: "Stop at by_recursion when its argument, in rdi, is 3.",
      hints: ["A breakpoint can have a condition: `break PLACE if EXPRESSION`.", "A register is $rdi there."],
      solution: ["break by_recursion if $rdi == 3", "run"],
      isReached: (session) => standsAt(session, "by_recursion") && session.emulator.cpu.rdi === 3n,
      then: "Two calls of the same function are not finished yet: those for 5 and for 4.",
    },
    {
      goal: "Which value is the word on top of the stack? Answer with the number, in hexadecimal if you like.",
      hints: ["`stack` shows the words on top.", "`x/gx $rsp` shows one word of 8 bytes in hexadecimal."],
      solution: ["x/gx $rsp", "answer 0x5555555195"],
      answer: ({ emulator }) => emulator.memory.u64(emulator.cpu.sp),
      then: "It is an address in by_recursion, behind the call: where the function returns to.",
    },
    {
      goal: "How many bytes of stack does one such call take? Compare rsp here and in the next call.",
      hints: [
        "Keep rsp: `const before = rsp`. A condition is changed by its number: `condition 1 $rdi == 2`.",
        "Then `continue`, and `before - rsp` is the answer.",
      ],
      solution: ["const before = rsp", "condition 1 $rdi == 2", "continue", "before - rsp", "answer 16"],
      answer: () => 16n,
      then:
        "Eight bytes for the return address, and eight for rbx, which the function saves. A deep recursion takes a lot.",
    },
  ],
};
