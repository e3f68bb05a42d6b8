/** The parser under 20,000 damaged files: it refuses them with an ElfError or reads them, soon and with little memory. */

import { ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type ByteSource, ElfError, ElfImage, parseDebugElf, parseElf } from "../../../engine/binary/elf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { mutate, seededRandom, type Victim, victim } from "./mutate.ts";

const FILES = 20_000;
const SEED = 20260101;

const SMALL =
  "int answer = 42; static int twice(int x) { return 2 * x; } void _start(void) { answer = twice(answer); }";
const LIBRARY = "#include <stdio.h>\n" +
  '__asm__(".symver old, answer@OLD_1"); int old(void) { return 1; } int answer(void) { return puts("x"); }';

async function victims(): Promise<readonly Victim[]> {
  const versions = fileURLToPath(new URL("versions.map", import.meta.url));
  const read = async (name: string, source: string, ...flags: string[]) =>
    victim(name, await Deno.readFile(await compile(source, flags)));
  const all = await Promise.all([
    read("static", SMALL, "-static", "-nostdlib", "-ffreestanding"),
    read("static-pie", SMALL, "-static-pie", "-nostdlib", "-ffreestanding", "-g", "-gz=zlib"),
    read("dynamic", '#include <stdio.h>\nint main(void) { return puts("hello"); }', "-Wl,-z,lazy"),
    read("library", LIBRARY, "-shared", "-fPIC", `-Wl,--version-script=${versions}`),
  ]);
  const { bytes } = all[2];
  const withoutSections = bytes.slice();
  withoutSections.fill(0, 40, 48);
  const truncated = (await Deno.readFile("/bin/true")).subarray(0, 0x1800);
  return [
    ...all,
    { ...victim("without sections", withoutSections), tables: all[2].tables },
    { name: "cut", bytes: truncated, tables: [[0, 64], [64, 800]] },
  ];
}

/** Everything there is to ask of an image; each may refuse. */
const QUESTIONS: readonly ((elf: ElfImage) => number)[] = [
  (elf) => elf.segments.length + elf.loadSegments.length + Number(elf.isPositionIndependent),
  (elf) => elf.dynamic()?.needed.length ?? 0,
  (elf) => Number(elf.checkProgram() === undefined),
  (elf) => elf.buildId()?.length ?? 0,
  (elf) => elf.sections().length,
  (elf) => elf.symbols().length,
  (elf) => elf.pltStubs().length,
  (elf) => elf.debugLink()?.fileName.length ?? 0,
];

/** A source that holds its reader to what it may ask for, and counts. */
class StrictSource implements ByteSource {
  readonly size: number;
  bytesRead = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.size = bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    ok(Number.isSafeInteger(offset) && Number.isSafeInteger(length), `read(${offset}, ${length})`);
    ok(offset >= 0 && length >= 0 && offset + length <= this.size, `read(${offset}, ${length}) of ${this.size}`);
    this.bytesRead += length;
    return this.bytes.subarray(offset, offset + length);
  }
}

/** Asks one question; returns how large the answer is, or -1 if it was refused as it should be. */
function ask(what: string, question: () => number): number {
  try {
    return question();
  } catch (error) {
    ok(error instanceof ElfError, `${what}: ${error instanceof Error ? error.stack : error}`);
    ok(error.file === "victim" && Number.isFinite(error.offset) && error.offset >= 0, `${what}: ${error.message}`);
    return -1;
  }
}

Deno.test("parseElf() refuses with an ElfError or reads, soon, when files are damaged", async () => {
  const all = await victims();
  const random = seededRandom(SEED);
  let refused = 0;
  let slowest = 0;
  for (let count = 0; count < FILES; count++) {
    const chosen = all[count % all.length];
    const what = `seed ${SEED}, file ${count} (${chosen.name})`;
    const bytes = mutate(chosen, random);
    const source = new StrictSource(bytes);
    const startOfFile = performance.now();
    for (const parse of [parseElf, parseDebugElf]) {
      let elf: ElfImage | undefined;
      if (ask(what, () => (elf = parse(source, "victim")).segments.length) < 0) refused++;
      if (elf === undefined) continue;
      for (const [index, question] of QUESTIONS.entries()) {
        const size = ask(`${what}, question ${index}`, () => question(elf!));
        ok(size <= bytes.length, `${what}, question ${index}: an answer of ${size}`);
      }
    }
    slowest = Math.max(slowest, performance.now() - startOfFile);
    ok(source.bytesRead <= 64 * bytes.length + 64, `${what}: read ${source.bytesRead} of ${bytes.length} bytes`);
  }
  ok(refused > FILES / 10 && refused < FILES * 1.9, `${refused} refused`);
  ok(slowest < 1000, `the slowest file took ${slowest} ms`);
});
