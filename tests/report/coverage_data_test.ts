/** Saved coverage: sums, set expressions, and files that do not fit. */

import { deepEqual, equal, throws } from "node:assert/strict";
import {
  addCoverage,
  type CoverageData,
  CoverageExpressionError,
  CoverageFileError,
  CoverageMismatchError,
  coverageText,
  Emulator,
  evaluateCoverage,
  readCoverage,
} from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const SOURCE = new URL("../guests/coverage/text.c", import.meta.url);

/** What a run of the guest executed. */
async function ran(args: readonly string[], flags: readonly string[] = ["-g"]): Promise<CoverageData> {
  const program = await compile(SOURCE, flags);
  using emulator = Emulator.open({ program, args, env: {} });
  emulator.countBranches();
  await emulator.run();
  return emulator.coverage.snapshot([program, ...args]);
}

const few = await ran([]);
const many = await ran(["1", "2", "3", "4", "5", "6"]);

/** Instructions of the program, by address in the file. */
function counts(data: CoverageData): Map<number, number> {
  const { code } = data.images.find(({ role }) => role === "program") ?? { code: new Map() };
  return new Map([...code].map(([offset, { count }]) => [offset, count]));
}

const evaluate = (text: string) => evaluateCoverage(text, (name) => name === "few" ? few : many);

Deno.test("coverage of a position-independent program adds up over runs and load addresses", async () => {
  const sum = addCoverage(few, await ran([]));
  deepEqual(counts(sum), new Map([...counts(few)].map(([offset, count]) => [offset, 2 * count])));
  deepEqual(sum.commands, few.commands);
});

Deno.test("readCoverage() reads what coverageText() writes", () => {
  deepEqual(readCoverage(coverageText(many), "x.cov"), many);
});

Deno.test("evaluateCoverage() tells what ran in both, in either, in one only", () => {
  const [a, b] = [counts(few), counts(many)];
  deepEqual([...counts(evaluate("few | many")).keys()], [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y));
  deepEqual([...counts(evaluate("few & many")).keys()].filter((offset) => !a.has(offset) || !b.has(offset)), []);
  // `never` runs only with many arguments; where it is called from, a jump goes another way.
  const only = counts(evaluate("many - few"));
  equal([...b.keys()].filter((offset) => !a.has(offset) && !only.has(offset)).length, 0);
  equal([...counts(evaluate("few - few")).keys()].length, 0);
  deepEqual(counts(evaluate("(many - few) & many")), only);
  // What ran in one of them or in both is all there is.
  const parts = ["few - many", "many - few", "few & many"].flatMap((text) => [...counts(evaluate(text)).keys()]);
  deepEqual([...new Set(parts)].sort((x, y) => x - y), [...counts(evaluate("few | many")).keys()]);
});

Deno.test("evaluateCoverage() says what is wrong with an expression", () => {
  const cases: [string, RegExp][] = [
    ["", /^Cannot evaluate nothing: a file is missing at its end/],
    ["few &", /^Cannot evaluate few &: a file is missing at its end/],
    ["& few", /a file is missing before &$/],
    ["few many", /an operator is missing before many$/],
    ["(few", /a parenthesis is not closed$/],
    ["few )", /an operator is missing before \)$/],
  ];
  for (const [text, message] of cases) {
    throws(() => evaluate(text), (error) => error instanceof CoverageExpressionError && message.test(error.message));
  }
});

Deno.test("addCoverage() refuses runs of different builds", async () => {
  const other = await ran([], ["-g", "-O1"]);
  const [program] = few.images.filter(({ role }) => role === "program");
  const moved = { ...other, images: other.images.map((image) => ({ ...image, path: program.path })) };
  throws(
    () => addCoverage(few, moved),
    (error) =>
      error instanceof CoverageMismatchError &&
      /is not the same in both: it was build id [0-9a-f]+, then/.test(error.message),
  );
});

Deno.test("readCoverage() says what is wrong with a file", () => {
  const whole = coverageText(few);
  const cases: [string, RegExp][] = [
    ["", /it is not JSON; write one with --plugin coverage,save=x\.cov$/],
    ["{}", /it is not a coverage file/],
    [whole.slice(0, 1000), /it is not JSON/],
    [whole.replace('"version":1', '"version":7'), /it is of version 7, and this reads version 1$/],
    [whole.replace(/"path":"[^"]*"/, '"path":5'), /image 0: it has no path$/],
    [whole.replace(/"buildId":"\w*"/, '"buildId":"no"'), /image 0: its build id is not hexadecimal$/],
    [whole.replace('"role":"', '"role":"no'), /its role is none of program, interpreter, library$/],
    [whole.replace('"code":[\n[', '"code":[\n[-'), /its code is not lists of an offset, a count and sizes$/],
    [whole.replace(/"code":\[\n(\[.*\]),/, '"code":[\n$1,\n$1,'), /the instruction at \d+ is there twice$/],
    [
      whole.replace(/"branches":\[\n\[(\d+),\d+\]/, '"branches":[\n[$1,123456789]'),
      /the branch at \d+ ran less than that$/,
    ],
  ];
  for (const [text, message] of cases) {
    throws(
      () => readCoverage(text, "x.cov"),
      (error) =>
        error instanceof CoverageFileError && message.test(error.message) &&
        error.message.startsWith("Cannot read coverage from x.cov: "),
      String(message),
    );
  }
});
