import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { FileSource, parseElf } from "../../../engine/binary/elf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { FILES, lines, littleEndian, patched } from "./tools.ts";

/** Our names of the types, by readelf's. */
const NAMES: Readonly<Record<string, string>> = {
  LOAD: "load",
  DYNAMIC: "dynamic",
  INTERP: "interpreter",
  NOTE: "note",
  PHDR: "program headers",
  TLS: "tls",
  GNU_EH_FRAME: "eh frame",
  GNU_STACK: "stack",
  GNU_RELRO: "relro",
  GNU_PROPERTY: "property",
};

const LINE = /^ {2}(\S+)\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+) (0x\w+) (.)(.)(.) (0x\w+)/;

for (const file of FILES) {
  Deno.test(`parseElf() reads the segments of ${file.replace(/.*\//, "")} as readelf does`, async () => {
    using source = new FileSource(file);
    const { segments, interpreter } = parseElf(source, file);
    const listing = await lines("readelf", "-lW", file);
    const expected = listing.flatMap((line) => {
      const found = LINE.exec(line);
      if (found === null) return [];
      const [, type, offset, address, fileSize, memorySize, readable, writable, executable, align] = found;
      return [{
        type: NAMES[type] ?? "other",
        readable: readable === "R",
        writable: writable === "W",
        executable: executable === "E",
        offset: Number(offset),
        address: BigInt(address),
        fileSize: Number(fileSize),
        memorySize: Number(memorySize),
        align: BigInt(align),
      }];
    });
    deepStrictEqual(segments.map(({ index: _, typeNumber: __, ...rest }) => rest), expected);
    const path = /interpreter: (.*)\]/.exec(listing.join("\n"))?.[1];
    strictEqual(interpreter, path);
  });
}

Deno.test("parseElf() tells static, position-independent and dynamic programs apart when gcc made them", async () => {
  const source = "int main(void) { return 0; }";
  const describe = async (...flags: string[]) => {
    using file = new FileSource(await compile(source, flags));
    const { isPositionIndependent, interpreter } = parseElf(file, "program");
    return [isPositionIndependent, interpreter];
  };
  const interpreter = "/lib64/ld-linux-x86-64.so.2";
  deepStrictEqual(await describe("-static"), [false, undefined]);
  deepStrictEqual(await describe("-static-pie"), [true, undefined]);
  deepStrictEqual(await describe("-pie", "-fPIE"), [true, interpreter]);
  deepStrictEqual(await describe("-no-pie"), [false, interpreter]);
});

Deno.test("parseElf() accepts segments that share a page when the linker packs them", async () => {
  using file = new FileSource(await compile("int main(void) { return 0; }", ["-static", "-Wl,-z,noseparate-code"]));
  strictEqual(parseElf(file, "program").loadSegments.length > 1, true);
});

const bytes = Deno.readFileSync("/bin/ls");
const image = parseElf(bytes, "ls");
const [first, second] = image.loadSegments;

/** Changes a field of a program header. */
function withField(index: number, field: number, value: number | bigint): Uint8Array {
  return patched(bytes, { [64 + 56 * index + field]: littleEndian(value, 8) });
}

const broken: readonly (readonly [what: string, bytes: Uint8Array, problem: RegExp])[] = [
  [
    "it has more bytes in the file than in memory",
    withField(first.index, 40, first.fileSize - 1),
    /loadable segment \d+ has 0x\w+ bytes in the file, more than its 0x\w+ in memory at offset 0x\w+$/,
  ],
  [
    "it reaches past the end of the file",
    withField(first.index, 8, Math.ceil(bytes.length / 4096) * 4096),
    /loadable segment \d+ ends at 0x\w+, past the end of the file, 0x\w+ \(truncated\?\) at offset/,
  ],
  [
    "the file is cut short",
    bytes.subarray(0, second.offset + 100),
    /loadable segment \d+ ends at 0x\w+, past the end of the file/,
  ],
  [
    "its size wraps around",
    withField(first.index, 40, 2n ** 64n - 1n),
    /ends at 0x1\w{16}, past the user address space/,
  ],
  ["its address wraps around", withField(second.index, 16, 2n ** 64n - 4096n), /past the user address space/],
  ["it lies in the kernel", withField(second.index, 16, 0xffff_8000_0000_0000n), /past the user address space/],
  ["its alignment is odd", withField(first.index, 48, 0x3000), /has an alignment of 0x3000, not a power of two/],
  [
    "address and offset disagree within the page",
    withField(second.index, 16, second.address + 8n),
    /is at address 0x\w+, which differs within its page from its offset, 0x\w+ at offset/,
  ],
  ["it overlaps another", withField(second.index, 16, first.address), /is at address 0x0, inside segment 2/],
  [
    "it is out of order",
    withField(first.index, 16, 0x7000_0000),
    /loadable segment 3 is at address 0x\w+, below segment 2 before it/,
  ],
];

for (const [what, input, message] of broken) {
  Deno.test(`parseElf() refuses a loadable segment when ${what}`, () => {
    throws(() => parseElf(input, "ls"), { name: "ElfError", message });
  });
}

Deno.test("parseElf() refuses a file when no segment is loadable", () => {
  const none = image.loadSegments.reduce<Uint8Array>(
    (file, { index }) => patched(file, { [64 + 56 * index]: [0, 0, 0, 0] }),
    bytes,
  );
  throws(() => parseElf(none, "ls"), { message: /the number of loadable segments is 0/ });
});

Deno.test("parseElf() refuses the interpreter's path when it is empty, endless or outside", () => {
  const { index, offset, fileSize } = image.segments.find(({ type }) => type === "interpreter")!;
  const last = offset + fileSize - 1;
  throws(() => parseElf(withField(index, 32, 1), "ls"), { message: /the size of the interpreter's path is 1/ });
  throws(() => parseElf(withField(index, 32, 1n << 40n), "ls"), { message: /the interpreter's path is 1099511627776/ });
  throws(() => parseElf(withField(index, 8, 1n << 40n), "ls"), {
    message: /the interpreter's path is 0x1c bytes, but/,
  });
  throws(() => parseElf(patched(bytes, { [last]: [65] }), "ls"), { message: /path is not terminated/ });
  throws(() => parseElf(patched(bytes, { [offset]: [0] }), "ls"), { message: /path is empty/ });
});
