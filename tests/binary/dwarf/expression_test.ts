import { strictEqual, throws } from "node:assert/strict";
import { DwarfError, evaluate, type ExpressionContext } from "../../../engine/binary/dwarf/mod.ts";

const memory = new Map([[0x1000n, 0x8877_6655_4433_2211n]]);
const context: ExpressionContext = {
  register: (register) => register === 7 ? 0xff0n : register === 6 ? undefined : BigInt(register),
  read: (address, size) => {
    const word = memory.get(address);
    return word && BigInt.asUintN(size * 8, word);
  },
  cfa: 0xcfan,
  bias: 0x10000n,
};

const run = (bytes: readonly number[], initial: readonly bigint[] = []) =>
  evaluate({ bytes: Uint8Array.from(bytes), section: ".eh_frame", offset: 0x40 }, context, initial);

const ONES = 2n ** 64n - 1n;

// The operations by their numbers, and what DWARF 5, section 2.5.1, says that they leave.
for (
  const [name, bytes, expected] of [
    ["DW_OP_lit31", [0x4f], 31n],
    ["DW_OP_addr", [0x03, 1, 0, 0, 0, 0, 0, 0, 0], 0x10001n],
    ["DW_OP_const1u", [0x08, 0xff], 255n],
    ["DW_OP_const1s", [0x09, 0xff], ONES],
    ["DW_OP_const2s", [0x0b, 0xfe, 0xff], ONES - 1n],
    ["DW_OP_const4u", [0x0c, 0xff, 0xff, 0xff, 0xff], 0xffff_ffffn],
    ["DW_OP_const8u", [0x0e, 1, 2, 3, 4, 5, 6, 7, 8], 0x0807_0605_0403_0201n],
    ["DW_OP_constu", [0x10, 0xe5, 0x8e, 0x26], 624485n],
    ["DW_OP_consts", [0x11, 0x80, 0x7f], ONES - 127n],
    ["DW_OP_breg7", [0x77, 0x10], 0x1000n],
    ["DW_OP_bregx", [0x92, 0x07, 0x70], 0xfe0n],
    ["DW_OP_regx", [0x90, 0x05], 5n],
    ["DW_OP_deref", [0x77, 0x10, 0x06], 0x8877_6655_4433_2211n],
    ["DW_OP_deref_size", [0x77, 0x10, 0x94, 2], 0x2211n],
    ["DW_OP_dup", [0x32, 0x12, 0x1e], 4n],
    ["DW_OP_drop", [0x31, 0x32, 0x13], 1n],
    ["DW_OP_over", [0x31, 0x32, 0x14], 1n],
    ["DW_OP_pick", [0x31, 0x32, 0x33, 0x15, 2], 1n],
    ["DW_OP_swap", [0x35, 0x32, 0x16, 0x1c], ONES - 2n],
    // "The entry at the top becomes the third, the second becomes the top, and the third becomes the second."
    ["DW_OP_rot, top", [0x31, 0x32, 0x33, 0x17], 2n],
    ["DW_OP_rot, second", [0x31, 0x32, 0x33, 0x17, 0x13], 1n],
    ["DW_OP_rot, third", [0x31, 0x32, 0x33, 0x17, 0x13, 0x13], 3n],
    ["DW_OP_abs", [0x09, 0x80, 0x19], 128n],
    ["DW_OP_and", [0x3c, 0x3a, 0x1a], 8n],
    ["DW_OP_div", [0x09, 0xf9, 0x32, 0x1b], ONES - 2n], // -7 / 2 = -3
    ["DW_OP_minus", [0x32, 0x35, 0x1c], ONES - 2n],
    ["DW_OP_mod", [0x37, 0x33, 0x1d], 1n],
    ["DW_OP_neg", [0x31, 0x1f], ONES],
    ["DW_OP_not", [0x30, 0x20], ONES],
    ["DW_OP_or", [0x3c, 0x33, 0x21], 15n],
    ["DW_OP_plus_uconst", [0x31, 0x23, 0x80, 0x01], 129n],
    ["DW_OP_shl", [0x31, 0x33, 0x24], 8n],
    ["DW_OP_shr", [0x09, 0xff, 0x08, 63, 0x25], 1n],
    ["DW_OP_shra", [0x09, 0x80, 0x33, 0x26], ONES - 15n],
    ["DW_OP_xor", [0x3c, 0x3a, 0x27], 6n],
    ["DW_OP_lt", [0x09, 0xff, 0x30, 0x2d], 1n],
    ["DW_OP_ge", [0x32, 0x32, 0x2a], 1n],
    ["DW_OP_ne", [0x32, 0x32, 0x2e], 0n],
    ["DW_OP_skip", [0x31, 0x2f, 1, 0, 0x32, 0x96], 1n],
    ["DW_OP_bra", [0x31, 0x31, 0x28, 1, 0, 0x32], 1n],
    ["DW_OP_call_frame_cfa", [0x9c], 0xcfan],
    // What ld has in .eh_frame for .plt: rsp + 8 + (((rip & 15) >= 11) << 3)
    ["a PLT entry's, at its start", [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22], 0xff8n],
  ] as const
) {
  Deno.test(`evaluate() computes ${name}`, () => {
    strictEqual(run(bytes), expected);
  });
}

Deno.test("evaluate() starts with what is on the stack", () => {
  strictEqual(run([0x22], [40n, 2n]), 42n);
});

Deno.test("evaluate() knows no result when a register or memory is not available", () => {
  strictEqual(run([0x76, 0]), undefined);
  strictEqual(run([0x31, 0x06]), undefined);
});

for (
  const [why, bytes, problem] of [
    ["is empty", [], /stack is empty at offset 0x40 in section .eh_frame$/],
    ["divides by zero", [0x31, 0x30, 0x1b], /divided by 0/],
    ["has no end", [0x2f, 0xfd, 0xff], /does not end/],
    ["grows without end", [0x31, 0x2f, 0xfc, 0xff], /overflows/],
    ["leaves itself", [0x2f, 0x00, 0x01], /leaves the expression/],
    ["has an unknown operation", [0xff], /operation 0xff is not supported/],
    ["is cut off", [0x0e, 1], /past the end/],
  ] as const
) {
  Deno.test(`evaluate() throws a DwarfError when the expression ${why}`, () => {
    throws(() => run(bytes), (error) => error instanceof DwarfError && problem.test(error.message));
  });
}
