import { doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { ElfImage, FileSource, parseElf } from "../../../engine/binary/elf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { littleEndian, patched } from "./tools.ts";

const LIBRARY = "int answer(void) { return 42; }";

async function image(source: string, ...flags: string[]): Promise<ElfImage> {
  return parseElf(await Deno.readFile(await compile(source, flags)), "thing");
}

for (
  const [what, path] of [
    ["the C library, which names an interpreter", "/lib/x86_64-linux-gnu/libc.so.6"],
    ["the dynamic linker, which names none", "/lib64/ld-linux-x86-64.so.2"],
    ["an ordinary program", "/bin/ls"],
  ]
) {
  Deno.test(`ElfImage.checkProgram() accepts ${what} as the kernel does when it is run`, async () => {
    using source = new FileSource(path);
    const elf = parseElf(source, path);
    doesNotThrow(() => elf.checkProgram());
    // The same file, run by the kernel: it starts, and does not crash.
    const { signal } = await new Deno.Command(path, { args: ["--version"] }).output();
    strictEqual(signal, null);
  });
}

Deno.test("ElfImage.checkProgram() accepts a static position-independent program when it names no interpreter", async () => {
  const elf = await image("int main(void) { return 0; }", "-static-pie");
  doesNotThrow(() => elf.checkProgram());
});

Deno.test("ElfImage.checkProgram() refuses a library when it has no entry point", async () => {
  const elf = await image(LIBRARY, "-shared", "-fPIC", "-Wl,-soname,libanswer.so.1", "-Wl,-e,0");
  throws(() => elf.checkProgram(), {
    name: "ElfError",
    message: "Cannot run thing: it is a shared library, libanswer.so.1, not a program: it has no entry point",
    offset: 24,
  });
});

Deno.test("ElfImage.checkProgram() refuses a library when older linkers gave it an entry point", async () => {
  const path = await compile(LIBRARY, ["-shared", "-fPIC", "-Wl,--no-as-needed"]);
  const elf = parseElf(patched(await Deno.readFile(path), { 24: littleEndian(0x1000, 8) }), "thing");
  throws(() => elf.checkProgram(), {
    message: "Cannot run thing: it is a shared library, not a program: " +
      "it names no interpreter to load the libraries it needs",
  });
});
