import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { FileSource, parseElf } from "../../engine/binary/elf/mod.ts";
import { findDebugFile } from "../../engine/symbols/mod.ts";
import { compile } from "../programs/compile.ts";
import { imageOf, PROGRAM, tool } from "./guest.ts";

/** A stripped program, its debug file apart; both in a folder of their own. */
async function split(link: boolean): Promise<{ folder: string; stripped: string; debug: string }> {
  const program = await compile(PROGRAM, ["-g", ...(link ? ["-Wl,--build-id=none"] : [])]);
  const folder = await Deno.makeTempDir();
  const [stripped, debug] = [`${folder}/program`, `${folder}/program.debug`];
  await tool("objcopy", "--only-keep-debug", program, debug);
  await tool("objcopy", "--strip-all", ...(link ? [`--add-gnu-debuglink=${debug}`] : []), program, stripped);
  return { folder, stripped, debug };
}

function find(path: string, folders: readonly string[]): string | undefined {
  using source = new FileSource(path);
  return findDebugFile(parseElf(source, path), path, folders);
}

Deno.test("findDebugFile() finds the file by its build id, and only if the file has the same", async () => {
  const { folder, stripped, debug } = await split(false);
  using source = new FileSource(stripped);
  const id = parseElf(source, stripped).buildId()!;
  const place = `${folder}/store/.build-id/${id.slice(0, 2)}`;
  await Deno.mkdir(place, { recursive: true });
  strictEqual(find(stripped, [`${folder}/store`]), undefined);
  await Deno.copyFile("/bin/ls", `${place}/${id.slice(2)}.debug`);
  strictEqual(find(stripped, [`${folder}/store`]), undefined);
  await Deno.copyFile(debug, `${place}/${id.slice(2)}.debug`);
  strictEqual(find(stripped, [`${folder}/nowhere`, `${folder}/store`]), `${place}/${id.slice(2)}.debug`);
  await Deno.remove(folder, { recursive: true });
});

for (const where of ["", ".debug/", "store/"]) {
  Deno.test(`findDebugFile() finds the file by its link in ${where || "the same folder"}, and only if its checksum is right`, async () => {
    const { folder, stripped, debug } = await split(true);
    const directory = where === "store/" ? `${folder}/store${folder}` : `${folder}/${where}`.replace(/\/$/, "");
    await Deno.mkdir(directory, { recursive: true });
    const bytes = await Deno.readFile(debug);
    await Deno.remove(debug);
    strictEqual(find(stripped, [`${folder}/store`]), undefined);
    await Deno.writeFile(`${directory}/program.debug`, bytes);
    strictEqual(find(stripped, [`${folder}/store`]), `${directory}/program.debug`);
    bytes[bytes.length - 1] ^= 1;
    await Deno.writeFile(`${directory}/program.debug`, bytes);
    strictEqual(find(stripped, [`${folder}/store`]), undefined);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("Image.symbols() takes static functions from the debug file when the program was stripped", async () => {
  const { folder, stripped, debug } = await split(true);
  const image = imageOf(stripped, 0x5000n);
  strictEqual(image.debugFile, debug);
  deepStrictEqual(image.warnings, []);
  const [twice] = image.symbols().named("twice");
  const listed = (await tool("nm", debug)).split("\n").find((line) => line.endsWith(" twice"));
  strictEqual(twice.address, 0x5000n + BigInt(`0x${listed?.slice(0, 16)}`));
  strictEqual(image.symbols().at(twice.address)?.symbol.name, "twice");
  // Stubs are in the stripped file alone.
  strictEqual(image.symbols().named("printf@plt").length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Image.symbols() keeps its own symbols and warns when the debug file is corrupt", async () => {
  const { folder, stripped, debug } = await split(false);
  using source = new FileSource(stripped);
  const id = parseElf(source, stripped).buildId()!;
  const place = `${folder}/.build-id/${id.slice(0, 2)}`;
  await Deno.mkdir(place, { recursive: true });
  const bytes = await Deno.readFile(debug);
  const { offset } = parseDebugSymbols(bytes);
  bytes.fill(0xff, offset + 24, offset + 28);
  await Deno.writeFile(`${place}/${id.slice(2)}.debug`, bytes);
  const image = imageOf(stripped, 0n, { debugFolders: [folder] });
  ok(image.symbols().named("printf@plt").length === 1);
  strictEqual(image.debugFile, undefined);
  deepStrictEqual(image.warnings.map(({ name }) => name), ["ElfError"]);
  ok(image.warnings[0].message.includes("the name of symbol 1 is at 0xffffffff"));
  await Deno.remove(folder, { recursive: true });
});

/** Where `.symtab` is in a debug file, by its section header type. */
function parseDebugSymbols(bytes: Uint8Array): { offset: number } {
  const view = new DataView(bytes.buffer);
  const headers = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  for (let index = 0; index < count; index++) {
    const header = headers + 64 * index;
    if (view.getUint32(header + 4, true) === 2) return { offset: Number(view.getBigUint64(header + 24, true)) };
  }
  throw new Error("no .symtab");
}
