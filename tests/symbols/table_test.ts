import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { imageOf, PROGRAM, tool } from "./guest.ts";

const LIBC = "/lib/x86_64-linux-gnu/libc.so.6";
const BASE = 0x7f12_3456_7000n;

const program = await compile(PROGRAM, ["-O0", "-no-pie", "-fno-inline"]);
const table = imageOf(program).symbols();

Deno.test("SymbolTable.at() finds symbol and offset when asked for any byte of a function", async () => {
  for (const line of (await tool("nm", "-S", "--defined-only", program)).split("\n")) {
    const [address, size, type, name] = line.split(" ");
    if (!/^[Tt]$/.test(type) || name === undefined || /alias|apply/.test(name)) continue;
    const start = BigInt(`0x${address}`);
    const length = Number(`0x${size}`);
    for (const offset of [0, length >> 1, length - 1]) {
      const found = table.at(start + BigInt(offset));
      deepStrictEqual([found?.symbol.name, found?.symbol.size, found?.offset], [name, length, offset]);
      deepStrictEqual(table.atNumber(Number(start) + offset), found);
    }
  }
});

Deno.test("SymbolTable.at() adds the load bias when the image is mapped elsewhere", () => {
  const [puts] = imageOf(LIBC).symbols().named("puts");
  const moved = imageOf(LIBC, BASE).symbols();
  strictEqual(moved.named("puts")[0].address, puts.address + BASE);
  deepStrictEqual(moved.at(puts.address + BASE + 4n), { symbol: moved.named("puts")[0], offset: 4 });
  strictEqual(moved.at(puts.address), undefined);
});

Deno.test("SymbolTable.at() prefers the name without underscores when several name a function", () => {
  const libc = imageOf(LIBC).symbols();
  for (const name of ["puts", "write", "fopen", "environ", "fork", "exit", "malloc"]) {
    strictEqual(libc.at(libc.named(name)[0].address)?.symbol.name, name);
  }
  const [apply] = table.named("apply");
  deepStrictEqual(["alias", "_hidden_alias"].map((name) => table.named(name)[0].address), [
    apply.address,
    apply.address,
  ]);
  // Both are global and without underscores: the shorter one.
  strictEqual(table.at(apply.address)?.symbol.name, "alias");
});

Deno.test("SymbolTable.at() lets a symbol without a size reach to the next one", () => {
  const [bare] = table.named("bare_label");
  const [next] = table.named("next_label");
  strictEqual(bare.size, 0);
  deepStrictEqual(table.at(bare.address + 3n), { symbol: bare, offset: 3 });
  deepStrictEqual(table.at(bare.address + 4n), { symbol: next, offset: 0 });
});

Deno.test("SymbolTable.at() finds data when the symbol is an object", () => {
  const [counter] = table.named("counter");
  deepStrictEqual([counter.kind, counter.size], ["object", 4]);
  deepStrictEqual(table.at(counter.address + 2n), { symbol: counter, offset: 2 });
});

Deno.test("SymbolTable.at() prefers the innermost function, and any function to a label, when symbols nest", async () => {
  const source = `int main(void) { return 0; }
__asm__(".text\\n.type outer, @function\\nouter: nop\\nlabel: nop\\n.type inner, @function\\ninner: nop\\nnop\\n"
  ".size inner, 2\\nnop\\ndata: nop\\n.type data, @object\\n.size data, 1\\nnop\\n.size outer, . - outer\\n");`;
  const nested = imageOf(await compile(source, ["-no-pie"])).symbols();
  const [{ address }] = nested.named("outer");
  const names = Array.from({ length: 7 }, (_, offset) => nested.at(address + BigInt(offset))?.symbol.name);
  deepStrictEqual(names, ["outer", "outer", "inner", "inner", "outer", "outer", "outer"]);
});

Deno.test("SymbolTable.at() is undefined when no symbol covers the address", () => {
  strictEqual(table.at(0n), undefined);
  strictEqual(table.at(0x40_0000n), undefined);
  strictEqual(table.atNumber(2 ** 52), undefined);
});

Deno.test("SymbolTable.at() names stubs when the program calls a library", async () => {
  const listing = await tool("objdump", "-d", program);
  const [, address] = /^([0-9a-f]+) <printf@plt>:/m.exec(listing) ?? [];
  const found = table.at(BigInt(`0x${address}`) + 6n);
  deepStrictEqual([found?.symbol.name, found?.symbol.kind, found?.offset], ["printf@plt", "stub", 6]);
});

Deno.test("SymbolTable.at() agrees with gdb when asked for functions all over the C library", async () => {
  const libc = imageOf(LIBC).symbols();
  const functions = libc.functions().filter(({ size }) => size > 8);
  const chosen = functions.filter((_, index) => index % 20 === 0);
  ok(chosen.length > 100);
  const queries = chosen.flatMap(({ address }) => ["-ex", `info symbol 0x${(address + 5n).toString(16)}`]);
  const answers = (await tool("gdb", "-q", "-nx", "-batch", LIBC, ...queries)).split("\n")
    .map((line) => /^(\S+) \+ (\d+) in section/.exec(line))
    .filter((found) => found !== null);
  strictEqual(answers.length, chosen.length);
  const known = libc.symbols();
  for (const [index, [, name, offset]] of answers.entries()) {
    const { address } = chosen[index];
    strictEqual(libc.at(address + 5n)?.offset, Number(offset));
    // gdb may know the place by another of its names
    // (and leaves out the last part of `do_futex_wait.constprop.0`).
    const plain = name.replace(/@.*/, "");
    ok(known.some((symbol) => symbol.address === address && symbol.name.startsWith(plain)), name);
  }
});

Deno.test("SymbolTable.named() returns every static function when several have the name", async () => {
  const other = `static int same(int x) { return x + 1; } int other(int x) { return same(x); }`;
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/other.c`, other);
  await tool("gcc", "-c", "-O0", `${folder}/other.c`, "-o", `${folder}/other.o`);
  await Deno.writeTextFile(
    `${folder}/main.c`,
    "static int same(int x) { return x; } int other(int); int main(void) { return same(other(1)); }",
  );
  await tool("gcc", "-O0", "-no-pie", `${folder}/main.c`, `${folder}/other.o`, "-o", `${folder}/program`);
  const found = imageOf(`${folder}/program`).symbols().named("same");
  const listed = [...(await tool("nm", `${folder}/program`)).matchAll(/^([0-9a-f]+) t same$/gm)];
  deepStrictEqual(found.map(({ address }) => address), listed.map(([, address]) => BigInt(`0x${address}`)).sort());
  strictEqual(found.length, 2);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SymbolTable.named() means the default version when a symbol has several", async () => {
  const libc = imageOf(LIBC, 0n, { debugFolders: [] }).symbols();
  const listing = await tool("nm", "-D", LIBC);
  const address = (name: string) =>
    BigInt(`0x${listing.split("\n").find((line) => line.endsWith(` ${name}`))?.slice(0, 16)}`);
  deepStrictEqual(libc.named("memcpy").map(({ address }) => address), [address("memcpy@@GLIBC_2.14")]);
  deepStrictEqual(libc.named("memcpy@GLIBC_2.2.5").map(({ address }) => address), [address("memcpy@GLIBC_2.2.5")]);
  // Only old versions are left of this one.
  ok(libc.named("sys_errlist").length > 0);
});

Deno.test("SymbolTable.functions() lists the functions that nm lists, each place once, in order", async () => {
  const libc = imageOf(LIBC, 0n, { debugFolders: [] }).symbols();
  const listed = new Set(
    [...(await tool("nm", "-D", "--defined-only", LIBC)).matchAll(/^([0-9a-f]+) [TtWi] /gm)].map(([, address]) =>
      BigInt(`0x${address}`)
    ),
  );
  const functions = libc.functions().map(({ address }) => address);
  deepStrictEqual(functions, [...listed].sort((a, b) => Number(a - b)));
});

Deno.test("SymbolTable.atNumber() answers a million times a second when warm", () => {
  const libc = imageOf(LIBC).symbols();
  const addresses = libc.functions().map(({ address }) => Number(address) + 1);
  let best = 0;
  for (let attempt = 0; attempt < 5; attempt++) {
    const count = 200_000;
    let sum = 0;
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      sum += libc.atNumber(addresses[index * 7919 % addresses.length])?.offset ?? 0;
    }
    best = Math.max(best, count / (performance.now() - start) * 1000);
    ok(sum > 0);
  }
  ok(best > 1e6, `${Math.round(best)} a second`);
});
