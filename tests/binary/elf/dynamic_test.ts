import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { FileSource, parseElf } from "../../../engine/binary/elf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { FILES, littleEndian, patched, tool } from "./tools.ts";

for (const file of FILES) {
  const name = file.replace(/.*\//, "");

  Deno.test(`ElfImage.dynamic() reads what ${name} needs as readelf does`, async () => {
    using source = new FileSource(file);
    const dynamic = parseElf(source, file).dynamic();
    const listing = await tool("readelf", "-dW", file);
    deepStrictEqual(dynamic?.needed, [...listing.matchAll(/Shared library: \[(.*)\]/g)].map(([, name]) => name));
    strictEqual(dynamic?.soname, /soname: \[(.*)\]/.exec(listing)?.[1]);
    strictEqual(dynamic?.isProgram, /FLAGS_1.*PIE/.test(listing));
  });

  Deno.test(`ElfImage.buildId() reads the one of ${name} as readelf does`, async () => {
    using source = new FileSource(file);
    const expected = /Build ID: (\w+)/.exec(await tool("readelf", "-nW", file))?.[1];
    strictEqual(parseElf(source, file).buildId(), expected);
  });
}

const path = await compile("int main(void) { return 0; }");
const bytes = await Deno.readFile(path);
const elf = parseElf(bytes, "program");

Deno.test("ElfImage.dynamic() is undefined when the program is static", async () => {
  using source = new FileSource(await compile("int main(void) { return 0; }", ["-static"]));
  strictEqual(parseElf(source, "program").dynamic(), undefined);
});

Deno.test("ElfImage.dynamic() refuses the section when it or its strings are not in the file", () => {
  const { index, offset } = elf.segments.find(({ type }) => type === "dynamic")!;
  const moved = patched(bytes, { [64 + 56 * index + 8]: littleEndian(1n << 40n, 8) });
  throws(() => parseElf(moved, "program").dynamic(), {
    message: /the dynamic section is 0x\w+ bytes, but .* \.dynamic$/,
  });
  const entries = Array.from({ length: 20 }, (_, entry) => offset + 16 * entry);
  const strings = entries.find((entry) => bytes[entry] === 5)!;
  const lost = patched(bytes, { [strings + 8]: littleEndian(0x7777_0000, 8) });
  throws(() => parseElf(lost, "program").dynamic(), {
    message: /string table is at 0x77770000, which the file does not/,
  });
  const name = patched(bytes, { [offset + 8]: littleEndian(0x7777_0000, 8) });
  throws(() => parseElf(name, "program").dynamic(), { message: /a name is at 0x77770000, past the string table's/ });
});

Deno.test("ElfImage.buildId() is undefined when the linker wrote none", async () => {
  using source = new FileSource(await compile("int main(void) { return 0; }", ["-Wl,--build-id=none"]));
  strictEqual(parseElf(source, "program").buildId(), undefined);
});

Deno.test("ElfImage.buildId() refuses a note when it is larger than its segment", () => {
  const section = elf.section(".note.gnu.build-id")!;
  const broken = patched(bytes, { [section.offset + 4]: littleEndian(0xffff_ffff, 4) });
  throws(() => parseElf(broken, "program").buildId(), { message: /a note's part is 4294967295 bytes, but only \d+/ });
});

Deno.test("ElfImage.debugLink() reads name and checksum when objcopy added them", async () => {
  const folder = await Deno.makeTempDir();
  await tool("objcopy", "--only-keep-debug", path, `${folder}/separate.debug`);
  await tool("objcopy", `--add-gnu-debuglink=${folder}/separate.debug`, path, `${folder}/program`);
  const linked = parseElf(await Deno.readFile(`${folder}/program`), "program");
  const [, listed] = /CRC value: (\w+)/.exec(await tool("readelf", "--debug-dump=links", `${folder}/program`)) ?? [];
  deepStrictEqual(linked.debugLink(), { fileName: "separate.debug", checksum: Number(listed) });
  strictEqual(elf.debugLink(), undefined);
  const { offset } = linked.section(".gnu_debuglink")!;
  const slash = patched(await Deno.readFile(`${folder}/program`), { [offset + 3]: [0x2f] });
  throws(() => parseElf(slash, "program").debugLink(), { message: /the name of the debug file has a slash/ });
  await Deno.remove(folder, { recursive: true });
});
