/**
 * The stubs' bytes against the assembly in the comments beside them: Capstone says what the bytes are, objdump says
 * that Capstone is right.
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import {
  blockStub,
  budgetStub,
  CELL,
  codeStub,
  COUNTER_FLAG,
  instructionHookStub,
  instructionStub,
  PAGE_FLAG_ASK,
  recordStub,
  StubPage,
  TABLE,
  tlbFillStub,
} from "../../engine/ffi/stubs.ts";
import { Disassembler } from "../../engine/disasm/disassembler.ts";
import { findLibrary } from "../../engine/ffi/find_library.ts";

type Column = keyof typeof TABLE.COLUMN;

const PAGE = 4096;
const PAGES = 2 ** 28;
const HOST = {
  emuStop: 0x1111_2222_3333n,
  dispatcher: 0x4444_5555_6666n,
  decider: 0x7777_0000_1111n,
  cover: 0x2222_8888_9999n,
  last: 0x5555_9999_3333n,
};
const STUBS = {
  blockStub: blockStub(HOST),
  recordStub: recordStub(),
  budgetStub: budgetStub(HOST.emuStop),
  instructionStub: instructionStub(),
  codeStub: codeStub(HOST.last),
  instructionHookStub: instructionHookStub(HOST.dispatcher),
  tlbFillStub: tlbFillStub(PAGES, HOST.decider),
};
const CELL_NAMES = new Map<number, string>(
  Object.entries(CELL).map(([name, offset]) => [offset, name.toLowerCase().replaceAll("_", " ")]),
);
const source = await Deno.readTextFile(new URL("../../engine/ffi/stubs.ts", import.meta.url));

/** The assembly that a stub's comments tell, an instruction a line, labels as `name:`. */
function commented(stub: string): string[] {
  const body = new RegExp(`^export function ${stub}\\(.*?^}`, "ms").exec(source)?.[0] ?? "";
  const lines: string[] = [];
  for (const line of body.split("\n")) {
    const label = /\{ label: "(\w+)" \}/.exec(line)?.[1];
    if (label !== undefined) lines.push(`${label}:`);
    const otherwise = /\.\.\.lookUp\("(\w+)"\)/.exec(line)?.[1];
    if (otherwise !== undefined) lines.push(...commented("lookUp").map((each) => each.replace("otherwise", otherwise)));
    const text = /\/\/ (.*)$/.exec(line)?.[1];
    if (text !== undefined) lines.push(...text.replace(/: .*/, "").split("; ").flatMap(each));
    const target = /\.\.\.jumpTo\((\w+)\)/.exec(line)?.[1];
    if (target !== undefined) lines.push(`mov rax, ${target}`, "jmp rax");
  }
  return lines.map((line) => named(line));
}

/** `push a, b` as one instruction a register. */
function each(text: string): string[] {
  const list = /^(push|pop) (.*)$/.exec(text);
  return list === null ? [text] : list[2].split(", ").map((register) => `${list[1]} ${register}`);
}

/** Puts the values of names in, and one spelling of each condition. */
function named(line: string): string {
  const values: Record<string, number | bigint> = {
    ...HOST,
    ...COUNTER_FLAG,
    pages: PAGES,
    PAGE_FLAG_ASK,
    SHIFT: TABLE.SHIFT,
  };
  return line.replace(
    /\b(emuStop|dispatcher|decider|cover|last|pages|PAGE_FLAG_ASK|REPEAT|ATTACHED|SHIFT)$/,
    (name) => String(values[name]),
  )
    .replace(/ ([A-Z]+)\]/, (_, name) => ` ${TABLE.COLUMN[name as Column] * 8 * 2 ** TABLE.SHIFT}]`)
    .replace(/^jz\b/, "je").replace(/^jnz\b/, "jne");
}

/** Disassembles a stub in the way the comments are written. */
function disassembled(code: Uint8Array, disassembler: Disassembler): string[] {
  const instructions = disassembler.decode(code, PAGE);
  const lines: { at: number; text: string }[] = [];
  const targets = new Set<number>();
  for (const { address, size, mnemonic, operands } of instructions) {
    const next = Number(address) + size;
    let text = operands.replace(/\[rip ([+-]) (0x[0-9a-f]+|\d+)\]/, (_, sign, distance) => {
      const cell = next + (sign === "-" ? -1 : 1) * Number(distance);
      return `[${CELL_NAMES.get(cell) ?? `cell ${cell}`}]`;
    });
    if (/^j(?!mp)/.test(mnemonic)) targets.add(Number(operands));
    text = text.replace(/0x[0-9a-f]+/g, (number) => String(BigInt.asIntN(64, BigInt(number))));
    const hasRegister = text.split(", ").some((operand) => /^[er]?[a-z]{1,2}\d*d?$|^r\d+d?$/.test(operand));
    text = text.replace(/(byte|word|dword|qword) ptr /, hasRegister && mnemonic !== "movzx" ? "" : "$1 ");
    lines.push({ at: Number(address), text: `${mnemonic.replace("movabs", "mov")} ${text}`.trim() });
  }
  return lines.flatMap(({ at, text }) => targets.has(at) ? [`at ${at}:`, text] : [text]);
}

/** Names labels by their order, so that those of both listings compare. */
function numbered(lines: readonly string[]): string[] {
  const names = lines.filter((line) => line.endsWith(":")).map((line) => line.slice(0, -1).replace("at ", ""));
  return lines.map((line) => {
    const label = line.endsWith(":") ? line.slice(0, -1).replace("at ", "") : undefined;
    if (label !== undefined) return `label ${names.indexOf(label)}:`;
    const jump = /^(j(?!mp)\w+) (.+)$/.exec(line);
    return jump === null ? line : `${jump[1]} label ${names.indexOf(jump[2])}`;
  });
}

function assembled(stub: keyof typeof STUBS): Uint8Array {
  const page = new StubPage();
  try {
    page.add(STUBS[stub]);
    return page.code;
  } finally {
    page.free();
  }
}

/** Without the zeros that pad a stub. */
function unpadded(code: Uint8Array): Uint8Array {
  let end = code.length;
  while (code[end - 1] === 0) end--;
  return code.subarray(0, end);
}

for (const stub of Object.keys(STUBS) as (keyof typeof STUBS)[]) {
  Deno.test(`${stub}() is, byte for byte, the assembly in its comments`, () => {
    const disassembler = new Disassembler(findLibrary("capstone").path);
    const code = unpadded(assembled(stub));
    const expected = commented(stub);
    ok(expected.length >= 2, "the comments are found");
    deepEqual(numbered(disassembled(code, disassembler)), numbered(expected));
    disassembler.close();
  });

  Deno.test(`${stub}() disassembles in objdump as in Capstone`, async () => {
    const disassembler = new Disassembler(findLibrary("capstone").path);
    const code = unpadded(assembled(stub));
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeFile(file, code);
      const args = ["-D", "-b", "binary", "-mi386:x86-64", "-M", "intel", "--no-show-raw-insn", file];
      const { stdout } = await new Deno.Command("objdump", { args }).output();
      const theirs = [...new TextDecoder().decode(stdout).matchAll(/^\s*([0-9a-f]+):\s+(\S+)/gm)]
        .map(([, address, mnemonic]) => `${address} ${mnemonic}`);
      const ours = disassembler.decode(code, 0).map(({ address, mnemonic }) => `${address.toString(16)} ${mnemonic}`);
      deepEqual(ours.map((line) => line.replace("movabs", "mov")), theirs.map((line) => line.replace("movabs", "mov")));
    } finally {
      await Deno.remove(file);
      disassembler.close();
    }
  });
}

Deno.test("StubPage adds stubs at multiples of 16 and refuses what does not fit", () => {
  const page = new StubPage();
  const [first, second] = [page.add([0xc3]), page.add([0xc3])];
  equal(second - first, 16n);
  let refused: unknown;
  try {
    page.add(new Array(PAGE).fill(0x90));
  } catch (error) {
    refused = error;
  }
  ok(refused instanceof RangeError);
  page.free();
});
