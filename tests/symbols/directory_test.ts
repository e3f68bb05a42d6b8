import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { Image, Symbols, UnknownImageError, UnknownSymbolError } from "../../engine/symbols/mod.ts";
import { compile } from "../programs/compile.ts";
import { imageOf, PROGRAM, tool } from "./guest.ts";

const LIBC = "/lib/x86_64-linux-gnu/libc.so.6";
const LINKER = "/lib64/ld-linux-x86-64.so.2";
const LIBC_BASE = 0x7f00_0000_0000n;
const LINKER_BASE = 0x7f10_0000_0000n;

const program = await compile(PROGRAM, ["-O0", "-no-pie", "-fno-inline"]);

/** As in a dynamic program: the program, its interpreter, and then what the interpreter maps. */
function mapped(): Symbols {
  const symbols = new Symbols({
    onWarning: (warning) => {
      throw warning;
    },
  });
  symbols.add(imageOf("/home/me/fib", 0n, { hostPath: program, role: "program" }));
  symbols.add(imageOf(LINKER, LINKER_BASE, { role: "interpreter" }));
  symbols.add(imageOf(LIBC, LIBC_BASE));
  return symbols;
}

const symbols = mapped();

async function nm(name: string): Promise<bigint> {
  const line = (await tool("nm", program)).split("\n").find((line) => line.endsWith(` ${name}`));
  return BigInt(`0x${line?.slice(0, 16)}`);
}

async function libc(name: string): Promise<bigint> {
  const line = (await tool("nm", "-D", LIBC)).split("\n").find((line) => line.includes(` ${name}@@`));
  return LIBC_BASE + BigInt(`0x${line?.slice(0, 16)}`);
}

for (
  const [text, expected] of [
    ["main", await nm("main")],
    ["main+0x10", await nm("main") + 16n],
    ["main + 16", await nm("main") + 16n],
    ["twice-1", await nm("twice") - 1n],
    ["fib:main", await nm("main")],
    ["/home/me/fib:main+4", await nm("main") + 4n],
    ["libc.so.6:puts", await libc("puts")],
    ["libc.so.6:puts+4", await libc("puts") + 4n],
    ["libc:puts", await libc("puts")],
    ["puts", await libc("puts")],
    ["printf", await libc("printf")],
    ["libc.so.6+0x1000", LIBC_BASE + 4096n],
    ["0x401000", 0x401000n],
    ["4198400", 4198400n],
  ] as const
) {
  Deno.test(`Symbols.find() finds ${text}`, () => {
    strictEqual(symbols.find(text).address, expected);
  });
}

Deno.test("Symbols.find() tells the symbol and its image when a name is given", () => {
  const { symbol } = symbols.find("libc.so.6:puts+4");
  deepStrictEqual([symbol?.name, symbol?.image.name, symbol?.kind], ["puts", "libc.so.6", "function"]);
  strictEqual(symbols.find("0x401000").symbol, undefined);
});

Deno.test("Symbols.find() reads a name with a sign or colons in it as a name when there is such a symbol", async () => {
  const plain = await compile("int one, two; int main(void) { return one + two; }");
  const path = await Deno.makeTempFile();
  await tool("objcopy", "--redefine-sym", "one=a+4", "--redefine-sym", "two=ns::name", plain, path);
  const odd = new Symbols();
  odd.add(imageOf(path, 0x1000n));
  strictEqual(odd.find("a+4").symbol?.name, "a+4");
  strictEqual(odd.find("a+4+2").address, odd.find("a+4").address + 2n);
  strictEqual(odd.find("ns::name").symbol?.name, "ns::name");
  await Deno.remove(path);
});

Deno.test("Symbols.findAll() lists the program's before the libraries', exported before static, the linker's last", () => {
  const found = symbols.findAll("main");
  strictEqual(found[0].symbol?.image.name, "fib");
  const everywhere = symbols.findAll("_dl_catch_exception").map(({ symbol }) => symbol?.image.role);
  deepStrictEqual(everywhere.slice(0, 1), ["library"]);
  ok(everywhere.includes("interpreter"));
});

Deno.test("Symbols.find() suggests names when a symbol is misspelt", () => {
  throws(() => symbols.find("mian"), (error) => {
    ok(error instanceof UnknownSymbolError);
    strictEqual(error.symbol, "mian");
    strictEqual(error.suggestions[0], "main");
    ok(error.message.startsWith("No symbol is named `mian` in the images mapped now; did you mean `main`"));
    return true;
  });
  throws(() => symbols.find("libc.so.6:pust+4"), (error) => {
    ok(error instanceof UnknownSymbolError);
    strictEqual(error.symbol, "pust");
    ok(error.suggestions.includes("puts"));
    ok(error.message.startsWith("No symbol is named `pust` in libc.so.6; did you mean `"));
    return true;
  });
  throws(() => symbols.find("nothing_is_like_this"), {
    message: "No symbol is named `nothing_is_like_this` in the images mapped now",
  });
});

Deno.test("Symbols.find() suggests images when an image is misspelt", () => {
  throws(() => symbols.find("libc.so.7:puts"), (error) => {
    ok(error instanceof UnknownImageError);
    strictEqual(error.message, "No image mapped now is named `libc.so.7`; did you mean `libc.so.6`?");
    return true;
  });
});

Deno.test("Symbols.find() refuses the location when it is empty", () => {
  throws(() => symbols.find("  "), SyntaxError);
});

Deno.test("Symbols.at() names addresses when several images are mapped", async () => {
  const at = symbols.at(await libc("puts") + 7n);
  deepStrictEqual([at?.name, at?.image.name, at?.address, at?.offset], ["puts", "libc.so.6", await libc("puts"), 7]);
  strictEqual(symbols.at(await nm("main"))?.image.role, "program");
  strictEqual(symbols.at(0x1000n), undefined);
  deepStrictEqual(symbols.atNumber(Number(await nm("main"))), symbols.at(await nm("main")));
});

Deno.test("Symbols.describe() falls back to image and number when no symbol covers the address", async () => {
  strictEqual(symbols.describe(await nm("main")), "main");
  strictEqual(symbols.describe(await nm("main") + 17n), "main+0x11");
  strictEqual(symbols.describe(LIBC_BASE + 8n), "libc.so.6+0x8");
  strictEqual(symbols.describe(0x1234n), "0x1234");
});

Deno.test("Symbols.matching() lists functions when given a pattern", () => {
  const names = (pattern: string | RegExp) => symbols.matching(pattern).map(({ name }) => name);
  ok(["strlen", "strcpy", "strtol"].every((name) => names("libc.so.6:str*").includes(name)));
  ok(names("libc.so.6:str*").every((name) => name.startsWith("str")));
  deepStrictEqual(names("fib:t?ice"), ["twice"]);
  deepStrictEqual(names("fib:[!a-s]wice"), ["twice"]);
  deepStrictEqual(names(/^twice$/g), ["twice"]);
  deepStrictEqual(symbols.matching("count*r", { kinds: ["object"] }).map(({ name }) => name), ["counter"]);
  throws(() => names("nowhere:str*"), UnknownImageError);
});

Deno.test("Symbols.remove() forgets an image when its whole range is unmapped", () => {
  const changing = mapped();
  const { start, end } = changing.image("libc.so.6");
  changing.remove({ start, end: end - 4096n });
  strictEqual(changing.images.length, 3);
  changing.remove({ start, end });
  deepStrictEqual(changing.images.map(({ name }) => name), ["fib", "ld-linux-x86-64.so.2"]);
  strictEqual(changing.imageAt(start), undefined);
  throws(() => changing.find("libc.so.6:puts"), UnknownImageError);
});

Deno.test("Symbols.add() replaces what was mapped there, and keeps an image that it knows", () => {
  const changing = mapped();
  const [, , first] = changing.images;
  changing.add(imageOf(LIBC, LIBC_BASE));
  strictEqual(changing.images[2], first);
  changing.add(imageOf(LINKER, LIBC_BASE));
  deepStrictEqual(changing.images.map(({ name }) => name), ["fib", "ld-linux-x86-64.so.2", "ld-linux-x86-64.so.2"]);
  changing.clear();
  deepStrictEqual(changing.images, []);
});

Deno.test("Symbols warns once when an image's symbols cannot be read", async () => {
  const path = await Deno.makeTempFile();
  await Deno.copyFile(program, path);
  const image = imageOf(path);
  await Deno.copyFile(LIBC, path);
  const warnings: string[] = [];
  const changing = new Symbols({ onWarning: ({ message }) => warnings.push(message) });
  changing.add(image);
  strictEqual(changing.at(image.start), undefined);
  strictEqual(changing.at(image.start + 8n), undefined);
  deepStrictEqual(warnings, [`Cannot read the symbols of ${path}: the file has changed since it was mapped`]);
  await Deno.remove(path);
});

Deno.test("Image.ofMapping() finds the load bias when the guest maps a segment", () => {
  const { segments } = imageOf(LIBC);
  for (const { address, offset } of segments) {
    const page = (value: bigint) => value - value % 4096n;
    const image = Image.ofMapping({
      path: LIBC,
      address: LIBC_BASE + page(address),
      offset: offset - offset % 4096,
    });
    strictEqual(image?.base, LIBC_BASE);
    deepStrictEqual([image.name, image.start], ["libc.so.6", LIBC_BASE]);
  }
  strictEqual(Image.ofMapping({ path: LIBC, address: 0n, offset: 0x7000_0000 }), undefined);
});
