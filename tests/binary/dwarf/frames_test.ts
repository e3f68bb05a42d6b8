import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CallFrames, type CallFrameSections, type FrameRow } from "../../../engine/binary/dwarf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { C_PROGRAM, sectionOf, tool } from "./tools.ts";

const LIBC = "/lib/x86_64-linux-gnu/libc.so.6";
const LINKER = "/lib64/ld-linux-x86-64.so.2";

/** Names of registers by DWARF's numbers, x86-64 psABI, figure 3.36. */
const REGISTERS = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 ra".split(" ");

function framesOf(path: string, leaveOut: readonly string[] = []): CallFrames {
  const section = (name: string) => leaveOut.includes(name) ? undefined : sectionOf(path, name);
  const sections: CallFrameSections = {
    ehFrame: section(".eh_frame"),
    ehFrameHeader: section(".eh_frame_hdr"),
    debugFrame: section(".debug_frame")?.bytes,
  };
  return new CallFrames(sections);
}

/** A rule as readelf abbreviates it. */
function inWords(row: FrameRow, column: string): string {
  if (column === "CFA") {
    return row.cfa.kind === "expression" ? "exp" : `${REGISTERS[row.cfa.register]}${signed(row.cfa.offset)}`;
  }
  const rule = row.rules.get(REGISTERS.indexOf(column));
  switch (rule?.kind) {
    case "same value":
      return "s";
    case "offset":
      return `c${signed(rule.offset)}`;
    case "value offset":
      return `v${signed(rule.offset)}`;
    case "register":
      return `r${rule.register}`; // by its number
    case "expression":
      return "exp";
    case "value expression":
      return "vexp";
    default:
      return "u";
  }
}

const signed = (value: number) => value < 0 ? `${value}` : `+${value}`;

/** The rows that `readelf --debug-dump=frames-interp` prints: address, and rules by column. */
async function rowsOf(path: string): Promise<{ address: number; rules: Record<string, string> }[]> {
  const output = await tool("readelf", "--wide", "--debug-dump=frames-interp", path);
  const rows: { address: number; rules: Record<string, string> }[] = [];
  let columns: string[] = [];
  let [isEntry, end] = [false, 0];
  for (const line of (output ?? "").split("\n")) {
    const entry = /FDE cie=.*pc=[0-9a-f]+\.\.([0-9a-f]+)/.exec(line);
    if (/ (CIE|FDE) /.test(line) || line === "") {
      isEntry = entry !== null;
      end = entry === null ? 0 : parseInt(entry[1], 16);
    } else if (/^ +LOC /.test(line)) columns = line.trim().split(/ +/).slice(1);
    else if (isEntry && /^[0-9a-f]{16} /.test(line)) {
      const [address, ...cells] = line.replaceAll(/ \(r\w+\)/g, "").trim().split(/ +/);
      const rules = Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
      if (parseInt(address, 16) < end) rows.push({ address: parseInt(address, 16), rules });
    }
  }
  return rows;
}

function compare(frames: CallFrames, rows: { address: number; rules: Record<string, string> }[]): void {
  for (const [index, { address, rules }] of rows.entries()) {
    if (rows[index + 1]?.address === address) continue; // a row without code
    const row = frames.rowAt(address);
    ok(row, `0x${address.toString(16)} is not described`);
    const columns = Object.keys(rules).filter((column) => column === "CFA" || REGISTERS.includes(column));
    deepStrictEqual(
      { address, rules: Object.fromEntries(columns.map((column) => [column, inWords(row, column)])) },
      { address, rules: Object.fromEntries(columns.map((column) => [column, rules[column]])) },
    );
  }
}

for (const path of [LIBC, LINKER]) {
  Deno.test(`CallFrames.rowAt() finds the rows that readelf prints for ${path}`, async () => {
    const rows = await rowsOf(path);
    ok(rows.length > 1000, `${rows.length} rows`);
    compare(framesOf(path), rows);
  });
}

Deno.test("CallFrames.rowAt() finds the same without .eh_frame_hdr, by looking at all entries", async () => {
  compare(framesOf(LINKER, [".eh_frame_hdr"]), await rowsOf(LINKER));
});

Deno.test("CallFrames.rowAt() reads .debug_frame where there is no .eh_frame for a function", async () => {
  const flags = ["-g", "-O2", "-fno-asynchronous-unwind-tables", "-no-pie"];
  const program = await compile(C_PROGRAM, flags);
  const main = (await tool("nm", program))?.match(/^([0-9a-f]+) T main$/m)?.[1] ?? "";
  strictEqual(framesOf(program, [".debug_frame"]).rowAt(parseInt(main, 16)), undefined);
  const row = framesOf(program).rowAt(parseInt(main, 16));
  deepStrictEqual(row?.cfa, { kind: "register", register: 7, offset: 8 });
  compare(framesOf(program), (await rowsOf(program)).filter(({ address }) => address >= parseInt(main, 16)));
});

Deno.test("CallFrames.rowAt() tells frames that a signal interrupted", async () => {
  const output = await tool("readelf", "--wide", "--debug-dump=frames", LIBC);
  const common = /^([0-9a-f]{8}) .*CIE "zRS"$/m.exec(output ?? "")?.[1] ??
    /^([0-9a-f]{8}) .*CIE\n.*\n +Augmentation: +"zRS"/m.exec(output ?? "")?.[1];
  ok(common, "libc has a trampoline");
  const start = new RegExp(`FDE cie=${common} pc=([0-9a-f]+)`).exec(output ?? "")?.[1] ?? "";
  strictEqual(framesOf(LIBC).rowAt(parseInt(start, 16))?.isSignalFrame, true);
});

Deno.test("CallFrames.rowAt() knows nothing of addresses outside of functions", () => {
  const frames = framesOf(LIBC);
  for (const address of [0, 1, 2 ** 40, -1]) strictEqual(frames.rowAt(address), undefined);
});
