import { deepStrictEqual, match } from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { scriptOver } from "./script.ts";
import { C_PROGRAM } from "../debug/programs.ts";
import { withoutAddresses } from "../debug/gdb.ts";

/** What the prompt says to lines from a pipe. */
async function prompt(program: string, commands: readonly string[]): Promise<string> {
  return (await scriptOver(program, commands, [])).text;
}

/** Runs gdb over a program with commands. */
async function gdb(program: string, commands: readonly string[]): Promise<string> {
  const script = ["set width 0", "set height 0", "set confirm off", ...commands].flatMap((each) => ["-ex", each]);
  const { stdout } = await new Deno.Command("gdb", {
    args: ["-nx", "-batch", ...script, program],
    env: { LC_ALL: "C" },
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

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
