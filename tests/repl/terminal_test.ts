/** The prompt in a real terminal. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { guest } from "./guest.ts";
import { replCommand, Screen } from "./screen.ts";

const REPORT_TERMINAL = "echo status $?; stty -a | grep -o -w -e -*icanon -e -*echo -e -*isig";

Deno.test("repl stops at main, shows registers and memory, and gives the terminal back at quit", async () => {
  await using screen = await Screen.open(`${replCommand(await guest(), "loop")}; ${REPORT_TERMINAL}`);
  await screen.ask("break main", /Breakpoint 1 at 0x[0-9a-f]+ <main>/);
  await screen.ask("continue", /Breakpoint 1, 0x[0-9a-f]+ <main>[\s\S]*-- registers/);
  await screen.ask("regs rip", /^rip +(0x[0-9a-f]+) +\1 <main>$/m);
  const [, top] = await screen.ask("x/8gx $rsp", /^0x[0-9a-f]+:\t? +(0x[0-9a-f]{16}) +0x[0-9a-f]{16}$/m);
  await screen.ask("mem.u64(rsp)", new RegExp(`^0x${BigInt(top).toString(16)} <__libc_start`, "m"));
  await screen.ask("break mian", /No symbol is named `mian` in \S+; did you mean `main`\?/);

  await screen.ask("context off", /context off\n\(ceratops\)$/);
  for (let stop = 1; stop <= 3; stop++) {
    await screen.ask("continue", /continue\n(?:sum 10 twice 20)?$|continue$/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await screen.press("C-c");
    await screen.wait(new RegExp(`(?:Program interrupted, at 0x[^]*){${stop}}\\(ceratops\\)$`));
  }
  const [, before] = await screen.ask("cov both", /^ *(\d+) \| 0x[^]*\(ceratops\)$/m);
  assert(Number(before) > 1000);
  await screen.ask('mem.setU32(symbols.find("go").address, 1)', /address, 1\)\n\(ceratops\)$/);
  await screen.ask("continue", /left and right are equal\n\[Inferior 1 \(process \d+\) exited with code 03\]\n/);
  await screen.ask("quit", /status 0\n/);
  await screen.wait(/\nisig\nicanon\necho\n/);
});

Deno.test("repl keeps the prompt live while the guest runs: hooks attach, cov counts, interrupt stops", async () => {
  await using screen = await Screen.open(replCommand(await guest(), "loop"));
  await screen.ask("context off", /context off\n\(ceratops\)$/);
  await screen.ask("continue &", /sum 10 twice 20/);
  await screen.type("");
  await screen.ask('hook("both", (cpu, hook) => {', /\.\.\.$/);
  await screen.type(
    '  if (hook.hits === 100) console.log("a hundred at", cpu.symbol.name, cpu.pc === symbols.find("both").address);',
  );
  await screen.wait(/\.\.\.$/);
  await screen.type("})");
  await screen.wait(/Hook 1 at both: 1 place/);
  await screen.wait(/\na hundred at both true\n/);
  await screen.wait(/\(ceratops\)$/);
  await screen.ask("cov", /[\d,]+ +\d+\.\d% +\d+ {2}both +program\n/);
  await screen.ask("step", /The guest is running; `interrupt` stops it/);
  await screen.ask("interrupt", /Program interrupted, at 0x[0-9a-f]+ <(?:both|main)/);
  await screen.ask("info breakpoints", /^1 +hook +keep +y +0x[0-9a-f]+ <both>\n\s+hook already hit \d+ times/m);
});

Deno.test("repl lets the guest read the terminal; Ctrl-C clears a line, SIGTERM restores, history stays", async () => {
  const state = await Deno.makeTempDir();
  try {
    await using screen = await Screen.open(`${replCommand(await guest(), "read")}; ${REPORT_TERMINAL}`, state);
    await screen.ask("run", /sum 10 twice 20$/);
    await screen.type("for the guest");
    await screen.wait(
      /\nthe guest got: for the guest\n\[Inferior 1 \(process \d+\) exited with code 03\]\n\(ceratops\)$/,
    );
    await screen.press("n");
    await screen.press("o");
    await screen.wait(/\(ceratops\) no$/);
    await screen.press("C-c");
    await screen.wait(/\(ceratops\) no\^C\n\(ceratops\)$/);
    const [, pid] = await screen.ask("print Deno.pid", /print Deno.pid\n(\d+)$/m);
    Deno.kill(Number(pid), "SIGTERM");
    await screen.wait(/status 143\nisig\nicanon\necho\n/);

    await using later = await Screen.open(replCommand(await guest()), state);
    await later.wait(/\(ceratops\)$/);
    await later.press("Up");
    await later.wait(/\(ceratops\) print Deno.pid$/);
    await later.press("Up");
    await later.wait(/\(ceratops\) run$/);
    await later.press("C-c");
    await later.type("reg");
    await later.wait(/reg is not defined; did you mean `regs`/);
    await later.wait(/\(ceratops\)$/);
    await later.press("c");
    await later.press("o");
    await later.press("v");
    await later.press("Space");
    await later.press("t");
    await later.press("w");
    await later.press("i");
    await later.press("Tab");
    await later.wait(/\(ceratops\) cov twice$/);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});

Deno.test("repl ends a loop at Ctrl-C, pages long output, searches the history, and says how things are used", async () => {
  await using screen = await Screen.open(replCommand(await guest(), "loop"));
  await screen.ask("while (true) {}", /while \(true\) \{\}$/);
  // The loop has begun once the prompt has taken the line; its other thread needs a moment.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await screen.press("C-c");
  await screen.wait(/\^CInterrupted\n\(ceratops\)$/);
  await screen.ask("symbols program:*", /--More--[^\n]*$/);
  await screen.press("q");
  await screen.ask("40 + 2", /40 \+ 2\n42\n\(ceratops\)$/);
  await screen.press("C-r");
  await screen.wait(/\(reverse search\)`':$/);
  for (const key of "sym") await screen.press(key);
  await screen.wait(/\(reverse search\)`sym': symbols program:\*$/);
  await screen.press("C-g");
  await screen.wait(/\(ceratops\)$/);
  for (const key of "emu.hook(") await screen.press(key);
  await screen.press("Tab");
  await screen.wait(/\nemu\.hook\(where, handler, options = \{\}\)\n\(ceratops\) emu\.hook\($/);
});

Deno.test("repl keeps the line that is typed below what the guest writes in the background", async () => {
  const program = await compile(String.raw`
#include <stdio.h>
#include <unistd.h>
int main(void) {
  for (int i = 0;; i++) { printf("tick %d\n", i); fflush(stdout); usleep(100000); }
}`);
  await using screen = await Screen.open(replCommand(program));
  await screen.ask("run &", /tick 0\n/);
  for (const key of "1234") await screen.press(key);
  const [, number] = await screen.wait(/tick (\d+)\n\(ceratops\) 1234$/);
  await screen.wait(new RegExp(`tick ${Number(number) + 2}\n[^]*\\(ceratops\\) 1234$`));
  await screen.press("Enter");
  const [text] = await screen.wait(/\(ceratops\) 1234\n1234\n[^]*tick \d+\n\(ceratops\)$/);
  assert(!/tick \d+[^\d\n]/.test(text), text);
});
