import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { editDistance, suggest } from "../../engine/symbols/suggestions.ts";

for (
  const [a, b, distance] of [
    ["", "", 0],
    ["main", "main", 0],
    ["", "main", 4],
    ["mian", "main", 1],
    ["kitten", "sitting", 3],
    ["prinft", "printf", 1],
    ["ca", "abc", 3],
  ] as const
) {
  Deno.test(`editDistance() is ${distance} when "${a}" should be "${b}"`, () => {
    strictEqual(editDistance(a, b), distance);
    strictEqual(editDistance(b, a), distance);
  });
}

Deno.test("suggest() puts the nearest first and leaves out what is far", () => {
  deepStrictEqual(suggest("mian", ["malloc", "man", "main", "min", "mmap"]), ["man", "main", "min"]);
  deepStrictEqual(suggest("prinft", ["printf", "puts", "sprintf", "printf"]), ["printf", "sprintf"]);
  deepStrictEqual(suggest("xyz", ["main"]), []);
});
