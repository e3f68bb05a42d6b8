import assert from "node:assert/strict";
import { Emulator, eventLine, LineCopier, readEventFile } from "../../mod.ts";
import dyntrace from "../../plugins/dyntrace.ts";
import memtrace from "../../plugins/memtrace.ts";
import trace from "../../plugins/trace.ts";
import { compile } from "../programs/compile.ts";
import { FIB, reportBytes, reportText, runPlugin } from "./run.ts";

/** Every access of this is in its comments: at `data`, which the linker puts at 0x600000. */
const GUEST = `
  .globl _start
_start:
  mov $0x600000, %ebx
  mov (%rbx), %rax        # r 0 8
  movb $1, 9(%rbx)        # w 9 1
  addl $1, 16(%rbx)       # rw 10 4
  mov $2, %ecx
  lea 32(%rbx), %rsi
  lea 64(%rbx), %rdi
  rep movsw               # r 20 2, w 40 2, r 22 2, w 42 2
  xor %ecx, %ecx
  rep stosq
  mov $60, %eax
  xor %edi, %edi
  syscall
  .data
data: .fill 256, 1, 0
`;

async function program(): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".s" });
  await Deno.writeTextFile(file, GUEST);
  try {
    return await compile(new URL(`file://${file}`), ["-nostdlib", "-static", "-no-pie", "-Wl,-Tdata=0x600000"]);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("memtrace has each access in its order", async () => {
  const path = await program();
  const of = async (kind: string) => {
    using run = await runPlugin(memtrace, { kind }, path);
    return run.report().trim().split("\n").map((line) => line.replace(/^0x[0-9a-f]+ /, ""));
  };
  const accesses = ["r  0x600000 8", "w  0x600009 1", "rw 0x600010 4", "r  0x600020 2", "w  0x600040 2"];
  accesses.push("r  0x600022 2", "w  0x600042 2");
  assert.deepEqual(await of("all"), accesses);
  assert.deepEqual(await of("writes"), accesses.filter((line) => line.includes("w")));
  assert.deepEqual(await of("reads"), accesses.filter((line) => line.includes("r")));
});

/** What a plugin's binary file is as text. */
async function throughBinary(plugin: typeof trace | typeof dyntrace | typeof memtrace, params = {}): Promise<string> {
  using run = await runPlugin(plugin as typeof trace, { format: "binary", ...params }, FIB);
  return [...readEventFile(reportBytes(run.handle))].map(eventLine).join("");
}

for (const [plugin, params] of [[memtrace, {}], [trace, {}], [dyntrace, {}], [trace, { within: "fib" }]] as const) {
  const how = Object.entries(params).map(([name, value]) => ` ${name}=${value}`);
  Deno.test(`${plugin.name}${how} in binary is exactly its text`, async () => {
    using run = await runPlugin(plugin as typeof trace, params, FIB);
    const text = run.report();
    const stack = (line: string) => line.replaceAll(/0xffff[0-9a-f]+/g, "stack"); // differs from run to run
    assert.equal(stack(await throughBinary(plugin, params)), stack(text));
    assert.ok(text.split("\n").length > 500);
  });
}

/** How the fields of a record are written in a line of text. */
const AS_TEXT: Readonly<Record<string, (record: Record<string, string>) => string>> = {
  memtrace: ({ pc, access, address, size }) =>
    `${pc} ${{ read: "r ", write: "w ", change: "rw" }[access]} ${address} ${size}`,
  trace: ({ address, size, instructions, file, symbol }) =>
    `CPU #0 - ${address.replace("0x", "0x".padEnd(20 - address.length, "0"))} [${size}]: ` +
    `${instructions} instruction(s) in '${file}:${symbol}'`,
  dyntrace: ({ address, mnemonic, operands, bytes, registers }) =>
    `${address}:\t ${mnemonic}\t ${operands}\t // ${bytes.match(/../g)?.join(" ")}` +
    (registers === undefined ? "" : [`\t //`, ...Object.entries(registers).map((each) => each.join("="))].join(" "))
      .replace(/\t \/\/$/, ""),
};

for (
  const [plugin, params] of [[memtrace, {}], [trace, {}], [dyntrace, {}], [dyntrace, { registers: "on" }]] as const
) {
  const how = Object.entries(params).map(([name, value]) => ` ${name}=${value}`);
  Deno.test(`${plugin.name}${how} in JSON lines has the fields of its text`, async () => {
    const lines = async (format: string) => {
      const warnings: string[] = [];
      using emulator = Emulator.open({
        ...{ program: FIB, env: {}, deterministic: true },
        onWarning: (message) => warnings.push(message),
      });
      const handle = emulator.use(plugin as typeof trace, { ...params, format });
      await emulator.run();
      assert.deepEqual(warnings, []);
      return reportText(handle).trimEnd().split("\n");
    };
    const text = (await lines("text")).map((line) => line.replace(/^.*: (?=CPU #0)/, ""));
    assert.ok(text.length > 500);
    assert.deepEqual((await lines("jsonl")).map((line) => AS_TEXT[plugin.name](JSON.parse(line))), text);
  });
}

Deno.test("LineCopier writes what was put, in its order, however long and many the lines are", () => {
  const written: string[] = [];
  const copier = new LineCopier((bytes) => void written.push(new TextDecoder().decode(bytes)));
  const line = (number: number) => `${number} ${"\u00e4".repeat(number === 900 ? 300_000 : number % 300)}\n`;
  const expected: string[] = [];
  for (let number = 0; number < 5000; number++) {
    copier.set(number, line(number));
    for (const each of [number, number >> 1]) {
      copier.put(each);
      expected.push(line(each));
    }
  }
  copier.flush();
  assert.ok(written.join("") === expected.join(""));
  assert.ok(copier.has(4999) && !copier.has(5000));
});

Deno.test("LineCopier writes numbers as String() and toString(16) do, between lines and spaces", () => {
  const written: string[] = [];
  const copier = new LineCopier((bytes) => void written.push(new TextDecoder().decode(bytes)));
  copier.set(0, ";");
  let expected = "";
  const words = [0, 1, 9, 10, 15, 16, 99, 100, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
  for (const high of words) {
    for (const low of words) {
      copier.putDecimal(high * 2 ** 20 + low);
      copier.put(0);
      copier.putHex(high, low);
      copier.putSpaces(low % 3000);
      expected += `${high * 2 ** 20 + low};${(BigInt(high) << 32n | BigInt(low)).toString(16)}${
        " ".repeat(low % 3000)
      }`;
    }
  }
  copier.flush();
  assert.ok(written.join("") === expected);
  assert.ok(written.length > 1);
});

Deno.test("dyntrace has as many lines as instructions were executed, within its part of the code", async () => {
  using all = await runPlugin(dyntrace, {}, FIB);
  assert.equal(all.report().trim().split("\n").length, 2627);
  using part = await runPlugin(dyntrace, { within: "fib" }, FIB);
  assert.equal(part.report().trim().split("\n").length, 2563); // as the tutorial's profile says
});

Deno.test("readEventFile() refuses what is none, or cut off", async () => {
  using binary = await runPlugin(trace, { format: "binary" }, FIB);
  const bytes = reportBytes(binary.handle);
  assert.throws(() => [...readEventFile(bytes.subarray(1))], SyntaxError);
  assert.throws(() => [...readEventFile(bytes.subarray(0, bytes.length - 1))], /cut off/);
});
