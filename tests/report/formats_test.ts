/** Reports of sources, as the tools that they are for read them: lcov, genhtml, xmllint, md5sum, objcopy. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type SourceCoverage, type SourceFormat, sourceReport, summaryOf } from "../../mod.ts";
import coverage from "../../plugins/coverage.ts";
import { runPlugin } from "../plugins/run.ts";
import { compile } from "../programs/compile.ts";

const TEXT = new URL("../guests/coverage/text.c", import.meta.url);
const PATH = fileURLToPath(TEXT);
const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const DTD = fileURLToPath(new URL("coverage-04.dtd", import.meta.url));
/** A file whose name and function need to be escaped, without branches. */
const ODD: SourceCoverage = {
  path: "/else/where/<a & b>.c",
  lines: [{ line: 2, count: 7 }, { line: 3, count: 0 }],
  functions: [{ name: "operator<", line: 2, endLine: 3, count: 7 }],
  branches: [],
};

async function sources(program: string): Promise<SourceCoverage[]> {
  using run = await runPlugin(coverage, { by: "line" }, program);
  return JSON.parse(run.report("json"));
}

const [file] = await sources(await compile(TEXT, ["-g"]));

function report(format: SourceFormat, files: readonly SourceCoverage[] = [file, ODD]): string {
  return sourceReport(files, format, {
    root: ROOT,
    title: "<text>",
    timestamp: 0,
    read: (path) => path === PATH ? Deno.readTextFileSync(path) : undefined,
  });
}

/** Runs a tool in a new folder, with a report as the file `report`. */
async function tool(text: string, command: string, ...args: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/report`, text);
    const { code, stdout, stderr } = await new Deno.Command(command, { args, cwd: folder }).output();
    const decoder = new TextDecoder();
    equal(code, 0, decoder.decode(stderr));
    return decoder.decode(stdout) + decoder.decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a report as lcov has the totals that lcov finds in it, and genhtml renders it", async () => {
  const { lines, functions, branches } = summaryOf(file);
  const summary = await tool(report("lcov", [file]), "lcov", "--rc", "lcov_branch_coverage=1", "--summary", "report");
  match(summary, new RegExp(`lines\\.*: [\\d.]+% \\(${lines.hit} of ${lines.found} lines\\)`));
  match(summary, new RegExp(`functions\\.*: [\\d.]+% \\(${functions.hit} of ${functions.found} functions\\)`));
  match(summary, new RegExp(`branches\\.*: [\\d.]+% \\(${branches.hit} of ${branches.found} branches\\)`));
  match(
    await tool(report("lcov", [file]), "genhtml", "--branch-coverage", "report", "-o", "html"),
    /Writing directory/,
  );
});

Deno.test("a report as Cobertura is valid by its document type", async () => {
  const whole = report("cobertura");
  match(whole, /^<!DOCTYPE coverage SYSTEM "[^"]*coverage-04\.dtd">$/m);
  // xmllint would look for that document type on the network.
  const text = whole.replace(/^<!DOCTYPE.*\n/m, "");
  equal(await tool(text, "xmllint", "--noout", "--nonet", "--dtdvalid", DTD, "report"), "");
  const count = (path: string) => tool(text, "xmllint", "--nonet", "--xpath", path, "report").then(Number);
  const { lines } = summaryOf(file);
  equal(await count("number(/coverage/@lines-valid)"), lines.found + 2);
  equal(await count("number(/coverage/@lines-covered)"), lines.hit + 1);
  equal(await count("count(//class[@filename='tests/guests/coverage/text.c']/lines/line[@hits>0])"), lines.hit);
  equal(await count("count(//method[@name='operator<']/lines/line)"), 2);
});

Deno.test("a report as llvm-cov export has segments that give the lines back", () => {
  const { data: [{ files, totals, functions }], type, version } = JSON.parse(report("llvm"));
  deepEqual([type, version], ["llvm.coverage.json.export", "2.0.1"]);
  type Segment = [line: number, column: number, count: number, hasCount: boolean, isEntry: boolean, isGap: boolean];
  const segments = files[0].segments as Segment[];
  const last = segments.at(-1)?.[0] ?? 0;
  const lines = [];
  for (let line = 1; line < last; line++) {
    const [, , count, hasCount] = segments.findLast(([start]) => start <= line) ?? [0, 0, 0, false];
    if (hasCount) lines.push({ line, count });
  }
  deepEqual(lines, file.lines);
  deepEqual(totals.lines.count, file.lines.length + 2);
  equal(functions.find(({ name }: { name: string }) => name === "never").count, 0);
});

Deno.test("a report as Coveralls has the digest of md5sum, and a count or null for each line", async () => {
  const [own, odd] = JSON.parse(report("coveralls")).source_files;
  equal(own.name, "tests/guests/coverage/text.c");
  equal(own.source_digest, (await tool("", "md5sum", PATH)).split(" ")[0]);
  equal(own.coverage.length, Deno.readTextFileSync(TEXT).split("\n").length - 1);
  deepEqual(
    own.coverage.flatMap((count: number | null, at: number) => count === null ? [] : [{ line: at + 1, count }]),
    file.lines,
  );
  deepEqual(odd.coverage, [null, 7, 0]);
});

Deno.test("a report as HTML has every line with its count, and asks no one for anything", () => {
  const page = report("html");
  const rows = [
    ...page.matchAll(/<tr id="file0-(\d+)"[^>]*><td class="number">\d+<\/td><td class="count">(\d+)<\/td>/g),
  ];
  deepEqual(rows.map(([, line, count]) => ({ line: Number(line), count: Number(count) })), file.lines);
  ok(!/https?:|\ssrc=|@import|url\(/.test(page));
  ok(page.includes("&lt;a &amp; b&gt;.c") && !page.includes("<a & b>"));
  match(page, /<title>Coverage of &lt;text&gt;<\/title>/);
});

Deno.test("coverage finds the lines of a stripped program in its debug file", async () => {
  const whole = await compile(TEXT, ["-g"]);
  const folder = await Deno.makeTempDir();
  try {
    const run = async (...args: string[]) => {
      const { success, stderr } = await new Deno.Command("objcopy", { args, cwd: folder }).output();
      ok(success, new TextDecoder().decode(stderr));
    };
    await run("--only-keep-debug", whole, "program.debug");
    await run("--strip-all", "--add-gnu-debuglink=program.debug", whole, "program");
    deepEqual(await sources(`${folder}/program`), [file]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
