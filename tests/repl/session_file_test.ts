/** Session files: what is saved makes the same again. */

import assert from "node:assert/strict";
import { guest } from "./guest.ts";
import { scriptOver } from "./script.ts";

const SETUP = [
  ...["break add if $rsi == 3", "ignore $bpnum 1", "commands", "silent", "print/d $rdi", "end", "tbreak twice"],
  ...[
    "watch left",
    "disable $bpnum",
    "enable count 2 1",
    "catch syscall write",
    'hook("both", (cpu) => {',
    "  cpu.skip();",
  ],
  ...[
    "})",
    "display/i $pc",
    "display/x $rsp",
    "handle SIGUSR1 nostop",
    "context show regs stack",
    "set args one 'two three'",
  ],
];

Deno.test("session save writes lines that session load makes the same of", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = await guest();
    const first = await scriptOver(program, [...SETUP, `session save ${folder}/a`, "info breakpoints"]);
    assert.equal(first.status, 0, first.text);
    const second = await scriptOver(program, [
      ...[
        "break main",
        "display 1",
        `session load ${folder}/a`,
        `session save ${folder}/b`,
        "info breakpoints",
        "show args",
      ],
    ]);
    assert.equal(second.status, 0, second.text);
    const text = await Deno.readTextFile(`${folder}/a`);
    assert.equal(await Deno.readTextFile(`${folder}/b`), text);
    const table = (text: string) => text.slice(text.indexOf("Num ")).split("\nargs:")[0].trimEnd();
    assert.equal(table(second.text), table(first.text));
    assert.match(second.text, /^args: "one" "two three"$/m);
    assert(text.includes("condition $bpnum $rsi == 3\nignore $bpnum 1\ncommands $bpnum\nsilent\n"), text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("repl --session starts from the file and saves to it at the end; another file is left alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = await guest();
    const file = `${folder}/deep/kept`;
    await scriptOver(program, ["break add", "quit"], [], ["--session", file]);
    const again = await scriptOver(program, ["run", "print/d $rsi", "delete", "quit"], [], ["--session", file]);
    assert.match(again.text, /Breakpoint 1, 0x[0-9a-f]+ <add>/);
    assert(!(await Deno.readTextFile(file)).includes("break"));
    const other = `${folder}/notes`;
    await Deno.writeTextFile(other, "my notes\n");
    const refused = await scriptOver(program, ["break add"], [], ["--session", other]);
    assert.match(refused.text, /it is none; `source \S+notes` runs a file of commands/);
    assert.equal(refused.status, 1);
    assert.equal(await Deno.readTextFile(other), "my notes\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
