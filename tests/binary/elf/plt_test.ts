import { deepStrictEqual, ok } from "node:assert/strict";
import { parseElf } from "../../../engine/binary/elf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { FILES, lines } from "./tools.ts";

const SOURCE = "#include <stdio.h>\n#include <stdlib.h>\n" +
  'int main(void) { puts(getenv("HOME")); void (*volatile leave)(int) = exit; leave(0); exit(1); }';

/** The stubs as objdump names them: address and name. */
async function disassembled(file: string): Promise<readonly string[]> {
  return (await lines("objdump", "-d", "-j", ".plt", "-j", ".plt.sec", "-j", ".plt.got", file)).flatMap((line) => {
    const found = /^([0-9a-f]+) <(.*)@plt>:$/.exec(line);
    // A slot of an IRELATIVE relocation: we know the function's name, objdump prints the resolver's address.
    return found === null || found[2].startsWith("*ABS*") ? [] : [`${BigInt(`0x${found[1]}`)} ${found[2]}@plt`];
  });
}

for (
  const [what, file] of [
    ...FILES.filter((file) => file !== Deno.execPath()).map((file) => [file.replace(/.*\//, ""), file]),
    ["a lazily bound program", await compile(SOURCE, ["-Wl,-z,lazy", "-fcf-protection=none"])],
    ["a program with endbr64", await compile(SOURCE, ["-Wl,-z,ibtplt", "-fcf-protection=full", "-no-pie"])],
    ["a program bound at once", await compile(SOURCE, ["-Wl,-z,now"])],
    ["a library", await compile('#include <stdio.h>\nint f(void) { return puts("f"); }', ["-shared", "-fPIC"])],
  ]
) {
  Deno.test(`ElfImage.pltStubs() names the stubs of ${what} as objdump does`, async () => {
    const stubs = parseElf(await Deno.readFile(file), file).pltStubs();
    const expected = await disassembled(file);
    const names = new Set(expected);
    const shown = stubs.map(({ name, address }) => `${address} ${name}`);
    deepStrictEqual(shown.filter((stub) => names.has(stub)), expected);
    // What objdump does not name are the stubs of IRELATIVE slots.
    const irelative = (await lines("readelf", "-rW", file)).filter((line) => line.includes("IRELATIV")).length;
    ok(shown.length - expected.length <= irelative, shown.join("\n"));
  });
}

Deno.test("ElfImage.pltStubs() names a stub after its resolver when the function is chosen at load time", async () => {
  const path = await compile("#include <string.h>\nint main(int n, char **v) { return strlen(v[n - 1]); }", [
    "-static",
  ]);
  const names = parseElf(await Deno.readFile(path), path).pltStubs().map(({ name }) => name);
  ok(names.includes("strlen@plt"), names.join());
});
