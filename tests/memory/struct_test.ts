/** Structures in guest memory, compared with what the C compiler and the program itself say. */

import assert from "node:assert/strict";
import { Emulator, type StructLayout, structLayout } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const POINT = { x: "i16", y: "f64" } as const;
const NODE = {
  tag: "u8",
  next: "pointer",
  small: "i8",
  short_: "u16",
  value: "i32",
  name: "cstring",
  label: "char[5]",
  big: "u64",
  ratio: "f32",
  isOn: "bool",
  at: POINT,
  counts: ["u16", 3],
  path: [POINT, 2],
  last: "i64",
} as const satisfies StructLayout;

const SOURCE = String.raw`
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
struct point { short x; double y; };
struct node {
  unsigned char tag; struct node *next; signed char small; unsigned short short_; int value; const char *name;
  char label[5]; unsigned long big; float ratio; bool isOn; struct point at; unsigned short counts[3];
  struct point path[2]; long last;
};
struct node second = {.tag = 2, .value = -7, .label = "exact", .last = -1};
struct node first = {
  255, &second, -128, 65535, 1 << 30, "h\303\251llo", "ab", 1UL << 63, 0.5f, true, {-3, 2.25}, {1, 2, 3},
  {{4, 4.5}, {5, 5.5}}, -9000000000L,
};
char report[1000];
__attribute__((noinline)) void tell(const struct node *n) {
  sprintf(report, "%d %d %d %u %d %s %.5s %lu %g %d %d,%g %u,%u,%u %d,%g,%d,%g %ld", n->tag, n->next == 0, n->small,
          n->short_, n->value, n->name ? n->name : "-", n->label, n->big, n->ratio, n->isOn, n->at.x, n->at.y,
          n->counts[0], n->counts[1], n->counts[2], n->path[0].x, n->path[0].y, n->path[1].x, n->path[1].y, n->last);
}
#define PLACE(f) printf(#f " %zu %zu\n", offsetof(struct node, f), sizeof first.f)
int main(int argc, char **argv) {
  (void)argv;
  tell(&first);
  if (argc > 1) return 0;
  PLACE(tag); PLACE(next); PLACE(small); PLACE(short_); PLACE(value); PLACE(name); PLACE(label); PLACE(big);
  PLACE(ratio); PLACE(isOn); PLACE(at); PLACE(counts); PLACE(path); PLACE(last);
  printf("size %zu\n%s\n", sizeof first, report);
}
`;

const program = () => compile(SOURCE, ["-O1", "-static"]);

/** What the program says natively: a line a field, the size, the report. */
async function native(): Promise<string[]> {
  return new TextDecoder().decode((await new Deno.Command(await program()).output()).stdout).trimEnd().split("\n");
}

Deno.test("structLayout() puts fields where the C compiler puts them", async () => {
  const { size, fields } = structLayout(NODE);
  const lines = Object.entries(fields).map(([name, place]) => `${name} ${place.offset} ${place.size}`);
  assert.deepEqual([...lines, `size ${size}`], (await native()).slice(0, -1));
});

Deno.test("struct() reads each field as the program does, and follows pointers", async () => {
  using emulator = Emulator.open({ program: await program(), args: ["quiet"] });
  const { memory, symbols } = emulator;
  const node = memory.struct(symbols.find("first").address, NODE);
  const value: number = node.value;
  const fields = [
    ...[
      node.tag,
      Number(node.next === 0n),
      node.small,
      node.short_,
      value,
      node.name,
      node.label,
      node.big,
      node.ratio,
    ],
    ...[Number(node.isOn), `${node.at.x},${node.at.y}`, node.counts.join(",")],
    ...[node.path.map(({ x, y }) => `${x},${y}`).join(","), node.last],
  ];
  assert.equal(fields.join(" "), (await native()).at(-1));
  const second = memory.struct(node.next, NODE);
  assert.deepEqual([second.tag, second.value, second.label, second.name], [2, -7, "exact", undefined]);
});

Deno.test("struct() writes fields that the program then reads", async () => {
  using emulator = Emulator.open({ program: await program(), args: ["quiet"] });
  const { memory, symbols } = emulator;
  emulator.hook("tell", (cpu) => {
    const node = memory.struct(cpu.rdi, NODE);
    Object.assign(node, { tag: 7, next: 0n, small: -1, short_: 513, value: -2, label: "xyz", big: 12n, ratio: 1.5 });
    Object.assign(node, { isOn: false, at: { x: 9, y: -1.5 }, counts: [65535, 0, 7], last: 1n << 40n });
    node.at.y = 8.5;
    node.path[1].x = -6;
  });
  await emulator.run();
  const expected = "7 1 -1 513 -2 héllo xyz 12 1.5 0 9,8.5 65535,0,7 4,4.5,-6,5.5 1099511627776";
  assert.equal(memory.cstring(symbols.find("report").address), expected);
});

Deno.test("struct() says what is wrong with a type, a value and an address", async () => {
  using emulator = Emulator.open({ program: await program(), args: ["quiet"] });
  const { memory, symbols } = emulator;
  const { address } = symbols.find("first");
  const unknown = { a: "int" } as unknown as StructLayout;
  assert.throws(() => memory.struct(address, unknown), {
    name: "TypeError",
    message: /there is no type int, but u8, i8/,
  });
  const node = memory.struct(address, NODE);
  assert.throws(() => node.label = "too long", {
    name: "RangeError",
    message: "Cannot set label: 8 bytes, and it has 5",
  });
  assert.throws(() => node.name = "x", { name: "TypeError", message: /^Cannot set name: it is a string elsewhere/ });
  assert.throws(() => node.counts = [1], { name: "RangeError", message: /^Cannot set counts: it has 3 elements/ });
  assert.throws(() => memory.struct(16n, NODE).value, { name: "GuestMemoryError" });
  assert.equal(node.label, "ab");
});
