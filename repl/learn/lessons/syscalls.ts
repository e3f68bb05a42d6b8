/** Lesson: system calls under a program. */

import type { Lesson } from "../lesson.ts";

export const syscalls: Lesson = {
  name: "syscalls",
  title: "System calls under a program",
  program: "tests/guests/fib",
  text: `
A program alone can only change registers and its memory. To write to the terminal, to open a file or to end, it asks the
kernel: it puts a number into rax, arguments into rdi, rsi, rdx, and executes the instruction syscall.
The guest of this lesson has no C library: what it asks, it asks itself.`,
  steps: [
    {
      goal: "Be told of each of its system calls: attach a closure that prints the call's name, and run the program.",
      hints: [
        "At the prompt, emu is the guest, and emu.hookSyscall(NAMES, { onEnter }) attaches. /./ stands for all names.",
        "onEnter gets the call: its name, args and registers. console.log prints.",
      ],
      solution: ["emu.hookSyscall(/./, { onEnter: (call) => console.log(call.name, call.args) })", "run"],
      isReached: ({ emulator }) => emulator.ended !== undefined,
      then: "Two calls: write, and exit.",
    },
    {
      goal: "How many bytes did it write? It is the third argument of write, called count.",
      hints: ["It is in what the closure printed.", "Count the characters of the line; its end is one, too."],
      solution: ["answer 13"],
      answer: () => "fib(10) = 55\n".length,
      then: "The kernel does not know of lines or of strings: it gets an address and a number of bytes.",
    },
  ],
};
