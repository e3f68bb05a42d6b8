import assert from "node:assert/strict";
import { Disassembler } from "../../engine/disasm/disassembler.ts";
import { RegisterParts } from "../../engine/disasm/register_parts.ts";
import { findLibrary } from "../../mod.ts";

const ALL = "CF PF AF ZF SF OF";

/** Code, then what the Intel manual's volume 2 says that it reads and writes: registers, then flags. */
const CASES: readonly (readonly [code: string, text: string, ...access: readonly [string, string, string, string]])[] =
  [
    ["01 d8", "add eax, ebx", "eax ebx", "eax", "", ALL],
    ["31 c0", "xor eax, eax", "", "eax", "", ALL],
    ["19 c0", "sbb eax, eax", "", "eax", "CF", ALL],
    ["19 d8", "sbb eax, ebx", "eax ebx", "eax", "CF", ALL],
    ["f7 d8", "neg eax", "eax", "eax", "", ALL],
    ["ff c0", "inc eax", "eax", "eax", "", "PF AF ZF SF OF"],
    ["d1 d0", "rcl eax, 1", "eax", "eax", "CF", "CF OF"],
    ["0f 45 ca", "cmovne ecx, edx", "edx ecx", "ecx", "ZF", ""],
    ["f0 0f b1 0f", "lock cmpxchg dword ptr [rdi], ecx", "eax rdi ecx", "eax", "", ALL],
    ["f3 a4", "rep movsb byte ptr [rdi], byte ptr [rsi]", "rdi rsi rcx", "rdi rsi rcx", "DF", ""],
    ["0f 1f 00", "nop dword ptr [rax]", "", "", "", ""],
    ["8b 44 8b 08", "mov eax, dword ptr [rbx + rcx*4 + 8]", "rbx rcx", "eax", "", ""],
    ["f2 0f 10 c1", "movsd xmm0, xmm1", "xmm1 xmm0", "xmm0", "", ""],
    ["f2 0f 10 07", "movsd xmm0, qword ptr [rdi]", "rdi", "xmm0", "", ""],
    ["66 0f ef db", "pxor xmm3, xmm3", "", "xmm3", "", ""],
    ["d8 c1", "fadd st(1)", "st", "st", "", ""],
    ["db f1", "fcomi st(1)", "st", "st", "", "CF PF ZF"],
    ["0f 05", "syscall", "rax", "rax rcx r11", `${ALL} DF`, ""],
  ];

const words = (text: string) => text.split(" ").filter((word) => word !== "").sort();

Deno.test("Disassembler.registerAccess() is what the manual says", () => {
  const disassembler = new Disassembler(findLibrary("capstone").path);
  try {
    for (const [code, text, reads, writes, flagsRead, flagsWritten] of CASES) {
      const bytes = Uint8Array.from(code.split(" "), (byte) => parseInt(byte, 16));
      const [instruction] = disassembler.decode(bytes, 0x1000);
      assert.equal(`${instruction.mnemonic} ${instruction.operands}`.trim(), text);
      const access = disassembler.registerAccess(instruction);
      assert.deepEqual([...access.reads].sort(), words(reads), text);
      assert.deepEqual([...access.writes].sort(), words(writes), text);
      assert.deepEqual([...access.flagsRead].sort(), words(flagsRead), text);
      assert.deepEqual([...access.flagsWritten].sort(), words(flagsWritten), text);
    }
  } finally {
    disassembler.close();
  }
});

Deno.test("RegisterParts knows what is a part of what", () => {
  const parts = new RegisterParts();
  const shares = (a: string, b: string) => parts.read(a).some((part) => parts.read(b).includes(part));
  for (const [a, b] of [["al", "rax"], ["ah", "ax"], ["r8b", "r8"], ["dil", "edi"], ["xmm1", "ymm1"]]) {
    assert.ok(shares(a, b), `${a} ${b}`);
  }
  for (const [a, b] of [["al", "ah"], ["al", "bl"], ["r8", "r9"], ["xmm1", "xmm2"], ["xmm1", "mm1"]]) {
    assert.ok(!shares(a, b), `${a} ${b}`);
  }
  assert.deepEqual(parts.write("eax", "mov"), parts.read("rax"));
  assert.deepEqual(parts.write("xmm1", "vmovaps"), parts.read("zmm1"));
  assert.deepEqual(parts.write("xmm1", "movaps"), parts.read("xmm1"));
  assert.ok(!parts.write("ymm1", "vzeroupper").some((part) => parts.read("xmm1").includes(part)));
});
