/** Scripts, the init file, commands of the user's own, the prompt within a closure, and transcripts. */

import assert from "node:assert/strict";
import { CERATOPS, ceratops, FIB, type Outcome, ROOT, run } from "./cli/command.ts";
import { compile } from "../programs/compile.ts";

/** A folder for files, with the configuration of a user beside them; it is removed at the end of a block. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "ceratops-scripts-" });

  write(name: string, text: string): string {
    const path = `${this.path}/${name}`;
    Deno.mkdirSync(path.replace(/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(path, text);
    return path;
  }

  /** Runs the prompt over fib, and types lines. */
  type(lines: readonly string[], flags: readonly string[] = []): Promise<Outcome> {
    const env = { XDG_CONFIG_HOME: `${this.path}/config` };
    return ceratops(["repl", ...flags, FIB], { stdin: lines.map((line) => `${line}\n`).join(""), cwd: this.path, env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Counts how often fib is called, which the source says: 177 times. */
const COUNTER = `
import { command, hook } from "ceratops";
let calls: number = 0;
hook("fib", () => void calls++);
command("calls", { summary: "Show how often fib was called", run: () => calls });
`;

Deno.test("a script attaches by imported names, in run, at the prompt, and again for each new run", async () => {
  await using folder = new Folder();
  folder.write("counter.ts", COUNTER);
  const asked = await folder.type(["calls", "run", "calls", "run", "calls"], ["--script", "counter.ts"]);
  assert.equal(asked.status, 0, asked.stdout);
  assert.deepEqual(asked.stdout.match(/^\d+$/gm), ["0", "177", "177"]);
  const sourced = await folder.type(["source counter.ts", "source counter.ts", "run", "calls", "source"]);
  assert.deepEqual(sourced.stdout.match(/^\d+$/gm), ["177"]);
  assert.match(sourced.stdout, /^counter\.ts {2}attached 2 {2}\//m);
  folder.write("run.ts", 'import { hook } from "ceratops";\nhook("length", (cpu) => console.log(cpu.symbol?.name));\n');
  const ran = await ceratops(["run", "--script", `${folder.path}/run.ts`, FIB]);
  assert.deepEqual([ran.status, ran.stdout], [0, "length\nfib(10) = 55\n"]);
});

Deno.test("unsource detaches all that a script attached, and nothing else", async () => {
  await using folder = new Folder();
  folder.write(
    "all.ts",
    `export default (emulator) => {
      const say = (what) => () => console.log("script", what);
      emulator.hook("fib", say("hook"));
      emulator.intercept("fib", { onEnter: say("enter"), onLeave: say("leave") });
      emulator.hookSyscall("write", { onEnter: say("syscall") });
      emulator.watch(emulator.cpu.sp - 8n, 8, say("watch"));
      emulator.on("exit", say("exit"));
    };`,
  );
  const mine = 'hook("length", () => console.log("mine"))';
  const loaded = await folder.type(["source all.ts", mine, "run"]);
  for (const what of ["hook", "enter", "leave", "syscall", "watch", "exit"]) {
    assert.match(loaded.stdout, new RegExp(`^script ${what}$`, "m"));
  }
  // In the middle of calls: their returns are not the script's any more.
  const lines = ["source all.ts", mine, "break fib if $rdi == 5", "run", '"here"', "delete 2", "unsource all.ts"];
  const { stdout, status } = await folder.type([...lines, "continue"]);
  assert.equal(status, 0, stdout);
  const after = stdout.slice(stdout.indexOf('"here"'));
  assert.match(after, /^mine$/m);
  assert(!after.includes("script"), after);
});

Deno.test("the init file runs when the prompt starts; its errors are shown, and the prompt comes up", async () => {
  await using folder = new Folder();
  folder.write("config/ceratops/init.ts", "const greet = (name: string) => `hello ${name}`;\n");
  assert.equal((await folder.type(['greet("you")'])).stdout, '"hello you"\n');
  assert.match((await folder.type(['greet("you")'], ["--no-init"])).stdout, /^ReferenceError: greet is not defined/);
  folder.write("config/ceratops/init.ts", "const one = 1;\nnothing.at.all;\n");
  const wrong = await folder.type(["one + 1"]);
  assert.match(wrong.stdout, /^ReferenceError: nothing is not defined\n.*init\.ts:2:1\n {4}nothing\.at\.all;\n/);
  assert.match(wrong.stdout, /^2$/m);
  assert.equal(wrong.status, 0);
});

Deno.test("command() adds to help and completion, and cannot replace a built-in command", async () => {
  await using folder = new Folder();
  const define = (name: string) =>
    `command("${name}", { usage: "${name} [NAME]", summary: "Greets", run: (text) => "hello " + text })`;
  const { stdout } = await folder.type([define("greet"), "greet you", "help greet", "help"]);
  assert.match(stdout, /^"hello you"\ngreet \[NAME\]\nGreets\.\n/m);
  assert.match(stdout, /^greet +Greets$/m);
  for (const name of ["run", "r"]) {
    const taken = await folder.type([define(name)]);
    assert.equal(taken.status, 1);
    assert.match(taken.stdout, new RegExp(`^Cannot add command \`${name}\`: Ceratops has one of that name$`, "m"));
  }
  assert.match((await folder.type([define("Greet 2")])).stdout, /^Cannot add command `Greet 2`: a name is of letters/m);
});

const HOLDS = `
import { hook, repl } from "ceratops";
hook("length", async (cpu) => {
  const secret = 41;
  console.log("before");
  await repl({ secret });
  console.log("after", cpu.rdi - 0x402000n);
});
`;

Deno.test("repl() in a closure holds the guest there, and quit has the closure go on", async () => {
  await using folder = new Folder();
  folder.write("holds.ts", HOLDS);
  const lines = ["run", "secret + 1", "step", "quit"];
  const refused = await folder.type(lines, ["--script", "holds.ts"]);
  assert.match(refused.stdout, /before\nA closure holds the guest at 0x40103b <length> at fib\.c:10; `quit` lets both/);
  assert.match(refused.stdout, /^42\nA closure holds the guest here; `quit` lets both go on\ninput:3: stopped/m);
  assert.equal(refused.status, 1);
  const typed = ["secret + 1", "rdi += 4n", 'hook("_start+1", () => {})', "quit"];
  const changed = await folder.type(["run", ...typed, '"outside"'], ["--script", "holds.ts"]);
  assert.equal(changed.status, 0, changed.stdout);
  // The guest writes as many bytes as the text has from its fourth on.
  assert.match(changed.stdout, /^42\n[^]*after 4n\n[^]*\[Inferior 1[^]*"outside"\n$/m);
  assert.match(changed.stdout, /^fib\(10\) =\[Inferior/m);
  const ran = await ceratops(["run", "--script", `${folder.path}/holds.ts`, FIB], { stdin: "secret\nrdi += 4n\n" });
  assert.deepEqual([ran.status, ran.stdout.match(/^(?:before|41|after 4n)$/gm)], [0, ["before", "41", "after 4n"]]);
});

Deno.test("repl() of ceratops/repl opens the prompt in a program, where the guest can be run on", async () => {
  await using folder = new Folder();
  const path = folder.write(
    "program.ts",
    `import { Emulator } from "ceratops";
    import { repl } from "ceratops/repl";
    using emulator = Emulator.open({ program: ${JSON.stringify(FIB)} });
    emulator.hook("length", () => emulator.stop());
    await emulator.run();
    await repl(emulator, { answer: 41 });
    console.log("back", emulator.ended);`,
  );
  const words = [Deno.execPath(), "run", "-A", "--quiet", "--config", `${ROOT}/deno.json`, path];
  const outcome = await run(words, { stdin: "answer + 1\nstepi\nfinish\nrax\ncontinue\nquit\n" });
  assert.equal(outcome.status, 0, outcome.stderr);
  assert.match(outcome.stdout, /^The guest is at 0x40103b <length> at fib\.c:10; `quit` goes back to the program$/m);
  assert.match(outcome.stdout, /^42$[^]*^=> +0x40103e <length\+3>[^]*^0xd \(13n\)$[^]*exited normally\]\nback \{/m);
  const refused = await run(words, { stdin: "run\n" });
  assert.match(refused.stdout, /^Cannot start the guest anew: it belongs to the program that opened this prompt$/m);
});

Deno.test("record keeps what is typed and printed, as Markdown too, and replay says where it differs", async () => {
  await using folder = new Folder();
  const lines = ["break length", "run", "regs rdi", "const two = () => {", "  return 2;", "};", "two()", "continue"];
  const recorded = await folder.type(lines, ["--deterministic", "--record", "one.md"]);
  assert.equal(recorded.status, 0, recorded.stdout);
  const markdown = Deno.readTextFileSync(`${folder.path}/one.md`);
  assert.match(markdown, /^# Session with fib\n\n```console\n\(ceratops\) break length\nBreakpoint 1 at 0x40103b/);
  assert.match(
    markdown,
    /^\(ceratops\) const two = \(\) => \{\n\.\.\. {3}return 2;\n\.\.\. \};\n\(ceratops\) two\(\)\n2\n/m,
  );
  assert(markdown.endsWith("\n```\n"));
  const same = await folder.type(["replay one.md"], ["--deterministic"]);
  assert.match(same.stdout, /\n6 inputs replayed; all printed the same\n$/);
  folder.write("two.md", markdown.replace("0x402000", "0x403000"));
  const line = markdown.split("\n").indexOf("(ceratops) regs rdi") + 1;
  const other = await folder.type(["replay two.md"], ["--deterministic"]);
  assert.match(
    other.stdout,
    new RegExp(`\\n6 inputs replayed; 1 printed something else: line ${line} of /.*two\\.md\\n$`),
  );
  const text = await folder.type(["record a.txt", "1 + 1", "record b.txt"]);
  assert.match(text.stdout, /^Cannot record to .*b\.txt: .*a\.txt is being recorded; `record stop`$/m);
  assert.match(Deno.readTextFileSync(`${folder.path}/a.txt`), /^\(ceratops\) 1 \+ 1\n2\n/);
});

const LOOP = String.raw`
#include <stdio.h>
volatile unsigned long turns;
volatile int go;
__attribute__((noinline)) void turn(void) { turns++; }
int main(void) {
  while (!go) turn();
  puts("end");
  return 3;
}
`;

Deno.test("run --watch loads a changed script again: old hooks go first, an error keeps the guest", async () => {
  await using folder = new Folder();
  const say = (what: string) =>
    `import { hook } from "ceratops";\nhook("turn", (_cpu, hook) => {\n  if (hook.hits % 50000 === 1) console.log("${what}");\n});\n`;
  const path = folder.write("script.ts", say("one"));
  const child = new Deno.Command(CERATOPS[0], {
    args: [...CERATOPS.slice(1), "run", "--script", path, "--watch", await compile(LOOP, ["-O1"])],
    ...{ stdin: "null", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } },
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  let seen = "";
  const decoder = new TextDecoder();
  const gather = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) seen += decoder.decode(chunk);
  };
  const gathering = Promise.all([gather(child.stdout), gather(child.stderr)]);
  const until = async (pattern: RegExp) => {
    while (!pattern.test(seen)) await new Promise((resolve) => setTimeout(resolve, 20));
    const before = seen;
    seen = "";
    return before;
  };
  await until(/one/);
  folder.write("script.ts", say("two"));
  await until(/script\.ts was loaded again\n[^]*two/);
  assert(!(await until(/two/)).includes("one"));
  folder.write(
    "script.ts",
    'import { hook } from "ceratops";\nhook("turn", () => {\n  throw new Error("boom");\n});\n',
  );
  await until(/a closure failed at 0x[0-9a-f]+ \(turn\): Error: boom\n {4}at .*script\.ts:3:9\n {4}3 \| {3}throw new/);
  folder.write("script.ts", "export default () => {\n  const = 3;\n};\n");
  await until(/Cannot run script .*script\.ts: .*SyntaxError[^]*script\.ts:2:/);
  const go = 'emulator.memory.setU32(emulator.symbols.find("go").address, 1)';
  folder.write("script.ts", `export default (emulator) => ${go};\n`);
  const { code } = await child.status;
  await gathering;
  assert.match(seen, /^end$/m);
  assert.equal(code, 3);
});

Deno.test("init-script writes a script that runs, and tells the editor what ceratops is", async () => {
  await using folder = new Folder();
  const made = await ceratops(["init-script", "mine.ts"], { cwd: folder.path });
  assert.equal(made.status, 0, made.stderr);
  const ran = await ceratops(["run", "--script", "mine.ts", "/bin/true"], { cwd: folder.path });
  assert.match(ran.stdout, /^opens .*libc\.so\.6/m);
  // As an editor resolves it: with the folder's own configuration alone.
  const resolved = await run([Deno.execPath(), "info", "--json", "mine.ts"], { cwd: folder.path });
  const { modules } = JSON.parse(resolved.stdout);
  const { dependencies } = modules.find(({ local }: { local?: string }) => local?.endsWith("/mine.ts"));
  assert.equal(dependencies[0].specifier, "ceratops");
  assert.equal(dependencies[0].code.specifier, `file://${ROOT}/mod.ts`);
  const again = await ceratops(["init-script", "mine.ts"], { cwd: folder.path });
  assert.match(again.stderr, /^ceratops: Cannot write .*mine\.ts: there is such a file already/);
  assert.equal(again.status, 1);
});
