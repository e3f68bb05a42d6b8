import assert from "node:assert/strict";
import { compile } from "../../programs/compile.ts";
import { ceratops, FIB, run } from "./command.ts";

/** Address and bytes of each instruction that objdump finds in a function. */
async function objdump(program: string, name: string): Promise<string[]> {
  const { stdout } = await run(["objdump", "-d", "--insn-width=15", `--disassemble=${name}`, program]);
  return [...stdout.matchAll(/^ +([0-9a-f]+):\t((?:[0-9a-f]{2} )+)/gm)].map(([, address, bytes]) =>
    `0x${address} ${bytes.trim()}`
  );
}

Deno.test("disasm shows a function at the addresses and in the bytes that objdump shows", async () => {
  for (const name of ["fib", "length", "_start"]) {
    const { status, stdout } = await ceratops(["disasm", "--bytes", FIB, name]);
    const shown = [...stdout.matchAll(/^ {2}(0x[0-9a-f]+) {2}((?:[0-9a-f]{2} )+)/gm)].map(([, a, bytes]) =>
      `${a} ${bytes.trim()}`
    );
    assert.equal(status, 0);
    assert.deepEqual(shown, await objdump(FIB, name));
  }
});

Deno.test("disasm begins at main, or the entry; at a symbol with an offset; at an address; as many as asked", async () => {
  const first = async (...args: string[]) => (await ceratops(["disasm", ...args])).stdout.split("\n").slice(0, -1);
  assert.deepEqual((await first(FIB)).slice(0, 2), ["_start:", "  0x401056  push rbx"]);
  assert.deepEqual(await first(FIB, "fib+0x19", "1"), ["fib+0x19:", "  0x401019  call 0x401000  # fib"]);
  assert.deepEqual(await first(FIB, "0x40102c", "2"), [
    "fib+0x2c:",
    "  0x40102c  jmp 0x40100d  # fib+0xd",
    "unreached:",
    "  0x40102e  lea eax, [rdi*8]",
  ]);
  const program = await compile("int main(void) { return 7; }");
  assert.equal((await first(program))[0], "main:");
});

Deno.test("disasm and symbols say what there is not", async () => {
  const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["disasm", FIB, "fibb"], /^ceratops: .*fibb.*did you mean .?fib.?\?\n$/],
    [["disasm", FIB, "0x10"], /^ceratops: Cannot disassemble at 0x10: no code is mapped there\n$/],
    [["symbols", FIB, "lenght"], /^ceratops: Cannot list lenght: .*\/fib has no such symbol; did you mean length\?\n$/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = await ceratops(args);
    assert.match(stderr, message);
    assert.equal(status, 1);
  }
});

Deno.test("symbols lists the functions that nm lists, with their addresses and sizes", async () => {
  const { stdout } = await ceratops(["symbols", FIB]);
  const listed = stdout.trimEnd().split("\n").filter((line) => line.includes(" function "))
    .map((line) => line.trim().split(/ +/)).map(([address, size, , name]) => `${BigInt(address)} ${size} ${name}`);
  const nm = (await run(["nm", "-S", "-n", FIB])).stdout.trimEnd().split("\n").map((line) => line.split(" "))
    .filter(([, , kind]) => kind === "T").map(([a, s, , name]) => `${BigInt(`0x${a}`)} ${Number(`0x${s}`)} ${name}`);
  assert.deepEqual(listed, nm);
  assert.equal((await ceratops(["symbols", FIB, "un*"])).stdout, "0x40102e      13  function  unreached\n");
});
