/** Files that cannot be run: each is refused with a typed error that names the file, and what is wrong with it. */

import assert from "node:assert/strict";
import { ElfError, Emulator, ProgramError } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const SOURCE = "int main(void) { return 0; }";
/** Offsets in the ELF header and in a program header; System V gABI. */
const EI_CLASS = 4;
const E_MACHINE = 18;
const E_PHOFF = 32;
const E_SHOFF = 40;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const P_OFFSET = 8;
const P_FILESZ = 32;
const P_MEMSZ = 40;
const PT_LOAD = 1;

async function withFile(bytes: Uint8Array, work: (path: string) => void, mode = 0o755): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "ceratops-bad-" });
  try {
    await Deno.writeFile(path, bytes);
    await Deno.chmod(path, mode);
    work(path);
  } finally {
    await Deno.remove(path);
  }
}

function refused(path: string, message: RegExp, type: typeof ElfError | typeof ProgramError): void {
  assert.throws(() => Emulator.open({ program: path }).close(), (error: unknown) => {
    assert(error instanceof type, String(error));
    assert(error.message.includes(path), `${error.message} does not name the file`);
    assert.match(error.message, message);
    return true;
  });
}

async function program(flags: readonly string[] = ["-static"]): Promise<Uint8Array> {
  return await Deno.readFile(await compile(SOURCE, ["-O1", ...flags]));
}

/** Offset of the first loadable segment's program header. */
function firstLoad(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  for (let at = Number(view.getBigUint64(E_PHOFF, true));; at += PROGRAM_HEADER_SIZE) {
    if (view.getUint32(at, true) === PT_LOAD) return at;
  }
}

Deno.test("Emulator.open() says what is wrong with files that are no programs", async () => {
  await withFile(new TextEncoder().encode("hello\n"), (path) => refused(path, /not an ELF file/, ElfError));
  await withFile(new Uint8Array(), (path) => refused(path, /not an ELF file|empty/, ElfError));
  await withFile(await program(), (path) => refused(path, /not executable/, ProgramError), 0o644);
  await withFile(new TextEncoder().encode("#!\n"), (path) => refused(path, /names no interpreter/, ProgramError));
  refused("/nonexistent/program", /no such file/, ProgramError);
  refused("/usr", /is a directory/, ProgramError);
  refused("/dev/null", /character device/, ProgramError);
});

Deno.test("Emulator.open() names the class and machine that it does not support", async () => {
  const bytes = await program();
  await withFile(bytes.with(EI_CLASS, 1), (path) => refused(path, /32-bit.*64-bit/, ElfError));
  await withFile(bytes.with(E_MACHINE, 183), (path) => refused(path, /AArch64.*x86-64/i, ElfError));
});

Deno.test("Emulator.open() refuses a file that is cut off at any boundary of its headers", async () => {
  const bytes = await program();
  const table = Number(new DataView(bytes.buffer).getBigUint64(E_PHOFF, true));
  const count = new DataView(bytes.buffer).getUint16(56, true);
  const boundaries = [1, 4, 5, 6, 16, 18, 20, 24, 32, 40, 48, 52, 54, 56, 58, 60, 62, 63, HEADER_SIZE];
  for (let index = 0; index <= count; index++) boundaries.push(table + index * PROGRAM_HEADER_SIZE);
  for (const length of boundaries) {
    await withFile(bytes.slice(0, length), (path) => refused(path, /./, ElfError));
  }
});

Deno.test("Emulator.open() refuses a missing interpreter, and a library given as the program", async () => {
  const orphan = await program(["-Wl,--dynamic-linker=/nonexistent/ld.so"]);
  await withFile(orphan, (path) => refused(path, /interpreter is missing.*\/nonexistent\/ld\.so/, ProgramError));
  const library = await compile('#include <stdio.h>\nint f(void) { return puts("f"); }', ["-shared", "-fPIC"]);
  await withFile(await Deno.readFile(library), (path) => refused(path, /shared library/, ElfError));
});

Deno.test("Emulator.open() refuses segments that are huge, overlap, or are not in the file", async () => {
  const bytes = await program();
  const load = firstLoad(bytes);
  const changes: readonly (readonly [offset: number, value: bigint])[] = [
    [load + P_FILESZ, 1n << 60n],
    [load + P_MEMSZ, 1n << 60n],
    [load + P_MEMSZ, (1n << 47n) - 1n],
    [load + P_MEMSZ, 0x40_0000n], // reaches into the next segment
    [load + P_OFFSET, 1n << 40n],
    [E_PHOFF, BigInt(bytes.length)],
  ];
  for (const [offset, value] of changes) {
    const changed = bytes.slice();
    new DataView(changed.buffer).setBigUint64(offset, value, true);
    await withFile(changed, (path) => {
      assert.throws(
        () => Emulator.open({ program: path }).close(),
        (error: unknown) =>
          (error instanceof ElfError || error instanceof ProgramError) && error.message.includes(path),
      );
    });
  }
});

Deno.test("a program with a corrupt section table runs, and its symbols are missing with a warning", async () => {
  const bytes = await program();
  new DataView(bytes.buffer).setBigUint64(E_SHOFF, BigInt(bytes.length) * 2n, true);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await Deno.chmod(path, 0o755);
    const warnings: string[] = [];
    using emulator = Emulator.open({ program: path, onWarning: (message) => warnings.push(message) });
    assert.throws(() => emulator.symbols.find("main"), /main/);
    assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
    assert.match(warnings.join("\n"), /section/);
  } finally {
    await Deno.remove(path);
  }
});
