/** `x` in all formats, against what gdb 13.1 prints for the same bytes at the same place. */

import assert from "node:assert/strict";
import { examineLines, parseFormat, stringText } from "../../repl/views/memory.ts";

const START = 0x4a40e0n;
const DATA = new Uint8Array(72);
DATA.set([0, 1, 2, 127, 128, 254, 255, 65, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0]);
DATA.set([10, 9, 27, 92, 34, 39, 200, 0x7e], 16);
const view = new DataView(DATA.buffer);
view.setFloat64(24, 3.25, true);
view.setFloat64(32, -0.1, true);
view.setFloat32(40, 1.5, true);
view.setFloat32(44, 3.14159274, true);

const describe = (address: bigint) => {
  if (address < START || address >= START + 72n) return undefined;
  return address === START ? "data" : `data+${address - START}`;
};

/** What gdb prints for `x/FORMAT (char *)&data + offset`. */
const GDB: readonly (readonly [format: string, offset: number, lines: string])[] = [
  [
    "24xb",
    0,
    `0x4a40e0 <data>:	0x00	0x01	0x02	0x7f	0x80	0xfe	0xff	0x41
0x4a40e8 <data+8>:	0x12	0x34	0x56	0x78	0x9a	0xbc	0xde	0xf0
0x4a40f0 <data+16>:	0x0a	0x09	0x1b	0x5c	0x22	0x27	0xc8	0x7e`,
  ],
  [
    "6dw",
    0,
    `0x4a40e0 <data>:	2130837760	1107295872	2018915346	-253838182
0x4a40f0 <data+16>:	1545275658	2127046434`,
  ],
  [
    "3gx",
    0,
    `0x4a40e0 <data>:	0x41fffe807f020100	0xf0debc9a78563412
0x4a40f0 <data+16>:	0x7ec827225c1b090a`,
  ],
  [
    "12dh",
    0,
    `0x4a40e0 <data>:	256	32514	-384	16895	13330	30806	-17254	-3874
0x4a40f0 <data+16>:	2314	23579	10018	32456`,
  ],
  ["8ob", 0, "0x4a40e0 <data>:	0	01	02	0177	0200	0376	0377	0101"],
  ["2og", 0, "0x4a40e0 <data>:	0407777750017700400400	01703365711517025432022"],
  ["3tb", 0, "0x4a40e0 <data>:	00000000	00000001	00000010"],
  [
    "24c",
    0,
    `0x4a40e0 <data>:	0 '\\000'	1 '\\001'	2 '\\002'	127 '\\177'	-128 '\\200'	-2 '\\376'	-1 '\\377'	65 'A'
0x4a40e8 <data+8>:	18 '\\022'	52 '4'	86 'V'	120 'x'	-102 '\\232'	-68 '\\274'	-34 '\\336'	-16 '\\360'
0x4a40f0 <data+16>:	10 '\\n'	9 '\\t'	27 '\\033'	92 '\\\\'	34 '"'	39 '\\''	-56 '\\310'	126 '~'`,
  ],
  ["3uw", 0, "0x4a40e0 <data>:	2130837760	1107295872	2018915346"],
  ["2ga", 0, "0x4a40e0 <data>:	0x41fffe807f020100	0xf0debc9a78563412"],
  ["2fg", 24, "0x4a40f8 <data+24>:	3.25	-0.10000000000000001"],
  ["2fw", 40, "0x4a4108 <data+40>:	1.5	3.14159274"],
];

for (const [text, offset, expected] of GDB) {
  Deno.test(`examineLines() writes x/${text} as gdb does`, () => {
    const format = parseFormat(text, { count: 1, format: "x", size: 4 });
    const bytes = DATA.slice(offset, offset + format.count * format.size);
    assert.deepEqual(examineLines(bytes, START + BigInt(offset), format, describe), expected.split("\n"));
  });
}

Deno.test("stringText() escapes as gdb does", () => {
  assert.equal(stringText(new TextEncoder().encode('tab\t"quoted"\n\x01end')), '"tab\\t\\"quoted\\"\\n\\001end"');
});

Deno.test("parseFormat() keeps the last format and size, as gdb does", () => {
  assert.deepEqual(parseFormat("3", { count: 8, format: "d", size: 8 }), { count: 3, format: "d", size: 8 });
  assert.throws(() => parseFormat("8q", { count: 1, format: "x", size: 4 }), /q is none of/);
});
