/** Frames of functions that ended with a jump, against gdb's. */

import { deepStrictEqual, match } from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { ceratopsAt, framesText, gdbAt, gdbFrames } from "./gdb.ts";

const PROGRAM = `
#define NOINLINE __attribute__((noinline, noclone))
volatile int sink;
NOINLINE void stop(int n) { sink = n; __asm__ volatile("" ::: "memory"); sink++; }
NOINLINE void third(int n) { sink = n; stop(n + 1); }
NOINLINE void second(int n) { int twice = n * 2; sink += n; third(twice); }
NOINLINE void first(int n) { sink -= n; second(n + 3); }
NOINLINE void left(int n) { sink = n; third(n); }
NOINLINE void right(int n) { sink = -n; third(n + 9); }
NOINLINE void either(int n) { if (sink & 1) left(n); else right(n); }
NOINLINE void apart(int n) { if (sink & 1) left(n); else third(n); }
NOINLINE void odd(int n);
NOINLINE void even(int n) { sink++; if (n == 0) stop(n); else odd(n - 1); }
NOINLINE void odd(int n) { sink--; if (n == 0) stop(n); else even(n - 1); }
void (*volatile pointer)(int) = third;
NOINLINE void indirect(int n) { sink = n; pointer(n); }
void (*volatile relay)(int) = second;
NOINLINE void relayed(int n) { relay(n + 40); sink++; }
NOINLINE void through(int n) { first(n); sink++; }
int main(int argc, char **argv) {
  first(argc); sink++;
  either(argc); sink++;
  apart(argc); sink++;
  even(4); sink++;
  odd(3); sink++;
  indirect(7); sink++;
  through(argc + 1); sink++;
  relayed(argc + 5); sink++;
  return 0;
}
`;

/** What each of the calls in \`main\` is about, in their order. */
const CALLS = [
  "in a row, with the arguments they were entered with",
  "of which the outer ones are not certain",
  "of which one way is a call that did not jump",
  "that come to themselves",
  "that come to themselves after an odd number",
  "by a pointer, of which nothing is certain",
  "below a function that has a frame",
  "below a call by a pointer, which says nothing of the last one's arguments",
];

for (const version of ["-gdwarf-5", "-gdwarf-4"]) {
  for (const [skip, what] of CALLS.entries()) {
    Deno.test(`backtraces have gdb's frames of tail calls ${what} (${version})`, async () => {
      const program = await compile(PROGRAM, ["-O2", version, "-static", "-no-pie"]);
      const [bt] = await gdbAt(program, "stop", skip, ["bt"]);
      deepStrictEqual(await ceratopsAt(program, "stop", skip, framesText), gdbFrames(bt));
    });
  }
}

Deno.test("a function with inlined calls that ended with a jump has its frames, where gdb lacks the outer one", async () => {
  const source = `
    volatile int sink;
    __attribute__((noinline)) void stop(int n) { sink = n; __asm__ volatile("" ::: "memory"); sink++; }
    static inline __attribute__((always_inline)) void inlined(int n) { sink += 3; stop(n - 1); }
    __attribute__((noinline)) void within(int n) { sink = n; inlined(n + 5); }
    int main(int argc, char **argv) { within(argc); sink++; return 0; }`;
  const program = await compile(source, ["-O2", "-g", "-static", "-no-pie"]);
  const [bt] = await gdbAt(program, "stop", 0, ["bt"]);
  const ours = await ceratopsAt(program, "stop", 0, framesText);
  deepStrictEqual(ours.filter((frame) => !frame.startsWith("within ")), gdbFrames(bt));
  match(ours[2], /^within \(n=1\) at program\.c:5$/);
});
