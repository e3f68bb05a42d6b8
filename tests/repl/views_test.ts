/** Views: data in, lines out. */

import assert from "node:assert/strict";
import { SourceFrame } from "../../mod.ts";
import { frameLine } from "../../repl/views/frame.ts";
import { breakpointLines } from "../../repl/views/breakpoints.ts";
import { coverageTable } from "../../repl/views/coverage.ts";
import { disassemblyLines } from "../../repl/views/disassembly.ts";
import { errorLines } from "../../repl/views/error.ts";
import { hexdumpLines } from "../../repl/views/hexdump.ts";
import { mapLines } from "../../repl/views/maps.ts";
import { registerBlock, registerLines } from "../../repl/views/registers.ts";
import { stackLines } from "../../repl/views/stack.ts";
import { stopLines } from "../../repl/views/stop.ts";
import { COLOURED, PLAIN, styleFor } from "../../repl/views/style.ts";
import { valueLines } from "../../repl/views/value.ts";

const describe = (address: bigint) =>
  address < 0x401000n || address >= 0x402000n
    ? undefined
    : address === 0x401000n
    ? "main"
    : `main+${address - 0x401000n}`;

Deno.test("registerLines() writes what gdb's info registers does", () => {
  const lines = registerLines({ rax: 0x1cn, rcx: 0xffff_ffff_ffff_ffffn, rip: 0x401004n, eflags: 0x246n }, describe);
  assert.deepEqual(lines, [
    "rax            0x1c               28",
    "rcx            0xffffffffffffffff -1",
    "rip            0x401004           0x401004 <main+4>",
    "eflags         0x246              [ PF ZF IF ]",
  ]);
});

Deno.test("registerBlock() marks what changed since the last stop", () => {
  const [line] = registerBlock({ rax: 1n, rbx: 2n }, { rax: 1n, rbx: 3n }, describe, 80, PLAIN);
  assert.equal(line, "rax 0x1                 rbx*0x2");
});

Deno.test("registerBlock() keeps registers apart whose values are as long as can be", () => {
  const [line] = registerBlock({ rbp: ~0n & 0xffff_ffff_ffff_ffffn, rsp: 1n }, undefined, describe, 80, PLAIN);
  assert.equal(line, "rbp 0xffffffffffffffff  rsp 0x1");
});

Deno.test("disassemblyLines() marks the program counter, breakpoints and counts, and names targets", () => {
  const make = (address: bigint, mnemonic: string, operands: string, count: number) => ({
    ...{ address, size: 5, bytes: new Uint8Array(5), mnemonic, operands, count },
  });
  const lines = disassemblyLines(
    [make(0x401000n, "call", "0x401010", 3), make(0x401005n, "lea", "rax, [rip + 0x10]", 0)],
    { pc: 0x401005n, attached: new Map([[0x401000n, "b1"]]), describe, counts: true },
    PLAIN,
  );
  assert.deepEqual(lines, [
    "   b1     3 0x401000 <main>:   call   0x401010 <main+16>",
    "=>        - 0x401005 <main+5>: lea    rax, [rip + 0x10]    # 0x40101a <main+26>",
  ]);
});

Deno.test("coverageTable() sorts by instructions executed, and sums up", () => {
  const symbol = (name: string, executed: number) => ({
    ...{ name, image: undefined, address: 0n, size: 1, isNamed: true, bytes: executed, executed, covered: 2 },
  });
  assert.deepEqual(coverageTable([symbol("few", 1), symbol("many", 2999)], 1, PLAIN), [
    "executed  share  different  symbol  image",
    "   2,999 100.0%         2  many",
    "... 1 more; `cov --all` shows them",
    "3,000 instructions in 2 symbols",
  ]);
});

Deno.test("breakpointLines() writes the table of gdb's info breakpoints", () => {
  const row = {
    ...{ number: 1, type: "breakpoint", disposition: "keep", isEnabled: true, where: "main" },
    ...{ addresses: [0x401000n], isPending: false, condition: "$rdi == 1", hits: 2, ignore: 0 },
  };
  assert.deepEqual(
    breakpointLines(
      [row, { ...row, number: 2, addresses: [], isPending: true, condition: undefined, hits: 0 }],
      describe,
    ),
    [
      "Num     Type           Disp Enb Address            What",
      "1       breakpoint     keep y   0x0000000000401000 <main>",
      "\tstop only if $rdi == 1",
      "\tbreakpoint already hit 2 times",
      "2       breakpoint     keep y   <PENDING>          main",
    ],
  );
});

Deno.test("mapLines() writes what /proc/PID/maps does", () => {
  const region = { start: 0x400000, end: 0x401000, protection: 5, shared: false, name: "/bin/true", offset: 0x1000 };
  assert.deepEqual(mapLines([region]), ["00400000-00401000 r-xp 00001000 /bin/true"]);
});

Deno.test("hexdumpLines() writes what hexdump -C does", () => {
  const bytes = new TextEncoder().encode("Hello, world!\n\0\x7f+");
  assert.deepEqual(hexdumpLines(bytes), [
    "00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 0a 00 7f  |Hello, world!...|",
    "00000010  2b                                                |+|",
  ]);
});

Deno.test("frameLine() says where a frame without debug information is, and marks guesses", () => {
  const known = { place: 0n, sp: 0n, cfa: undefined, symbol: undefined, image: undefined, source: undefined };
  const frame = (level: number, pc: bigint, how: "registers" | "guess") =>
    new SourceFrame(level, { ...known, level, pc, how, isTrampoline: false, registers: [] });
  assert.equal(frameLine(frame(0, 0x401000n, "registers"), describe, PLAIN), "#0  0x401000 in main");
  assert.equal(frameLine(frame(1, 1n, "guess"), describe, PLAIN), "#1  0x1 in ??  (guess: found on the stack)");
});

Deno.test("stackLines() shows what words lead to, and registers that point there", () => {
  const words = [
    { address: 0x1000n, value: 0x401004n, chain: ["<main+4>"], registers: ["rsp"] },
    { address: 0x1008n, value: 7n, chain: [], registers: [] },
  ];
  assert.deepEqual(stackLines(words, PLAIN), ["0x1000 +0x00: 0x401004 -> <main+4>  (rsp)", "0x1008 +0x08: 0x7"]);
});

Deno.test("stopLines() says exits as gdb does: the status in octal", () => {
  assert.deepEqual(stopLines({ kind: "exited", status: 12 }, [], 5, String), [
    "[Inferior 1 (process 5) exited with code 014]",
  ]);
  assert.deepEqual(stopLines({ kind: "exited", status: 0 }, [], 5, String), [
    "[Inferior 1 (process 5) exited normally]",
  ]);
});

Deno.test("valueLines() writes bigints in hexadecimal with their symbol, and bytes as a hexdump", () => {
  const lines = (value: unknown) => valueLines(value, describe, Deno.inspect);
  assert.deepEqual(lines(0x401004n), ["0x401004 <main+4>"]);
  assert.deepEqual(lines(5n), ["5n"]);
  assert.deepEqual(lines(true), ["true"]);
  assert.deepEqual(lines(undefined), []);
  assert.equal(lines(Uint8Array.of(65))[0].slice(-3), "|A|");
});

Deno.test("errorLines() shows the user's own line, and leaves out others", () => {
  const error = new TypeError("no");
  error.stack = "TypeError: no\n    at prompt-1:2:7\n    at Emulator.run (file:///elsewhere/emulator.ts:1:1)";
  const find = (script: string, line: number) => script === "prompt-1" ? { text: "  throw x;", line } : undefined;
  assert.deepEqual(errorLines(error, find, PLAIN), [
    "TypeError: no",
    "    at prompt-1:2:7",
    "      throw x;",
    "          ^",
  ]);
});

Deno.test("styleFor() has no colours for pipes, NO_COLOR and TERM=dumb", () => {
  assert.equal(styleFor(true, { TERM: "xterm" }), COLOURED);
  assert.equal(styleFor(false, { TERM: "xterm" }), PLAIN);
  assert.equal(styleFor(true, { TERM: "xterm", NO_COLOR: "1" }), PLAIN);
  assert.equal(styleFor(true, { TERM: "dumb" }), PLAIN);
});
