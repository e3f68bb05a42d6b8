import { deepEqual } from "node:assert/strict";
import { Disassembler } from "../../engine/disasm/disassembler.ts";
import { findLibrary } from "../../engine/ffi/find_library.ts";

/** The same bytes at two addresses, as objdump -M intel names where the first of each leads. */
const BRANCHES: readonly (readonly [hex: string, mnemonic: string])[] = [
  ["eb10", "jmp"],
  ["e800010000", "call"],
  ["0f8400010000", "je"],
  ["e310", "jrcxz"],
  ["e210", "loop"],
  ["f27610", "bnd jbe"],
  ["c7f800010000", "xbegin"],
];

Deno.test("decode() names the target of a jump by its address, though its bytes were seen elsewhere", () => {
  using cleanup = new DisposableStack();
  const disassembler = cleanup.adopt(new Disassembler(findLibrary("capstone").path), (it) => it.close());
  for (const [hex, mnemonic] of BRANCHES) {
    const code = Uint8Array.fromHex(hex);
    const distance = code.length + (code.length >= 5 ? 0x100 : 0x10);
    for (const address of [0x1000, 0x40_0000, 0x1000]) {
      const [instruction] = disassembler.decode(code, address);
      deepEqual([instruction.mnemonic, instruction.operands], [mnemonic, `0x${(address + distance).toString(16)}`]);
    }
  }
});

Deno.test("decode() gives instructions that differ in a late byte or in size their own texts, again and again", () => {
  using cleanup = new DisposableStack();
  const disassembler = cleanup.adopt(new Disassembler(findLibrary("capstone").path), (it) => it.close());
  // From the Intel manual, volume 2: B8 is MOV r32, imm32, with REX.W MOV r64, imm64; C7 /0 with a displacement.
  const codes = {
    "b801000000": "mov eax, 1",
    "b802000000": "mov eax, 2",
    "48b80100000000000000": "movabs rax, 1",
    "48b80100000000000001": "movabs rax, 0x100000000000001",
    "48c784240001000001000000": "mov qword ptr [rsp + 0x100], 1",
    "48c784240001000001000001": "mov qword ptr [rsp + 0x100], 0x1000001",
    "6548c784240001000001000001": "mov qword ptr gs:[rsp + 0x100], 0x1000001",
  };
  for (let round = 0; round < 2; round++) {
    for (const [hex, text] of Object.entries(codes)) {
      const [{ mnemonic, operands }] = disassembler.decode(Uint8Array.fromHex(hex), 0x1000);
      deepEqual(`${mnemonic} ${operands}`, text);
    }
  }
});
