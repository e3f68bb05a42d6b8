import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { ElfError, FileSource, parseElf, UnsupportedElfError } from "../../../engine/binary/elf/mod.ts";
import { FILES, littleEndian, patched, tool } from "./tools.ts";

for (const file of FILES) {
  Deno.test(`parseElf() reads the header of ${file.replace(/.*\//, "")} as readelf does`, async () => {
    using source = new FileSource(file);
    const { header } = parseElf(source, file);
    const listing = await tool("readelf", "-hW", file);
    const value = (label: string) => Number(new RegExp(`${label}:\\s+(\\S+)`).exec(listing)?.[1]);
    strictEqual(header.type, /Type:\s+EXEC/.test(listing) ? "executable" : "shared");
    strictEqual(Number(header.entry), value("Entry point address"));
    deepStrictEqual(
      [header.programHeaderOffset, header.programHeaderCount, header.programHeaderSize],
      [value("Start of program headers"), value("Number of program headers"), value("Size of program headers")],
    );
    deepStrictEqual(
      [header.sectionHeaderOffset, header.sectionHeaderCount, header.sectionNamesIndex],
      [
        value("Start of section headers"),
        value("Number of section headers"),
        value("Section header string table index"),
      ],
    );
  });
}

const bytes = Deno.readFileSync("/bin/ls");

const unsupported: readonly (readonly [what: string, bytes: Uint8Array, offset: number, problem: string])[] = [
  ["an empty file", new Uint8Array(), 0, "it is empty"],
  ["a script", new TextEncoder().encode("#!/bin/sh\n"), 0, "it is a script, not an ELF file"],
  ["a PE file", patched(bytes, { 0: [0x4d, 0x5a] }), 0, "it is not an ELF file: it starts with 4d 5a 4c 46"],
  [
    "a 32-bit x86 program",
    patched(bytes, { 4: [1], 18: [3, 0] }),
    18,
    "it is a 32-bit ELF file for Intel 80386; Ceratops runs 64-bit x86-64 programs",
  ],
  [
    "an AArch64 program",
    patched(bytes, { 18: [183, 0] }),
    18,
    "it is a 64-bit ELF file for AArch64; Ceratops runs 64-bit x86-64 programs",
  ],
  [
    "an S/390 program",
    patched(bytes, { 5: [2], 18: [0, 22] }),
    18,
    "it is a 64-bit big-endian ELF file for IBM S/390; Ceratops runs 64-bit x86-64 programs",
  ],
  [
    "an x32 program",
    patched(bytes, { 4: [1] }),
    18,
    "it is a 32-bit ELF file for x86-64 (the x32 ABI); Ceratops runs 64-bit x86-64 programs",
  ],
  [
    "a program for an unknown machine",
    patched(bytes, { 18: [0x39, 0x30] }),
    18,
    "it is a 64-bit ELF file for machine 12345; Ceratops runs 64-bit x86-64 programs",
  ],
  [
    "an object file",
    patched(bytes, { 16: [1, 0] }),
    16,
    "it is an object file (ET_REL), not a program; link it first",
  ],
  [
    "a core dump",
    patched(bytes, { 16: [4, 0] }),
    16,
    "it is a core dump (ET_CORE), not a program; give the program that dumped it",
  ],
  [
    "a file of an odd type",
    patched(bytes, { 16: [0, 0xfe] }),
    16,
    "its type is 0xfe00, neither a program nor a library",
  ],
  ["a class of 9", patched(bytes, { 4: [9] }), 4, "its class is 9, neither 32-bit nor 64-bit"],
  ["a byte order of 0", patched(bytes, { 5: [0] }), 5, "its byte order is 0, neither little- nor big-endian"],
];

for (const [what, input, offset, problem] of unsupported) {
  Deno.test(`parseElf() says what it is when given ${what}`, () => {
    throws(() => parseElf(input, "thing"), (error) => {
      ok(error instanceof UnsupportedElfError);
      deepStrictEqual([error.file, error.offset, error.problem], ["thing", offset, problem]);
      strictEqual(error.message, `Cannot run thing: ${problem}`);
      return true;
    });
  });
}

Deno.test("parseElf() names the offset when the file ends anywhere in its headers", () => {
  const end = 64 + 56 * bytes[56];
  for (let size = 4; size < end; size++) {
    throws(() => parseElf(bytes.subarray(0, size), "cut"), (error) => {
      ok(error instanceof ElfError);
      strictEqual(error.offset, size < 64 ? 0 : 64);
      ok(error.message.startsWith("Cannot read ELF file cut: the "));
      ok(error.message.endsWith(`(truncated?) at offset ${size < 64 ? "0x0" : "0x40"}`), error.message);
      return true;
    });
  }
});

Deno.test("parseElf() accepts junk in the fields that the kernel does not look at", () => {
  const junk = patched(bytes, { 6: [9, 200, 7, 1, 2, 3, 4, 5, 6, 7], 20: [9, 9, 9, 9], 48: [1, 2, 3, 4, 0, 0] });
  deepStrictEqual(parseElf(junk, "junk").header, parseElf(bytes, "ls").header);
});

for (
  const [what, patch, message] of [
    ["there are none", { 56: [0, 0] }, "the number of program headers is 0 at offset 0x38"],
    [
      "there are too many",
      { 56: [0xff, 0xff] },
      "the number of program headers is 65535, more than 1170 at offset 0x38",
    ],
    ["they have another size", { 54: [32, 0] }, "the size of a program header is 32, not 56 at offset 0x36"],
    [
      "they are far out",
      { 32: littleEndian(1n << 63n, 8) },
      /the program header table is 0x2d8 bytes, but the file ends/,
    ],
  ] as const
) {
  Deno.test(`parseElf() refuses program headers when ${what}`, () => {
    throws(() => parseElf(patched(bytes, patch), "ls"), {
      name: "ElfError",
      message: typeof message === "string" ? `Cannot read ELF file ls: ${message}` : message,
    });
  });
}
