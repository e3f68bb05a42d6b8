/** Lines, functions and branches against gcov's on the same runs. docs/coverage.md explains what differs. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { SourceCoverage } from "../../mod.ts";
import coverage from "../../plugins/coverage.ts";
import { runPlugin } from "../plugins/run.ts";
import { compile } from "../programs/compile.ts";
import { gcov } from "./gcov.ts";

const TEXT = new URL("../guests/coverage/text.c", import.meta.url);
const CHAIN = new URL("../guests/coverage/chain.c", import.meta.url);
const SHAPES = new URL("../guests/coverage/shapes.cc", import.meta.url);
const JUMPS = new URL("../guests/coverage/jumps.c", import.meta.url);
const THROWS = new URL("../guests/coverage/throws.cc", import.meta.url);
const SEVEN = ["1", "2", "3", "4", "5", "6"];

async function ours(source: URL, args: readonly string[] = []): Promise<SourceCoverage> {
  const program = await compile(source, ["-g", "-O0", ...source.href.endsWith(".cc") ? ["-lstdc++"] : []]);
  using run = await runPlugin(coverage, { by: "line" }, program, args);
  const path = fileURLToPath(source);
  const found = (JSON.parse(run.report("json")) as SourceCoverage[]).find((file) => file.path === path);
  ok(found);
  return found;
}

/** The text of each line, from 1. */
function textOf(source: URL): readonly string[] {
  return ["", ...Deno.readTextFileSync(source).split("\n")];
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

for (const args of [[], SEVEN]) {
  Deno.test(`coverage counts lines, calls and jumps of C as gcov does, with ${args.length} arguments`, async () => {
    const [own, theirs, text] = [await ours(TEXT, args), await gcov(TEXT, args), textOf(TEXT)];
    const counts = new Map(own.lines.map(({ line, count }) => [line, count]));
    ok(theirs.lines.size > 40);
    for (const [line, { count }] of theirs.lines) {
      if (/^ *(case .*|default):$/.test(text[line])) ok(!counts.has(line), `a label has no code: line ${line}`);
      else equal(counts.get(line), count, `line ${line}: ${text[line]}`);
    }
    const rest = own.lines.filter(({ line }) => !theirs.lines.has(line)).map(({ line }) => text[line]);
    ok(rest.length > 0 && rest.every((each) => each === "}"), `gcov has no line of a function's end: ${rest}`);
    deepEqual(new Map(own.functions.map(({ name, count }) => [name, count])), theirs.functions);
    const branches = Map.groupBy(own.branches, ({ line }) => line);
    for (const [line, { branches: expected }] of theirs.lines) {
      // A switch is one branch of many ways to gcov, and several jumps to the machine.
      if (text[line].includes("switch")) continue;
      const ways = (branches.get(line) ?? []).flatMap(({ taken, notTaken }) => [taken, notTaken]);
      deepEqual(sorted(ways), sorted(expected), `line ${line}: ${text[line]}`);
    }
  });
}

Deno.test("coverage counts the line of an if once, though jumps from the ends of its branches belong to it", async () => {
  const [own, theirs, text] = [await ours(CHAIN), await gcov(CHAIN), textOf(CHAIN)];
  const counts = new Map(own.lines.map(({ line, count }) => [line, count]));
  for (const [line, { count }] of theirs.lines) equal(counts.get(line), count, `line ${line}: ${text[line]}`);
  // Of 11 calls, 9 are neither with -2 nor with -1.
  equal(counts.get(text.findIndex((each) => each.includes("if (a > 5)"))), 9);
});

Deno.test("coverage counts lines as gcov does in loops without bodies, through goto, longjmp and what falls through", async () => {
  const [own, theirs, text] = [await ours(JUMPS), await gcov(JUMPS), textOf(JUMPS)];
  const counts = new Map(own.lines.map(({ line, count }) => [line, count]));
  ok(theirs.lines.size > 50);
  for (const [line, { count }] of theirs.lines) {
    if (/^ *(case .*|default|\w+):$/.test(text[line])) ok(!counts.has(line), `a label has no code: line ${line}`);
    // gcov knows nothing of what longjmp comes back to: each of the two setjmp returns twice.
    else equal(counts.get(line), count + (text[line].includes("setjmp(") ? 1 : 0), `line ${line}: ${text[line]}`);
  }
  const rest = own.lines.filter(({ line }) => !theirs.lines.has(line)).map(({ line }) => text[line]);
  ok(rest.every((each) => each === "}"), `gcov has no line of a function's end: ${rest}`);
  deepEqual(new Map(own.functions.map(({ name, count }) => [name, count])), theirs.functions);
});

Deno.test("coverage counts lines of C++ as gcov does: templates, exceptions, lambdas, destructors", async () => {
  const [own, theirs, text] = [await ours(SHAPES), await gcov(SHAPES), textOf(SHAPES)];
  const counts = new Map(own.lines.map(({ line, count }) => [line, count]));
  ok(theirs.lines.size > 70);
  for (const [line, { count }] of theirs.lines) {
    // gcov leaves the entries of a lambda out that begins in the middle of a line: here are four.
    const lambda = /\[\]\(int a, int b\) \{$/.test(text[line]) ? 4 : 0;
    equal(counts.get(line), count + lambda, `line ${line}: ${text[line]}`);
  }
  const rest = own.lines.filter(({ line }) => !theirs.lines.has(line)).map(({ line }) => text[line].trim());
  ok(rest.every((each) => /^(\}\)?;?|(class|struct) .*)$/.test(each)), `ends, and what compilers add: ${rest}`);
  const functions = new Map(own.functions.map(({ name, count }) => [name.replace(/([CD])[12]E/, "$12E"), count]));
  for (const [name, count] of theirs.functions) {
    // The number of a lambda is not the same in all names.
    if (!name.includes("ENKUl")) equal(functions.get(name), count, name);
  }
});

Deno.test("coverage counts lines as gcov does through exceptions that destroy, variadic templates and virtual calls", async () => {
  const [own, theirs, text] = [await ours(THROWS), await gcov(THROWS), textOf(THROWS)];
  const counts = new Map(own.lines.map(({ line, count }) => [line, count]));
  ok(theirs.lines.size > 35);
  for (const [line, { count }] of theirs.lines) {
    // Two exceptions come by: to gcov, what chooses the handler is of no line, and the handler a return to its line.
    const handler = text[line].includes("catch (const") ? -2 : 0;
    // The one call of a lambda that begins in the middle of its line.
    const lambda = text[line].includes("[&](int x)") ? 1 : 0;
    equal(counts.get(line), count + handler + lambda, `line ${line}: ${text[line]}`);
  }
});

Deno.test("coverage counts lines of optimized C++ that gcov counts, where the optimizer left them apart", async () => {
  const program = await compile(SHAPES, ["-g", "-O2", "-lstdc++"]);
  using run = await runPlugin(coverage, { by: "line" }, program);
  const [file] = JSON.parse(run.report("json")) as SourceCoverage[];
  const counts = new Map(file.lines.map(({ line, count }) => [line, count]));
  const text = textOf(SHAPES);
  const at = (part: string) => counts.get(text.findIndex((each) => each.includes(part)));
  // How often, by the source alone; these are where a program's flow cannot be turned around.
  equal(at("throw std::invalid_argument"), 1);
  equal(at('std::printf("bad: %s'), 1);
  equal(at("value = value * 10"), 3);
  equal(at('std::printf("%.0f'), 1);
});
