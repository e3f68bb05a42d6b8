/**
 * Open the prompt in the middle of a closure, where a condition holds; `quit` has the program go on.
 *
 *     $ ./ceratops run --script examples/ask_in_the_middle.ts examples/guests/sums 4
 *     A closure holds the guest at 0x555555517e <by_recursion> at sums.c:14; `quit` lets both go on
 *     =>     0x555555517e <by_recursion>: push   rbx
 *     (ceratops) depth
 *     3
 *     (ceratops) backtrace 2
 *     #0  by_recursion (n=n@entry=2) at sums.c:14
 *     #1  0x5555555195 in by_recursion (n=3) at sums.c:14
 *     (ceratops) quit
 *     4 is even
 *     three times the sum is 30
 */

import { hook, repl } from "ceratops";

hook("by_recursion", async (cpu, { hits: depth }) => {
  if (cpu.rdi === 2n) await repl({ depth });
});
