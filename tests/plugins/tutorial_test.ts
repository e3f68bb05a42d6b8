import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import coverage from "../../plugins/coverage.ts";
import coverageTiny from "../../plugins/coverage_tiny.ts";
import dyncount from "../../plugins/dyncount.ts";
import dyntrace from "../../plugins/dyntrace.ts";
import ftrace from "../../plugins/ftrace.ts";
import icount from "../../plugins/icount.ts";
import oprofile from "../../plugins/oprofile.ts";
import profile from "../../plugins/profile.ts";
import trace from "../../plugins/trace.ts";
import { FIB, runPlugin, tutorial } from "./run.ts";

/** Sections `// symbol NAME` by their text, so that their order does not matter. */
function sections(text: string): string[] {
  return text.split(/(?=\/\/ symbol )/).sort();
}

Deno.test("coverage-tiny prints what the tutorial's prints, symbols in address order", async () => {
  const plain = stripVTControlCharacters(tutorial("coverage"));
  using run = await runPlugin(coverageTiny);
  assert.deepEqual(sections(run.report()), sections(plain));
  assert.deepEqual(run.report().match(/(?<=symbol ).*/g), ["fib", "length", "_start"]);
});

Deno.test("coverage prints the tutorial's colours, and resets them at the end of a line", async () => {
  using run = await runPlugin(coverage, { color: "always" });
  assert.deepEqual(sections(run.report()), sections(tutorial("coverage").replaceAll("\x1b[0;37m\n", "\x1b[0m\n")));
});

Deno.test("coverage lists functions that did not run when all is on", async () => {
  using run = await runPlugin(coverage, { all: "on" });
  assert.deepEqual(run.report().match(/(?<=symbol ).*/g), ["fib", "unreached", "length", "_start"]);
  assert.match(run.report(), /\/\/ symbol unreached\n +0 \| 0x40102e:\t lea\t/);
});

Deno.test("icount prints the tutorial's count", async () => {
  using run = await runPlugin(icount);
  const count = (text: string) => text.replace(/^.*: /, "");
  assert.equal(count(run.report()), count(tutorial("icount")));
});

Deno.test("dyncount counts what the tutorial's counts, but decodes 64-bit code as such", async () => {
  using run = await runPlugin(dyncount);
  const counts = JSON.parse(run.report("json"));
  const theirs = new Map([...tutorial("dyncount").matchAll(/^ {2}(\w+): (\d+)$/gm)].map(([, name, n]) => [name, +n]));
  for (const name of ["cmp", "lea", "pop", "push", "je", "jg", "jmp", "jne", "syscall"]) {
    assert.equal(counts.mnemonics_count[name], theirs.get(name), name);
  }
  for (const name of ["branch_relative", "call", "jump", "ret", "int"]) {
    assert.equal(counts.groups_count[name], theirs.get(name), name);
  }
  assert.equal(counts.mnemonics_count.dec, undefined);
  assert.equal(counts.instructions_total, 2627);
  const sum = Object.values<number>(counts.mnemonics_count).reduce((total, count) => total + count);
  assert.equal(sum, 2627);
  assert.match(run.report(), /^\nmnemonics_count:\n {2}add: 190\n/);
});

Deno.test("profile has the tutorial's bytes and instructions", async () => {
  using run = await runPlugin(profile, { sort: "name" });
  const rows = (text: string) =>
    [...text.matchAll(/^(\w+) +\| \S+ +\| +(\d+) \| +(\d+)$/gm)].map(([, ...cells]) => cells);
  assert.deepEqual(rows(run.report()), rows(tutorial("profile")));
  assert.equal(rows(run.report()).length, 3);
});

Deno.test("oprofile has the tutorial's symbols, and real addresses below them", async () => {
  using run = await runPlugin(oprofile, {}, FIB);
  const symbols = (text: string) =>
    [...text.matchAll(/^([0-9a-f]{16}) (\d+) +([\d.]+) .* (\w+)$/gm)].map(([, ...cells]) => cells.join(" ")).sort();
  assert.deepEqual(symbols(run.report()), symbols(tutorial("oprofile")));
  const addresses = [...run.report().matchAll(/^ {2}([0-9a-f]{16})/gm)].map(([, address]) => parseInt(address, 16));
  const code = stripVTControlCharacters(tutorial("coverage"));
  const real = [...code.matchAll(/ [1-9]\d* \| 0x(\w+)/g)].map(([, at]) => parseInt(at, 16));
  assert.deepEqual(addresses, real.sort((a, b) => a - b));
});

Deno.test("trace prints the tutorial's lines", async () => {
  using run = await runPlugin(trace);
  const lines = (text: string) => text.replaceAll(/^.*?CPU/gm, "CPU").replaceAll(/'.*:/g, "'");
  assert.equal(lines(run.report()), lines(tutorial("trace")));
});

Deno.test("dyntrace prints each instruction of the tutorial's blocks", async () => {
  using run = await runPlugin(dyntrace);
  const text = run.report();
  const addresses = [...text.matchAll(/^0x(\w+):/gm)].map(([, address]) => parseInt(address, 16));
  const code = [...stripVTControlCharacters(tutorial("coverage")).matchAll(/ \| 0x(\w+)/g)].map(([, at]) =>
    parseInt(at, 16)
  );
  const blocks = [...tutorial("trace").matchAll(/0x(\w+) \[(\d+)\]/g)].map(([, at, size]) => [parseInt(at, 16), +size]);
  const expected = blocks.flatMap(([start, size]) =>
    code.filter((at) => at >= start && at < start + size).sort((a, b) => a - b)
  );
  assert.deepEqual(addresses, expected);
  assert.match(text, /^0x401056:\t push\t rbx\t \/\/ 53$/m);
});

Deno.test("dyntrace names the registers that an instruction changed", async () => {
  using run = await runPlugin(dyntrace, { registers: "on" });
  const lines = run.report().split("\n");
  assert.equal(lines[1], "0x401057:\t mov\t edi, 0xa\t // bf 0a 00 00 00\t // rdi=0xa");
  assert.match(lines[3], /^0x401000:\t push\t rbp\t \/\/ 55\t \/\/ rsp=0x[0-9a-f]+$/);
  assert.equal(lines.length, 2628);
});

Deno.test("ftrace numbers calls as the tutorial's, and has what they return", async () => {
  using run = await runPlugin(ftrace, { format: "json" });
  const calls = JSON.parse(run.report());
  const theirs = [
    ...tutorial("ftrace.head").matchAll(/^- call_entry: .*? id: (\d+), depth: (\d+), sym_name: "(\w+)"/gm),
  ]
    .map(([, id, depth, name]) => [+id, +depth, name]);
  const ours = calls.map(({ id, depth, symbol }: Record<string, unknown>) => [id, depth, symbol]);
  assert.ok(theirs.length >= 5);
  assert.deepEqual(ours.slice(0, theirs.length), theirs);
  // fib(10) takes 177 calls (coverage.txt) and is 55; length returns that of "fib(10) = 55\n".
  assert.equal(calls.length, 178);
  assert.equal(calls[0].result, "0x37");
  assert.deepEqual([calls[177].symbol, calls[177].depth, calls[177].result], ["length", 0, "0xd"]);
});

Deno.test("ftrace writes a tree that is as deep as asked", async () => {
  using run = await runPlugin(ftrace, { depth: "0" });
  assert.equal(run.report(), "fib  from _start+0x6  #0\n= 0x37  #0\nlength  from _start+0x1f  #177\n= 0xd  #177\n");
});
