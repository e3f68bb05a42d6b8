/** Lesson: where malloc gets memory. */

import { type Lesson, standsAt, standsIn } from "../lesson.ts";

export const malloc: Lesson = {
  name: "malloc",
  title: "Where does malloc go?",
  program: "examples/guests/notes",
  args: ["milk", "bread"],
  text: `
malloc(3) is no system call. It is a function of the C library that keeps a stock of memory, and asks the kernel for more
when that is used up. The guest of this lesson keeps a note for each of its arguments: one block for the note, one for
its text.`,
  steps: [
    {
      goal: "Stop where the program begins to add its first note.",
      hints: ["The function is called add."],
      solution: ["break add", "run"],
      isReached: (session) => standsAt(session, "add"),
      then: "Nothing was asked for yet by the program itself.",
    },
    {
      goal: "Go on to the first instruction of the C library's malloc.",
      hints: ["`break malloc`, then `continue`; or `until malloc`.", "libc.so.6:malloc names the library, too."],
      solution: ["break libc.so.6:malloc", "continue"],
      isReached: (session) => standsAt(session, "malloc") || standsAt(session, "__libc_malloc"),
      then: "Its argument, the size, is in rdi.",
    },
    {
      goal: "How many bytes does the program ask for?",
      hints: [
        "`regs rdi` or rdi shows it.",
        "The structure has a pointer, a short and a pointer, each at its alignment.",
      ],
      solution: ["rdi", "answer 24"],
      answer: ({ emulator }) => emulator.cpu.rdi,
      then: "8 for next, 2 for the length, 6 that are never used, 8 for text.",
    },
    {
      goal: "Have malloc return.",
      hints: ["`finish`; breakpoints on the way stop it: `delete` takes them away."],
      solution: ["delete", "finish"],
      isReached: (session) => standsIn(session, "add"),
      then: "The block's address is in rax.",
    },
    {
      goal: "In which mapping does the block lie? Answer with its name as `maps` shows it.",
      hints: ["`maps` lists what is mapped, with addresses from and to.", "It is in brackets."],
      solution: ["rax", "maps", "answer [heap]"],
      answer: ({ emulator }) => {
        const at = Number(emulator.cpu.rax);
        return emulator.memory.regions.within(at, at + 1)[0]?.name ?? "";
      },
      then: "The kernel made it with brk(2) when the library asked; `catch syscall brk` would show when.",
    },
  ],
};
