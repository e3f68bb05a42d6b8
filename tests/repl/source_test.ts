import { deepStrictEqual, match } from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { gdb, prompt } from "./gdb.ts";
import { C_PROGRAM } from "../debug/programs.ts";
import { withoutAddresses } from "../debug/gdb.ts";

/** What both say in the same words: values, variables, types and frames. */
function said(text: string): string[] {
  return text.split("\n")
    .filter((line) => /^(?:\$\d+ = |Value returned is |[a-z_]\w* = |#\d+ |type = )/i.test(line))
    .map((line) =>
      withoutAddresses(line.replace(/0x[0-9a-f]+ in (?=\w+ \()/, "")).replace(/ at \S*\/([^/ ]+)$/, " at $1")
    )
    .filter((line) => !/^#\d+ +(?:_start|__libc|0x)/.test(line));
}

/** The number of the line that holds a text. */
function lineOf(text: string): number {
  return C_PROGRAM.split("\n").findIndex((line) => line.includes(text)) + 1;
}

Deno.test("breakpoints on lines and functions, frames, variables and results are gdb's", async () => {
  const program = await compile(C_PROGRAM, ["-g", "-O0", "-static", "-no-pie"]);
  const loop = lineOf("int value = p->value");
  const commands = [
    ...["break add", "run", "info args", "backtrace", "finish", "up", "info args", "print argc", "down", "print total"],
    ...["delete", `tbreak program.c:${loop}`, `break ${loop + 1} if value == 2`, "continue", "print p->value", "next"],
    ...["print value", "print total", "whatis p", "print $", "print $1 + 1", "frame 1", "info locals", "frame 0"],
    ...["print *p", "until", "until", "print total", `advance ${lineOf("return total + ")}`],
    ...["print total", "print count = 40", "finish", "ptype struct outer"],
  ];
  deepStrictEqual(said(await prompt(program, commands)), said(await gdb(program, commands)));
});

Deno.test("a breakpoint on a function stops where it was inlined, as often and in the calls that gdb says", async () => {
  const source = `
volatile int sink;
static inline __attribute__((always_inline)) int square(int x) { int y = x * x; sink = y; return y; }
static inline __attribute__((always_inline)) int both(int a, int b) { return square(a) + square(b); }
__attribute__((noinline)) int first(int n) { return both(n, n + 1); }
__attribute__((noinline)) int second(int n) { int s = 0; for (int i = 0; i < n; i++) s += square(i); return s; }
int (*volatile pointer)(int) = square;
int main(int argc, char **argv) { return first(argc) + second(argc + 1) + pointer(4); }`;
  for (const level of ["-O0", "-O2"]) {
    const program = await compile(source, [level, "-g", "-static", "-no-pie"]);
    const commands = ["break square", "run", ...Array(5).fill(["backtrace", "continue"]).flat()];
    // Where optimised code of a call begins is not the same place for both: only the calls are.
    const names = (text: string) =>
      said(text).filter((line) => line.startsWith("#")).map((line) => line.replace(/^(#\d+ +\w+) .*/, "$1"));
    const ours = names(await prompt(program, commands));
    deepStrictEqual(ours, names(await gdb(program, commands)));
    deepStrictEqual(ours.filter((line) => line.startsWith("#0")).length, 5);
  }
});

Deno.test("list and disasm /s show the lines of the source", async () => {
  const program = await compile(C_PROGRAM, ["-g", "-O0", "-static", "-no-pie"]);
  const text = await prompt(program, ["break add", "run", "disasm/s $pc 3", `list ${lineOf("int main")}`]);
  const source = "static int add(int a, int b) { int sum = a + b; return sum; }";
  match(
    text,
    new RegExp(`\\nprogram\\.c:\\n${lineOf("static int add")}\\t${source.replace(/[(){}+]/g, "\\$&")}\\n=> b1 `),
  );
  match(text, new RegExp(`=>${lineOf("int main")}\\tint main\\(int argc, char \\*\\*argv\\) \\{\\n`));
});

Deno.test("what is no variable stays TypeScript; a mistake is one line, and the prompt goes on", async () => {
  const program = await compile(C_PROGRAM, ["-g", "-O0", "-static", "-no-pie"]);
  const text = await prompt(program, ["break add", "run", "print cpu.args.length", "print a"]);
  match(text, /\n10\n\$1 = 0\n$/);
  for (
    const [command, message] of [
      ["frame 99", /^No frame at level 99: the outermost one is \d+$/],
      ["print nosuch->x", /^No symbol "nosuch" in current context\.$/],
      ["print *(int *)16", /^Cannot access memory at address 0x10$/],
    ] as const
  ) {
    const lines = (await prompt(program, ["break stop", "run", "up", command])).trimEnd().split("\n");
    match(lines.findLast((line) => message.test(line)) ?? lines.join("\n"), message);
  }
});

Deno.test("watch on a variable ends with its frame; disas shows the whole function", async () => {
  const program = await compile(C_PROGRAM, ["-g", "-O0", "-static", "-no-pie"]);
  const watched = await prompt(program, ["break add", "run", "watch sum", "continue", "continue", "info breakpoints"]);
  match(watched, /Stopped: Watchpoint 2 deleted because the program has left the block .*program\.c:\d+\n/);
  const text = await prompt(program, ["break add", "run", "disas"]);
  const shown = [...text.matchAll(/ 0x([0-9a-f]+) <add(?:\+\d+)?>: /g)].map(([, address]) => address);
  const objdump = await new Deno.Command("objdump", { args: ["-d", "--disassemble=add", program] }).output();
  const whole = [...new TextDecoder().decode(objdump.stdout).matchAll(/^ +([0-9a-f]+):\t/gm)].map(([, at]) => at);
  deepStrictEqual([...new Set(shown)].sort(), whole);
});

Deno.test("backtrace goes through signal handlers and the C library as gdb's", async () => {
  const program = await compile(
    `#include <signal.h>
static volatile int sink;
__attribute__((noinline)) void stop(int n) { sink += n; }
void handler(int number) { stop(number); sink++; }
int main(void) { signal(SIGUSR1, handler); int result = raise(SIGUSR1); return result + sink; }`,
    ["-g", "-O2"],
  );
  const commands = ["handle SIGUSR1 nostop noprint pass", "break stop", "run", "backtrace"];
  const names = (text: string) =>
    text.split("\n").flatMap((line) => /^#\d+ +(?:0x\w+ in )?(<signal handler called>|\w+)/.exec(line)?.[1] ?? [])
      .filter((name) => /^(?:stop|handler|<signal|main)/.test(name));
  const ours = names(await prompt(program, commands));
  deepStrictEqual(ours, ["stop", "handler", "<signal handler called>", "main"]);
  deepStrictEqual(ours, names(await gdb(program, commands)));
});
