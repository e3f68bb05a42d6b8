/** Lines taken apart: commands or TypeScript, whole or not. */

import assert from "node:assert/strict";
import { rewriteImports } from "../../repl/prompt/imports.ts";
import { isIncomplete, readCommand } from "../../repl/prompt/syntax.ts";
import { evaluateExpression } from "../../repl/session/expression.ts";
import { splitWords } from "../../repl/commands/words.ts";
import { occurrences, patternBytes } from "../../repl/commands/search.ts";

Deno.test("isIncomplete() is true while a bracket, template, comment or right-hand side is missing", () => {
  const open = [
    "f(",
    "hook('main', (cpu) => {",
    "`a ${b",
    "/* c",
    "const x =",
    "x =>",
    "1 +",
    "[1,",
    "if (a) {\n  b();",
  ];
  for (const text of open) assert.equal(isIncomplete(text), true, text);
  const closed = [
    "f()",
    "'('",
    '"{"',
    "`{`",
    "// (",
    "/[(]/",
    "a / b",
    "i++",
    "x!",
    "`a ${b}`",
    "{}",
    "'unclosed",
    "}",
  ];
  for (const text of closed) assert.equal(isIncomplete(text), false, text);
});

Deno.test("readCommand() leaves assignments, calls and members to TypeScript", () => {
  assert.deepEqual(readCommand("x/8gx $rsp"), { word: "x", rest: "/8gx $rsp" });
  assert.deepEqual(readCommand("cov --top 3"), { word: "cov", rest: "--top 3" });
  assert.deepEqual(readCommand("  step"), { word: "step", rest: "" });
  for (const text of ["x = 5", "step(3)", "cov.x", "x += 1", "x++", "run => 1", "(x)"]) {
    assert.equal(readCommand(text), undefined, text);
  }
});

Deno.test("evaluateExpression() knows registers, symbols, memory and C's precedence", () => {
  const ground = {
    register: (name: string) => name === "rsp" ? 0x1000n : undefined,
    symbol: (name: string) => name === "libc.so.6:puts" ? 0x2000n : undefined,
    word: (address: bigint) => address * 2n,
  };
  const of = (text: string) => evaluateExpression(text, ground);
  assert.equal(of("$rsp+8*2"), 0x1010n);
  assert.equal(of("*($rsp - 0x10) + 1"), 0x1fe1n);
  assert.equal(of("&libc.so.6:puts"), 0x2000n);
  assert.equal(of("-1"), 0xffff_ffff_ffff_ffffn);
  assert.equal(of("1 << 4 | 3 & 2"), 18n);
  assert.throws(() => of("$nope"), /There is no register or symbol `\$nope`/);
  assert.throws(() => of("1 +"), /ends too early/);
});

Deno.test("rewriteImports() makes static imports dynamic, on the same line", () => {
  const rewrite = (text: string) => rewriteImports(text, (specifier) => specifier);
  assert.equal(rewrite('import { a, b as c } from "x";'), 'const { a, b: c } = await import("x");');
  assert.equal(
    rewrite('import d, * as all from "x"'),
    'const all = await import("x"); const { default: d} = await import("x");',
  );
  assert.equal(rewrite('import "x"'), 'await import("x");');
});

Deno.test("splitWords() groups by quotes as a shell does", () => {
  assert.deepEqual(splitWords(`a "b c" 'd\\e' f\\ g ""`), ["a", "b c", "d\\e", "f g", ""]);
  assert.throws(() => splitWords("'a"), /not closed/);
});

Deno.test("patternBytes() reads text, little-endian numbers and bytes; occurrences() finds them all", () => {
  assert.deepEqual([...patternBytes('"ab"')], [0x61, 0x62]);
  assert.deepEqual([...patternBytes("0x1234")], [0x34, 0x12]);
  assert.deepEqual([...patternBytes("de ad")], [0xde, 0xad]);
  assert.deepEqual([...occurrences(Uint8Array.of(1, 1, 1, 2), Uint8Array.of(1, 1))], [0, 1]);
});
