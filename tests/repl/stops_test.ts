/** What stops the guest beside breakpoints: memory, registers, system calls, signals; and what follows a stop. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { scriptOver } from "./script.ts";

const SOURCE = String.raw`
#include <stdio.h>
#include <signal.h>
#include <unistd.h>
#include <fcntl.h>
int counter;
int same = 7;
char text[16];
static volatile int handled;
static void on_usr1(int s) { handled++; }
__attribute__((noinline)) int bump(int by) { counter += by; same = 7; return counter; }
__attribute__((noinline)) int fact(int n) {
  if (n < 2)
    return 1;
  int r = fact(n - 1);
  counter--;
  return n * r;
}
int main(int argc, char **argv) {
  for (int i = 0; i < 4; i++) bump(i);
  int fd = open("/dev/zero", O_RDONLY);
  text[1] = 'x';
  read(fd, text, 4);
  close(fd);
  signal(SIGUSR1, on_usr1);
  raise(SIGUSR1);
  printf("counter %d handled %d fact %d\n", counter, handled, fact(5));
  fflush(stdout);
  if (argc > 1) *(volatile int *)8 = 1;
  return 3;
}
`;

async function prompt(lines: readonly string[], ...args: readonly string[]) {
  const program = await compile(SOURCE, ["-O1", "-g", "-static", "-no-pie", "-fno-inline"]);
  const { status, lines: all } = await scriptOver(program, lines, args);
  return { status, lines: all.filter((line) => !/^(?:=>|\d+\t)/.test(line)) };
}

/** Lines from the first that is equal to one. */
function from(lines: readonly string[], first: string): readonly string[] {
  const at = lines.indexOf(first);
  assert(at >= 0, `${first} is not in\n${lines.join("\n")}`);
  return lines.slice(at);
}

Deno.test("watch stops behind each store that changes a value, with the old and the new one", async () => {
  const { lines } = await prompt([
    ...["watch counter if $rdi != 2", "rwatch same", "awatch same", "run", "continue", "continue", "continue"],
    ...["info watchpoints", "delete", "continue"],
  ]);
  const values = lines.filter((line) => /^(?:Old|New) value = |^(?:Value|Changed|Written|Read) /.test(line))
    .map((line) => line.replace(/ by 0x\w+ <(\w+)(?:\+\d+)?>: .*/, " by $1"));
  // bump() adds 0, 1, 2 and 3, and stores 7 where 7 is: rwatch does not stop there, awatch does.
  const store = ["Value = 7", "Written by bump"];
  const change = (from: number, to: number) => [`Old value = ${from}`, `New value = ${to}`, "Changed by bump"];
  assert.deepEqual(values, [...store, ...change(0, 1), ...store, ...store]);
  assert.deepEqual(from(lines, "Num     Type           Disp Enb Address            What").slice(1, 7), [
    "1       hw watchpoint  keep y                      counter",
    "\tstop only if $rdi != 2",
    "\twatchpoint already hit 1 time",
    "2       read watchpoint keep y                      same",
    "3       acc watchpoint keep y                      same",
    "\twatchpoint already hit 3 times",
  ]);
});

Deno.test("watch sees what a system call stores, and single bytes by size", async () => {
  const { lines } = await prompt(["watch text,2", "run", "continue", "delete", "continue", "quit 5"]);
  const changes = lines.filter((line) => /value = |^Changed/.test(line)).map((line) =>
    line.replace(/ by 0x.*/, " by it")
  );
  assert.deepEqual(changes, [
    ...["Old value = 0", "New value = 30720 (0x7800)", "Changed by it"],
    ...["Old value = 30720 (0x7800)", "New value = 0", "Changed by the system call read"],
  ]);
});

Deno.test("watch of a register stops behind each instruction that changes it; a recursion is followed", async () => {
  const { lines } = await prompt([
    ...[
      "handle SIGUSR1 nostop",
      "break fact",
      "run",
      "delete",
      "watch $rbx",
      "commands",
      "silent",
      "print/d $rbx",
      "end",
    ],
    ...["continue", "continue", "continue", "continue", "delete", "continue"],
  ]);
  const values = lines.filter((line) => /^-?\d+$/.test(line));
  // rbx holds n of each call: gcc saves it and loads it from edi.
  assert.deepEqual(values, ["5", "4", "3", "2"]);
});

Deno.test("catch syscall stops before the call and behind it; set changes its arguments", async () => {
  const { lines, status } = await prompt([
    ...["catch syscall write", "handle SIGUSR1 nostop noprint", "run", "print/d $rdx", "set $rdx = 8", "continue"],
    ...["continue", "catch syscall group:process", "continue", "info breakpoints", "quit 0"],
  ]);
  assert.equal(status, 0);
  // The guest's own eight characters have no line end.
  const calls = lines.flatMap((line) => /Catchpoint.*/.exec(line)?.[0].replace(/, 0x.*/, "") ?? []);
  assert.deepEqual(calls, [
    "Catchpoint 1 (syscall write)",
    "Catchpoint 1 (call to syscall write)",
    "Catchpoint 1 (returned from syscall write)",
    "Catchpoint 1 (call to syscall write)",
    "Catchpoint 2 (syscall group:process)",
    "Catchpoint 1 (returned from syscall write)",
  ]);
  assert(lines.some((line) => /^write\(fd=1, buf=\w+, count=8\) = 8$/.test(line)));
});

Deno.test("signals stop as handle says; a fault stops at its instruction, and signal 0 drops it", async () => {
  const { lines } = await prompt(
    [
      ...["info signals SIGUSR1", "run", "print/d handled", "signal 0", "x/i $pc", "print/d *(&handled) & 0xff"],
      ...["set $rip = $rip + 11", "signal 0"],
    ],
    "fault",
  );
  assert.deepEqual(
    from(lines, "Signal        Stop\tPrint\tPass to program\tDescription")[1],
    "SIGUSR1       Yes\tYes\tYes\t\tUser defined signal 1",
  );
  assert(lines.includes("Program received signal SIGUSR1, User defined signal 1."));
  assert(lines.some((line) => /^counter \d handled 0 fact 120$/.test(line)), lines.join("\n"));
  assert(from(lines, "Program received signal SIGSEGV, Segmentation fault.")[1] === "At the address 0x8");
  assert.match(lines.at(-1) ?? "", /exited with code 03\]$/);
});

Deno.test("commands of a breakpoint are typed at its stop, without end if they continue; ignore and enable count", async () => {
  const { lines } = await prompt([
    ...[
      "break bump",
      "commands",
      "silent",
      "let seen = (globalThis.seen ?? 0) + 1; globalThis.seen = seen; seen",
      "continue",
    ],
    ...[
      "end",
      "handle SIGUSR1 nostop",
      "run",
      "run",
      "break fact",
      "disable 1",
      "ignore 2 1",
      "enable count 2 2",
      "run",
    ],
    ...["print/d $rdi", "continue", "print/d $rdi", "continue"],
  ]);
  assert.deepEqual(lines.filter((line) => /^\d$/.test(line)), ["1", "2", "3", "4", "5", "6", "7", "8", "4", "3"]);
  assert.equal(lines.filter((line) => /exited with code 03/.test(line)).length, 3);
});

Deno.test("until passes deeper calls of the same function, advance does not; jump goes elsewhere", async () => {
  const { lines } = await prompt([
    ...["handle SIGUSR1 nostop", "break fact", "run", "delete", "advance fact", "print/d $rdi", "next", "next", "next"],
    ...["print/d counter & 0", "until fact", "print/d $rax", "jump main", "continue"],
  ]);
  assert.deepEqual(lines.filter((line) => /^\d+$/.test(line)), ["4", "0", "24"]);
});

Deno.test("misspelt events and numbers are answered", async () => {
  for (
    const [line, message] of [
      ["catch sysall", /did you mean `syscall`\?/],
      ["catch syscall wirte", /There is no system call wirte; did you mean `write`/],
      ["handle SIGUSR nostop", /There is no signal SIGUSR; did you mean `SIGUSR/],
      ["watch", /Watch what\?/],
      ["condition 9 1", /No breakpoint number 9/],
      ["set $rax", /Cannot set \$rax: write PLACE = VALUE/],
    ] as const
  ) {
    const { lines, status } = await prompt([line]);
    assert.equal(status, 1);
    assert.match(lines.join("\n"), message);
  }
});

Deno.test("catch fork, vfork and exec stop where a shell begins processes, and where they run programs", async () => {
  const text = await scriptOver(
    "/bin/sh",
    [
      ...["catch fork", "catch vfork", "catch exec", "run -c '(exit 3); /bin/true; exec /bin/echo done'"],
      ...["continue", "continue", "continue", "continue"],
    ],
    [],
    ["--allow-run"],
  );
  assert.deepEqual(
    text.text.match(/(?:forked process|runs \S+\/\w+)/g),
    ["forked process", "forked process", "runs /bin/true", "runs /bin/echo"],
  );
  assert.match(text.text, /^done$/m);
});
