import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { ElfError, FileSource, parseDebugElf, parseElf } from "../../../engine/binary/elf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { FILES, lines, littleEndian, patched, tool } from "./tools.ts";

const LINE =
  /^ {2}\[ *(\d+)\] (\S*)\s+\S+\s+([0-9a-f]{16}) ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)\s+[A-Za-z]*\s+(\d+)\s+(\d+)/;

for (const file of FILES) {
  Deno.test(`ElfImage.sections() lists ${file.replace(/.*\//, "")} as readelf does`, async () => {
    using source = new FileSource(file);
    const sections = parseElf(source, file).sections();
    const expected = (await lines("readelf", "-SW", file)).flatMap((line) => {
      const found = LINE.exec(line);
      if (found === null || found[1] === "0") return [];
      const [, index, name, address, offset, size, entrySize, link, info] = found;
      return [[
        Number(index),
        name,
        BigInt(`0x${address}`),
        parseInt(offset, 16),
        parseInt(size, 16),
        parseInt(entrySize, 16),
        Number(link),
        Number(info),
      ]];
    });
    const actual = sections.slice(1).map((section) => {
      const { index, name, address, offset, size, entrySize, link, info } = section;
      return [index, name, address, offset, size, entrySize, link, info];
    });
    deepStrictEqual(actual, expected);
  });
}

const bytes = Deno.readFileSync("/bin/ls");
const { sectionHeaderOffset, sectionNamesIndex } = parseElf(bytes, "ls").header;

Deno.test("ElfImage.sections() is empty when the file has no table", () => {
  deepStrictEqual(parseElf(patched(bytes, { 40: littleEndian(0, 8) }), "ls").sections(), []);
});

Deno.test("ElfImage.sections() takes counts from section 0 when the header's fields are too small", () => {
  const { header: { sectionHeaderCount } } = parseElf(bytes, "ls");
  const extended = patched(bytes, {
    60: [0, 0],
    62: [0xff, 0xff],
    [sectionHeaderOffset + 32]: littleEndian(sectionHeaderCount, 8),
    [sectionHeaderOffset + 40]: littleEndian(sectionNamesIndex, 4),
  });
  const names = (file: Uint8Array) => parseElf(file, "ls").sections().map(({ name }) => name);
  deepStrictEqual(names(extended), names(bytes));
});

for (
  const [what, patch, message] of [
    ["it is cut off", { 40: littleEndian(bytes.length - 100, 8) }, /the section header table is .* \(truncated\?\)/],
    ["it is far out", { 40: littleEndian(1n << 62n, 8) }, /the first section header is 0x40 bytes, but the file ends/],
    ["its entries have another size", { 58: [40, 0] }, /the size of a section header is 40, not 64 at offset 0x3a/],
    ["the names are in a section that is not there", { 62: [200, 0] }, /the section of section names is 200 of \d+/],
    [
      "its count is absurd",
      { 60: [0, 0], [sectionHeaderOffset + 32]: littleEndian(1n << 60n, 8) },
      /the section header table is 0x40000000000000000 bytes, but the file ends/,
    ],
    [
      "the names are outside of the file",
      { [sectionHeaderOffset + 64 * sectionNamesIndex + 24]: littleEndian(1n << 40n, 8) },
      /the string table is .* in section .shstrtab/,
    ],
  ] as const
) {
  Deno.test(`ElfImage.sections() refuses the table when ${what}, and the file still parses`, () => {
    const elf = parseElf(patched(bytes, patch), "ls");
    throws(() => elf.sections(), { name: "ElfError", message });
  });
}

for (const kind of ["zlib", "zstd"]) {
  Deno.test(`ElfImage.contents() decompresses a section when the linker used ${kind}`, async (t) => {
    const plain = await compile("int main(void) { return 0; }", ["-g"]);
    if (kind === "zstd" && !(await tool("objcopy", "--help")).includes("zstd")) {
      await t.step("with data packed here, as this objcopy knows no zstd", () => checkZstandard(plain));
      return;
    }
    const packed = await Deno.makeTempFile();
    await tool("objcopy", `--compress-debug-sections=${kind}`, plain, packed);
    const contents = (path: string) => {
      using source = new FileSource(path);
      const elf = parseElf(source, path);
      return elf.contents(elf.section(".debug_info")!);
    };
    deepStrictEqual(contents(packed), contents(plain));
    await Deno.remove(packed);
  });
}

async function checkZstandard(path: string): Promise<void> {
  const { zstdCompressSync } = await import("node:zlib");
  const bytes = await Deno.readFile(path);
  const elf = parseElf(bytes, path);
  const section = elf.section(".debug_str")!;
  const plain = elf.contents(section);
  const packed = new Uint8Array([
    ...littleEndian(2, 8),
    ...littleEndian(plain.length, 8),
    ...littleEndian(1, 8),
    ...zstdCompressSync(plain),
  ]);
  const header = elf.header.sectionHeaderOffset + 64 * section.index;
  const file = new Uint8Array(bytes.length + packed.length);
  file.set(bytes);
  file.set(packed, bytes.length);
  const moved = patched(file, {
    [header + 8]: littleEndian(0x800, 8),
    [header + 24]: [...littleEndian(bytes.length, 8), ...littleEndian(packed.length, 8)],
  });
  const packedElf = parseElf(moved, path);
  deepStrictEqual(packedElf.contents(packedElf.section(".debug_str")!), plain);
}

Deno.test("ElfImage.contents() refuses compressed data when they are corrupt or promise too much", async () => {
  const path = await compile("int main(void) { return 0; }", ["-g", "-gz=zlib"]);
  const bytes = await Deno.readFile(path);
  const { offset } = parseElf(bytes, path).section(".debug_info")!;
  const refused = (patch: Record<number, number[]>, message: RegExp) => {
    const elf = parseElf(patched(bytes, patch), "packed");
    throws(() => elf.contents(elf.section(".debug_info")!), (error) => {
      ok(error instanceof ElfError);
      strictEqual(error.section, ".debug_info");
      ok(message.test(error.message), error.message);
      return true;
    });
  };
  refused({ [offset + 24]: [0xff, 0xff] }, /its compressed data are corrupt/);
  refused({ [offset + 8]: littleEndian(1n << 40n, 8) }, /its size before compression is 0x10000000000, too much/);
  refused({ [offset + 8]: littleEndian(7, 8) }, /it unpacks to|compressed data are corrupt/);
  refused({ [offset]: [9] }, /its compression is number 9/);
});

Deno.test("parseDebugElf() reads a file when its segments have no bytes", async () => {
  const program = await compile("int main(void) { return 0; }", ["-g"]);
  const path = await Deno.makeTempFile();
  await tool("objcopy", "--only-keep-debug", program, path);
  const debug = parseDebugElf(await Deno.readFile(path), path);
  const whole = parseElf(await Deno.readFile(program), program);
  strictEqual(debug.buildId(), whole.buildId());
  deepStrictEqual(
    debug.symbols().map(({ name, value }) => [name, value]),
    whole.symbolTables()[0] && [...whole.symbolTables()[0]].map(({ name, value }) => [name, value]),
  );
  await Deno.remove(path);
});
