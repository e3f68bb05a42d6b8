import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { type ByteSource, ElfError, FileSource, parseElf } from "../../../engine/binary/elf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { FILES, lines, littleEndian, patched, tool } from "./tools.ts";

const TYPES: Readonly<Record<string, string>> = {
  NOTYPE: "none",
  OBJECT: "object",
  FUNC: "function",
  SECTION: "section",
  FILE: "file",
  COMMON: "common",
  TLS: "tls",
  IFUNC: "indirect function",
};

const LINE = /^ *\d+: ([0-9a-f]{16}) +(0x[0-9a-f]+|\d+) (\S+) +(\S+) +\S+ +(\S+)(?: (\S*))?(?: \(\d+\))?$/;

/** The symbols as readelf lists them, without those that it names after their section. */
async function listed(file: string): Promise<readonly string[]> {
  const special: Readonly<Record<string, string>> = { UND: "0", ABS: "65521", COM: "65522" };
  return (await lines("readelf", "-sW", file)).flatMap((line) => {
    const found = LINE.exec(line);
    if (found === null || found[3] === "SECTION" || / 0: /.test(line.slice(0, 8))) return [];
    const [, value, size, type, binding, section, name = ""] = found;
    const fields = [
      BigInt(`0x${value}`),
      Number(size),
      TYPES[type],
      binding.toLowerCase(),
      special[section] ?? section,
    ];
    return [[...fields, name].join(" ")];
  }).sort();
}

function shown(path: string): readonly string[] {
  using source = new FileSource(path);
  return parseElf(source, path).symbols().filter(({ type }) => type !== "section").map((symbol) => {
    const { name, value, size, type, binding, sectionIndex, version } = symbol;
    const suffix = version === undefined ? "" : `${version.isDefault ? "@@" : "@"}${version.name}`;
    return [value, size, type, binding, sectionIndex, name + suffix].join(" ");
  }).sort();
}

for (const file of FILES.filter((file) => file !== Deno.execPath())) {
  Deno.test(`ElfImage.symbols() lists ${file.replace(/.*\//, "")} as readelf does, versions included`, async () => {
    deepStrictEqual(shown(file), await listed(file));
  });
}

Deno.test("ElfImage.symbols() lists a static program as readelf does", async () => {
  const file = await compile("int main(void) { return 0; }", ["-static", "-g"]);
  const symbols = shown(file);
  ok(symbols.length > 1000);
  deepStrictEqual(symbols, await listed(file));
});

Deno.test("ElfImage.symbols() decodes names as UTF-8 when a compiler writes them so", async () => {
  const file = await compile('int plain; int other __asm__("gr\\u00fc\\u00dfe"); int main(void) { return other; }');
  const names = parseElf(await Deno.readFile(file), file).symbols().map(({ name }) => name);
  ok(names.includes("grüße") && names.includes("plain") && names.includes("main"));
});

for (const style of ["sysv", "gnu"]) {
  Deno.test(`ElfImage.symbols() finds .dynsym by its ${style} hash table when there are no section headers`, async () => {
    const path = await compile(
      "int one(void) { return 1; } int two; static int three(void) { return two; } int four(void) { return three(); }",
      [
        "-shared",
        "-fPIC",
        `-Wl,--hash-style=${style}`,
      ],
    );
    const bytes = await Deno.readFile(path);
    const [, dynsym] = parseElf(bytes, path).symbolTables();
    const [found] = parseElf(patched(bytes, { 40: littleEndian(0, 8) }), path).symbolTables();
    strictEqual(found.count, dynsym.count);
    const brief = (table: typeof found) => [...table].map(({ name, value, size }) => [name, value, size]);
    deepStrictEqual(brief(found), brief(dynsym));
  });
}

const bytes = Deno.readFileSync("/lib/x86_64-linux-gnu/libc.so.6");
const elf = parseElf(bytes, "libc");
const dynsym = elf.section(".dynsym")!;
const dynstr = elf.section(".dynstr")!;
const field = (index: number, offset: number) => elf.header.sectionHeaderOffset + 64 * index + offset;

const corrupt: readonly (readonly [what: string, patch: Record<number, number[]>, message: RegExp, section: string])[] =
  [
    [
      "a name is outside of its strings",
      { [dynsym.offset + 24]: littleEndian(0xfff0_0000, 4) },
      /name of symbol 1 is at 0xfff00000/,
      ".dynsym",
    ],
    [
      "the table is outside of the file",
      { [field(dynsym.index, 24)]: littleEndian(1n << 40n, 8) },
      /the section is 0x\w+ bytes, but the file ends/,
      ".dynsym",
    ],
    [
      "the table is absurdly large",
      { [field(dynsym.index, 32)]: littleEndian(24n << 50n, 8) },
      /the section is 0x\w+ bytes, but/,
      ".dynsym",
    ],
    [
      "the table has half a symbol",
      { [field(dynsym.index, 32)]: littleEndian(dynsym.size - 1, 8) },
      /no multiple of an entry's 24/,
      ".dynsym",
    ],
    [
      "its entries have another size",
      { [field(dynsym.index, 56)]: littleEndian(16, 8) },
      /the size of an entry is 16, not 24/,
      ".dynsym",
    ],
    [
      "its link is out of range",
      { [field(dynsym.index, 40)]: littleEndian(999, 4) },
      /its link is section 999 of 64/,
      ".dynsym",
    ],
    [
      "its link is no section",
      { [field(dynsym.index, 40)]: littleEndian(0, 4) },
      /its link is section 0 of 64/,
      ".dynsym",
    ],
    [
      "its strings are not terminated",
      { [dynstr.offset + dynstr.size - 1]: [65] },
      /does not end with a zero byte/,
      ".dynstr",
    ],
    [
      "its strings are outside of the file",
      { [field(dynstr.index, 24)]: littleEndian(1n << 50n, 8) },
      /the string table is/,
      ".dynstr",
    ],
  ];

for (const [what, patch, message, section] of corrupt) {
  Deno.test(`ElfImage.symbols() names offset and section when ${what}`, () => {
    const broken = parseElf(patched(bytes, patch), "libc");
    throws(() => broken.symbols(), (error) => {
      ok(error instanceof ElfError);
      ok(message.test(error.message), error.message);
      strictEqual(error.section, section);
      ok(error.offset > 0 && error.message.endsWith(`at offset 0x${error.offset.toString(16)} in section ${section}`));
      return true;
    });
  });
}

Deno.test("ElfImage.symbols() refuses a string table when one name goes on for too long", async () => {
  const name = "a".repeat(200_000);
  const path = await compile(`int ${name}; int main(void) { return 0; }`);
  throws(() => parseElf(Deno.readFileSync(path), "long").symbols(), { message: /a name is 200000 bytes long/ });
});

Deno.test("parseElf() reads little of a large file when only its headers are wanted", () => {
  using file = new FileSource(Deno.execPath());
  let bytesRead = 0;
  const counting: ByteSource = {
    size: file.size,
    read(offset, length) {
      bytesRead += length;
      return file.read(offset, length);
    },
  };
  const image = parseElf(counting, "deno");
  image.buildId();
  image.dynamic();
  ok(file.size > 20e6);
  ok(bytesRead < 256 * 1024, `${bytesRead} bytes were read`);
});

Deno.test("ElfImage.symbolTables() takes less than 100 ms when there are 100,000 symbols", async () => {
  const source = `int main(void) { return 0; }
__asm__(".altmacro\\n.macro one number\\nfunction_\\\\number: ret\\n.endm\\n.text\\n.set i, 0\\n.rept 100000\\none %i\\n.set i, i + 1\\n.endr\\n.noaltmacro");`;
  const path = await compile(source);
  using file = new FileSource(path);
  let best = Infinity;
  for (let attempt = 0; attempt < 5; attempt++) {
    const image = parseElf(file, path);
    const start = performance.now();
    const table = image.symbolTables()[0];
    let length = 0;
    for (let index = 1; index < table.count; index++) {
      length += table.name(index).length + table.valueAsNumber(index) % 2;
    }
    best = Math.min(best, performance.now() - start);
    ok(table.count > 100_000 && length > 1_000_000);
  }
  ok(best < 100, `${best} ms`);
  strictEqual((await tool("nm", path)).includes(" function_99999"), true);
});
