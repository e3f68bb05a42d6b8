import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { readLocation } from "../../engine/symbols/location.ts";
import { globToRegExp } from "../../engine/symbols/pattern.ts";

const brief = (text: string) =>
  readLocation(text).map((reading) =>
    reading.kind === "address"
      ? reading.address
      : reading.kind === "line"
      ? `${reading.image ?? ""}|${reading.file}|line ${reading.line}`
      : `${reading.image ?? ""}|${reading.name}|${reading.offset}`
  );

for (
  const [text, ...readings] of [
    ["main", "|main|0"],
    [" main ", "|main|0"],
    ["main+0x10", "|main+0x10|0", "|main|16"],
    ["main - 8", "|main - 8|0", "|main|-8"],
    ["libc.so.6:puts", "|libc.so.6:puts|0", "libc.so.6|puts|0"],
    ["libc.so.6:puts+4", "|libc.so.6:puts+4|0", "libc.so.6|puts+4|0", "|libc.so.6:puts|4", "libc.so.6|puts|4"],
    ["std::sort", "|std::sort|0"],
    ["lib.so:std::sort", "|lib.so:std::sort|0", "lib.so|std::sort|0"],
    ["file.c:42", "|file.c:42|0", "file.c|42|0", "|file.c|line 42"],
    ["src/file.c:42", "|src/file.c:42|0", "src/file.c|42|0", "|src/file.c|line 42"],
    ["libc:puts.c:42", "|libc:puts.c:42|0", "libc|puts.c:42|0", "libc|puts.c|line 42"],
    ["a::b", "|a::b|0"],
    ["0x401000", 0x401000n],
    ["4198400", 4198400n],
  ] as const
) {
  Deno.test(`readLocation() reads "${text}"`, () => {
    deepStrictEqual(brief(text), readings);
  });
}

Deno.test("readLocation() refuses the text when it is empty", () => {
  throws(() => readLocation(""), { name: "SyntaxError", message: "Cannot read the location: it is empty" });
});

for (
  const [pattern, matches, others] of [
    ["str*", ["str", "strlen"], ["xstr"]],
    ["?open", ["fopen"], ["open", "ffopen"]],
    ["[a-c]x", ["ax", "cx"], ["dx"]],
    ["[!a-c]x", ["dx"], ["ax"]],
    ["a.b", ["a.b"], ["axb"]],
    ["f(int)+[", ["f(int)+["], ["fint"]],
  ] as const
) {
  Deno.test(`globToRegExp() matches whole names with ${pattern}`, () => {
    const expression = globToRegExp(pattern);
    for (const name of matches) strictEqual(expression.test(name), true, name);
    for (const name of others) strictEqual(expression.test(name), false, name);
  });
}
