/** Scripts: lines from a pipe. Addresses and instructions are compared with what objdump says of the same file. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { FIB } from "./cli/command.ts";
import { guest } from "./guest.ts";
import { type Ran, scriptOver } from "./script.ts";

/** Runs the prompt over the guest with lines from a pipe. */
async function script(lines: readonly string[], ...args: readonly string[]): Promise<Ran> {
  return await scriptOver(await guest(), lines, args);
}

/** Addresses of a function's instructions, and their mnemonics, as objdump sees them. */
async function objdump(name: string): Promise<{ address: bigint; mnemonic: string }[]> {
  const { stdout } = await new Deno.Command("objdump", {
    args: ["-d", "-M", "intel", "--no-show-raw-insn", `--disassemble=${name}`, await guest()],
  }).output();
  const rows = [...new TextDecoder().decode(stdout).matchAll(/^ +([0-9a-f]+):\t(\S+)/gm)];
  return rows.map(([, address, mnemonic]) => ({ address: BigInt(`0x${address}`), mnemonic }));
}

Deno.test("a script ends at its first error, names its line, has status 1 and no colours", async () => {
  const { status, lines, text } = await script(["1 + 1", "const f = () => {", "  return 2;", "};", "nope()", "3 + 3"]);
  assert.equal(status, 1);
  assert.deepEqual(lines, [
    "2",
    "ReferenceError: nope is not defined",
    "    at prompt-3:1:1",
    "    nope()",
    "    ^",
    "input:5: stopped at this line: nope()",
  ]);
  assert(!text.includes("\x1b"));
});

Deno.test("breakpoints have conditions and counts, stop once or until deleted, and stay when the guest runs again", async () => {
  const { status, lines } = await script([
    ...["break add if $rsi == 3", "tbreak add", "run", "print/d $rsi", "continue", "print/d $rsi", "info breakpoints"],
    ...["run", "print/d $rsi", "disable 1", "continue", "quit 7"],
  ]);
  const [{ address }] = await objdump("add");
  const at = `0x${address.toString(16)}`;
  assert.equal(status, 7);
  const plain = lines.filter((line) => !line.startsWith("=>"));
  assert.deepEqual(plain.slice(0, 6), [
    `Breakpoint 1 at ${at} <add>`,
    `Temporary breakpoint 2 at ${at} <add>`,
    `Temporary breakpoint 2, ${at} <add>`,
    "0",
    `Breakpoint 1, ${at} <add>`,
    "3",
  ]);
  assert.deepEqual(plain.slice(7, 12), [
    `1       breakpoint     keep y   0x${address.toString(16).padStart(16, "0")} <add>`,
    "\tstop only if $rsi == 3",
    "\tbreakpoint already hit 1 time",
    `Breakpoint 1, ${at} <add>`,
    "3",
  ]);
  assert.match(plain[plain.length - 1], /exited with code 03\]$/);
});

Deno.test("stepi follows the code, finish returns to the caller, until reaches a place, disasm is objdump's", async () => {
  const main = await objdump("main");
  const call = main.findIndex(({ mnemonic }) => mnemonic === "call");
  const behind = main[call + 1].address;
  const { lines } = await script([
    ...["break add", "run", "finish", "print $pc", "delete", "nexti", "print $pc"],
    ...["disasm main", "start", `until *0x${behind.toString(16)}`, "print $pc"],
  ]);
  assert(lines.includes("Value returned: rax = 0x0"));
  const values = lines.filter((line) => /^0x[0-9a-f]+ <main\+\d+>$/.test(line)).map((line) =>
    BigInt(line.split(" ")[0])
  );
  assert.deepEqual(values, [behind, main[call + 2].address, behind]);
  const listed = [...lines.join("\n").matchAll(/ +(?:\d+|-) 0x([0-9a-f]+) <main(?:\+\d+)?>: +(\S+)/g)];
  const rows = listed.map(([, address, mnemonic]) => ({ address: BigInt(`0x${address}`), mnemonic }));
  const first = rows.findIndex(({ address }) => address === main[0].address);
  assert.deepEqual(rows.slice(first, first + main.length), main);
});

Deno.test("hook() calls a closure each time; one that throws stops the guest there, with the line", async () => {
  const { status, text } = await script([
    ...['hook("add", (cpu) => console.log("add", Number(cpu.rdi), Number(cpu.rsi)))', "run"],
    ...['hook("twice", () => {', '  throw new Error("enough");', "})", "run", "1"],
  ]);
  assert.equal(status, 1);
  assert.match(text, /add 0 0\nadd 0 1\nadd 1 2\nadd 3 3\nadd 6 4\nadd 10 10\n/);
  assert.match(
    text,
    /A closure threw; the guest is stopped at 0x[0-9a-f]+ <twice>\nError: enough\n {4}at prompt-2:2:9\n/,
  );
  assert.match(text, /input:6: stopped at this line: run$/m);
});

Deno.test("cov shows what ran: objdump's instructions, each as often as the source says", async () => {
  const { lines } = await script(["run", "cov add"]);
  const rows = lines.flatMap((line) => /^ *(\d+) \| 0x([0-9a-f]+):\t (\S+)/.exec(line)?.slice(1) ?? []);
  const expected = (await objdump("add")).flatMap(({ address, mnemonic }) => ["6", address.toString(16), mnemonic]);
  assert.deepEqual(rows, expected);
});

Deno.test("the guest reads what follows its command in the pipe", async () => {
  const { status, text } = await script(["run", "a line for it", "1 + 1"], "read");
  assert.match(text, /the guest got: a line for it\n/);
  assert.equal(status, 0);
});

Deno.test("source runs TypeScript with imports, in the prompt's scope", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/part.ts`, 'export const name: string = "twice";\n');
    const main = 'import { name } from "./part.ts";\nlet calls: number = 0;\nhook(name, () => void calls++);\n';
    await Deno.writeTextFile(`${folder}/main.ts`, main);
    const { lines, status } = await script([`source ${folder}/main.ts`, "run", "calls"]);
    assert.equal(status, 0);
    assert.equal(lines.at(-1), "1");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("every example of help runs", async () => {
  const { COMMANDS } = await import("../../repl/commands/mod.ts");
  const apart = new Set(["source", "unsource", "record", "replay", "quit"]);
  const examples = COMMANDS.filter(({ name }) => !apart.has(name)).map(({ example }) => example.split("\n"));
  const lines = examples.flatMap((each) => ["delete", "undisplay", "start", "delete", ...each.map(numbered)]);
  const { status, text } = await scriptOver(await guest("-g"), [...lines, '"all done"']);
  assert.equal(status, 0, text.split("\n").slice(-8).join("\n"));
  assert.match(text, /^"all done"$/m);
});

/** Examples take the first breakpoint and display to have number 1; where they follow each other it is the latest. */
function numbered(line: string): string {
  if (line === "undisplay 1") return "undisplay";
  return line.replace(/^((?:delete|enable|disable|condition|ignore|commands)\b.*?) 1\b/, "$1 $bpnum");
}

Deno.test("closures typed at the prompt are attached to each run: calls, kinds of code, system calls, the end", async () => {
  const typed = [
    "let calls = 0, cpuids = 0, writes = 0, ends = 0",
    "intercept('twice', { onEnter: () => { calls++ }, onLeave: (result) => result })",
    "hookEvery('cpuid', () => { cpuids++ })",
    "hookSyscall('exit_group', { onEnter: ({ args }) => { writes += 1 } })",
    "on('exit', () => { ends++ })",
    "run",
    "run",
    "`${calls} ${cpuids > 0} ${writes} ${ends}`",
  ];
  const { lines, status } = await script(typed);
  assert.equal(status, 0, lines.join("\n"));
  assert.equal(lines.at(-1), '"2 true 2 2"');
});

Deno.test("info functions and info variables take regular expressions, info address a name", async () => {
  const { lines } = await scriptOver(FIB, ["start", "info functions ^f.b$", "info address fib"]);
  // As nm has it.
  const nm = new TextDecoder().decode((await new Deno.Command("nm", { args: [FIB] }).output()).stdout);
  const [, address] = /^0*([0-9a-f]+) T fib$/m.exec(nm) ?? [];
  assert(lines.some((line) => new RegExp(`^0x${address} +\\d+ +function +fib +fib$`).test(line)), lines.join("\n"));
  assert(lines.some((line) => line.startsWith(`fib is at 0x${address} in `)), lines.join("\n"));
  const { text, status } = await scriptOver(FIB, ["info variables (", "info variables ^nothing$"]);
  assert.equal(status, 1);
  assert.match(text, /Cannot use \( as a regular expression/);
});

Deno.test("start finds main of a program whose symbols are gone, and the entry point of one without a C library", async () => {
  const source = "int main(void) { return 7; }";
  const [plain, stripped] = [await compile(source), await compile(source, ["-s"])];
  const nm = new TextDecoder().decode((await new Deno.Command("nm", { args: [plain] }).output()).stdout);
  const offset = Number(`0x${/^([0-9a-f]+) T main$/m.exec(nm)?.[1]}`);
  const { lines } = await scriptOver(stripped, ["start", "info proc mappings", "continue"]);
  const [, stop] = lines.map((line) => /^Temporary breakpoint 1, 0x([0-9a-f]+)/.exec(line)).find((found) => found) ??
    [];
  const [, base] = lines.map((line) => /^([0-9a-f]+)-[0-9a-f]+ r--p 0+ /.exec(line)).find((found) => found) ?? [];
  assert.equal(Number(`0x${stop}`) - Number(`0x${base}`), offset, lines.join("\n"));
  assert.match(lines.join("\n"), /exited with code 07/);

  const bare = 'void _start(void) { __asm__ volatile("mov $60, %eax; xor %edi, %edi; syscall"); }';
  const own = await scriptOver(await compile(bare, ["-nostdlib", "-static", "-s"]), ["start", "continue"]);
  assert.match(own.text, /^Temporary breakpoint 1, 0x/m);
  assert.match(own.text, /exited normally/);
});
