/** Plugins against the program itself: single-stepped natively, by ptrace(2) and by gdb, with objdump's names. */

import assert from "node:assert/strict";
import dyncount from "../../plugins/dyncount.ts";
import dyntrace from "../../plugins/dyntrace.ts";
import howvec from "../../plugins/howvec.ts";
import oprofile from "../../plugins/oprofile.ts";
import { traceNatively } from "../programs/native.ts";
import { runTool } from "../programs/tool.ts";
import { FIB, runPlugin } from "./run.ts";

/** Mnemonics by address, as objdump has them. */
async function mnemonics(): Promise<Map<number, string>> {
  const [text] = await runTool("objdump", ["-d", "-M", "intel", "--no-show-raw-insn", FIB]);
  return new Map([...text.matchAll(/^ +([0-9a-f]+):\t(\w+)/gm)].map(([, at, name]) => [parseInt(at, 16), name]));
}

Deno.test("dyncount, howvec and oprofile count what single-stepping natively counts", async () => {
  const native = await traceNatively(FIB);
  const names = await mnemonics();
  const expected: Record<string, number> = {};
  for (const [address, count] of native.counts) {
    const name = names.get(address) ?? "";
    expected[name] = (expected[name] ?? 0) + count;
  }
  using counted = await runPlugin(dyncount);
  const { mnemonics_count, instructions_total } = JSON.parse(counted.report("json"));
  assert.deepEqual(mnemonics_count, Object.fromEntries(Object.entries(expected).sort(([a], [b]) => a < b ? -1 : 1)));
  assert.equal(instructions_total, native.total);

  // mov, movabs, movsx and the like.
  const moves = Object.entries(expected).filter(([name]) => /^c?mov|^cdqe/.test(name)).reduce(
    (sum, [, n]) => sum + n,
    0,
  );
  using classes = await runPlugin(howvec);
  const { call, return: ret, move, address } = JSON.parse(classes.report("json"));
  assert.deepEqual([call, ret, move, address], [expected.call, expected.ret, moves, expected.lea]);

  using profile = await runPlugin(oprofile);
  const samples: { instructions: { address: string; samples: number }[] }[] = JSON.parse(profile.report("json"));
  assert.deepEqual(
    samples.flatMap(({ instructions }) => instructions.map(({ address, samples }) => [Number(address), samples])),
    [...native.counts],
  );
});

const REGISTERS = ["rip", ..."rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 eflags".split(" ")];
const STEPS = 400;

/** Values of the registers before each of the first instructions, by gdb. */
async function steppedByGdb(): Promise<bigint[][]> {
  const print = `printf "R${" %lx".repeat(REGISTERS.length)}\\n", ${REGISTERS.map((name) => `$${name}`).join(", ")}`;
  const script = ["set pagination off", "set disable-randomization on", "starti", "set $i = 0"];
  script.push(`while $i <= ${STEPS}`, print, "stepi", "set $i = $i + 1", "end", "kill");
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, script.join("\n"));
  const [text] = await runTool("gdb", ["-nx", "-q", "-batch", "-x", path, FIB]);
  await Deno.remove(path);
  return [...text.matchAll(/^R (.*)$/gm)].map(([, values]) => values.split(" ").map((value) => BigInt(`0x${value}`)));
}

Deno.test("dyntrace names the registers that change when gdb steps, with their values", async () => {
  const states = await steppedByGdb();
  assert.equal(states.length, STEPS + 1);
  using run = await runPlugin(dyntrace, { registers: "on", format: "jsonl" });
  const lines: { address: string; registers: Record<string, string> }[] = run.report().trim().split("\n").slice(
    0,
    STEPS,
  )
    .map((line) => JSON.parse(line));
  const sp = REGISTERS.indexOf("rsp");
  const theirStack = states[0][sp];
  // The first instruction pushes 8 bytes.
  const ourStack = BigInt(lines[0].registers.rsp) + 8n;
  const place = (value: bigint, stack: bigint) =>
    value > stack - 4096n && value < stack + 4096n ? `stack${value - stack}` : value.toString(16);
  lines.forEach(({ address, registers }, step) => {
    const [before, after] = [states[step], states[step + 1]];
    assert.equal(BigInt(address), before[0]);
    const theirs = REGISTERS.map((name, at) => [name, at] as const).slice(1)
      .filter(([name, at]) => name !== "eflags" && before[at] !== after[at])
      .map(([name, at]) => `${name}=${place(after[at], theirStack)}`);
    const ours = REGISTERS.filter((name) => name in registers && name !== "eflags")
      .map((name) => `${name}=${place(BigInt(registers[name]), ourStack)}`);
    assert.deepEqual(ours, theirs, `after ${address}, instruction ${step}`);
  });
  const known = new Set(REGISTERS);
  assert.deepEqual(lines.flatMap(({ registers }) => Object.keys(registers)).filter((name) => !known.has(name)), []);
});
