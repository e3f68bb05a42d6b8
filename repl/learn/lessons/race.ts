/** Lesson: a race of two threads. */

import { type Lesson, standsAt } from "../lesson.ts";
import type { Session } from "../../session/session.ts";

const GOAL = 200n;

function counter({ emulator }: Session): bigint {
  return emulator.memory.u64(emulator.symbols.find("counter").address);
}

export const race: Lesson = {
  name: "race",
  title: "A race of two threads",
  program: "examples/guests/race",
  text: `
Two threads of one program share its memory. Each of these two adds one to the same counter, a hundred times; so in the end
it should be 200. But add_one reads the counter, and writes it a little later.`,
  steps: [
    {
      goal: "Run the program to its end. How far did it count? Answer with the number.",
      hints: ["`run` shows what it prints.", 'The variable: mem.u64(symbols.find("counter").address)'],
      solution: ["run", 'mem.u64(symbols.find("counter").address)', "answer 100"],
      answer: (session) => session.emulator.ended === undefined ? "not before it has ended" : counter(session),
      then: "Counts were lost.",
    },
    {
      goal: "Start anew, and stop when add_one is entered for the first time.",
      hints: ["`break add_one`, then `run`."],
      solution: ["break add_one", "run"],
      isReached: (session) => standsAt(session, "add_one") && counter(session) === 0n,
      then: "This is one of the threads: cpu.thread is its number.",
    },
    {
      goal: "Continue to the next stop there. Which value has the counter now?",
      hints: ["`continue`. cpu.thread tells that it is the other thread.", "`x/gd &counter` shows the variable."],
      solution: ["continue", "cpu.thread", "x/gd &counter", "answer 0"],
      answer: counter,
      then:
        "The first thread has read 0 and not written yet; now the other reads 0, too. Both will write 1: one count is lost.",
    },
    {
      goal: "Have the program count to 200: let nothing come between reading and writing.",
      hints: [
        "While a closure runs, no thread of the guest does: what it does to the guest is done in one piece.",
        "emu.replace(FUNCTION, CLOSURE) has a closure do a function's work. It returns the result, a bigint.",
        "`delete` the breakpoint and `start` first.",
      ],
      solution: [
        ...["delete", "start"],
        'const at = symbols.find("counter").address',
        'emu.replace("add_one", () => { mem.setU64(at, mem.u64(at) + 1n); return 0n; })',
        "continue",
      ],
      isReached: (session) => session.emulator.ended !== undefined && counter(session) === GOAL,
      then: "In C, an atomic operation or a lock does the same: others wait until reading and writing are over.",
    },
  ],
};
