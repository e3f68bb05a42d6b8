import { deepStrictEqual, ok } from "node:assert/strict";
import { DebugLines, DebugSections } from "../../../engine/binary/dwarf/mod.ts";
import { baseName } from "../../../engine/binary/dwarf/source_paths.ts";
import { compile } from "../../programs/compile.ts";
import { hasRust } from "../../programs/rust.ts";
import { objdumpRows, rowsOf } from "./rows.ts";
import { C_PROGRAM, CPP_PROGRAM, RUST_PROGRAM, sectionsOf, tool } from "./tools.ts";

/** Compares what is known of addresses all over the code with addr2line. */
async function compareWithAddr2line(path: string, sections: DebugSections): Promise<void> {
  const lines = new DebugLines(sections);
  const text = /\.text +PROGBITS +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+)/.exec(await tool("readelf", "-WS", path) ?? "");
  ok(text);
  const [start, size] = [parseInt(text[1], 16), parseInt(text[2], 16)];
  const addresses = Array.from({ length: 2000 }, (_, index) => start + Math.floor(index * size / 2000));
  const answers = (await tool("addr2line", "-e", path, ...addresses.map((address) => address.toString(16))) ?? "")
    .split("\n");
  let known = 0;
  for (const [index, address] of addresses.entries()) {
    const row = lines.rowAt(address);
    const mark = row?.discriminator ? ` (discriminator ${row.discriminator})` : "";
    const found = row === undefined ? "??" : `${baseName(row.file.name)}:${row.line}${mark}`;
    const expected = /[?]/.test(answers[index]) ? "??" : baseName(answers[index]);
    deepStrictEqual([address, found], [address, expected]);
    if (row !== undefined) known++;
  }
  ok(known > 100, `${known} addresses have lines`);
  deepStrictEqual(lines.problems, []);
}

/** Compiles a program in a folder of its own, and hands the result over; false if there is no such compiler. */
async function withProgram(
  compiler: string,
  name: string,
  source: string,
  flags: readonly string[],
  use: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/${name}`, source);
    const result = `${folder}/program`;
    if (await tool(compiler, ...flags, "-o", result, `${folder}/${name}`) !== undefined) await use(result);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const version of [2, 3, 4, 5]) {
  for (const level of ["-O0", "-O2"]) {
    const flags = [`-gdwarf-${version}`, level];
    Deno.test(`runLineProgram() makes the rows objdump prints for C compiled with ${flags.join(" ")}`, async () => {
      const path = await compile(C_PROGRAM, flags);
      const sections = sectionsOf(path);
      const rows = rowsOf(sections);
      ok(rows.length > 20, `${rows.length} rows`);
      deepStrictEqual(rows, await objdumpRows(path));
    });

    Deno.test(`DebugLines.rowAt() agrees with addr2line for C++ compiled with ${flags.join(" ")}`, async () => {
      await withProgram("g++", "program.cc", CPP_PROGRAM, flags, async (path) => {
        const sections = sectionsOf(path);
        deepStrictEqual(rowsOf(sections), await objdumpRows(path));
        // addr2line of binutils 2.40 takes some files of DWARF 5 for others; gdb and objdump do not.
        if (version < 5) await compareWithAddr2line(path, sections);
      });
    });
  }
}

for (const level of ["0", "2"]) {
  const name = `DebugLines.rowAt() agrees with addr2line for Rust at level ${level}; left out where no rustc runs`;
  Deno.test({ name, ignore: !hasRust() }, async () => {
    await withProgram("rustc", "program.rs", RUST_PROGRAM, ["-g", "-C", `opt-level=${level}`], async (path) => {
      const sections = sectionsOf(path);
      deepStrictEqual(rowsOf(sections), await objdumpRows(path));
      await compareWithAddr2line(path, sections);
    });
  });
}

Deno.test("DebugLines.rowAt() finds lines by .debug_aranges, and by running the programs, when units do not say", async () => {
  const path = await compile(C_PROGRAM, ["-gdwarf-4", "-O0"]);
  const whole = sectionsOf(path);
  const expected = [...new DebugLines(sectionsOf(path)).rows()].map(({ start, line }) => [start, line]);
  const without = new DebugLines(new DebugSections((name) => name === ".debug_line" ? whole.bytes(name) : undefined));
  for (const [start, line] of expected) deepStrictEqual(without.rowAt(start)?.line, line);
  deepStrictEqual(expected.length > 10, true);
});

Deno.test("DebugLines runs only the programs that are asked for", async () => {
  const path = await compile(C_PROGRAM, ["-gdwarf-5", "-O0"]);
  const sections = sectionsOf(path);
  const line = sections.bytes(".debug_line");
  const damaged = line.slice();
  damaged[4] = 99; // the version
  const lines = new DebugLines(new DebugSections((name) => name === ".debug_line" ? damaged : sections.bytes(name)));
  deepStrictEqual(lines.problems, []);
  const main = parseInt(/^([0-9a-f]+) T main$/m.exec(await tool("nm", path) ?? "")?.[1] ?? "", 16);
  deepStrictEqual(lines.rowAt(main), undefined);
  deepStrictEqual(lines.problems.map(({ section, offset }) => [section, offset]), [[".debug_line", 6]]);
  deepStrictEqual(lines.rowAt(main), undefined);
  deepStrictEqual(lines.problems.length, 1);
});
