/**
 * Compares line tables with what objdump and llvm-symbolizer say, of many files: `compare_lines.ts [FILE...]`.
 *
 * Each row is compared with objdump's, and the file, line and column at 500 addresses of each file with llvm-symbolizer's.
 * Without files, it takes those of /usr/lib/debug. Prints the files that differ, and ends with 1 if there are some. A
 * sample of it is in lines_test.ts.
 */

import { DebugLines, type DebugSections, pathOf } from "../../../engine/binary/dwarf/mod.ts";
import { objdumpRows, rowsOf } from "./rows.ts";
import { sectionsOf } from "./tools.ts";

/** Addresses of a file that are looked up. */
const ADDRESSES = 500;
/** Differences of a file that are shown. */
const MOST_SHOWN = 5;

function* rowDifferences(ours: readonly string[], theirs: readonly string[]): Generator<string> {
  for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
    if (ours[at] !== theirs[at]) yield `row ${at}: ${ours[at] ?? "none"}, objdump: ${theirs[at] ?? "none"}`;
  }
}

function* addressDifferences(addresses: readonly number[], lines: DebugLines, theirs: readonly string[]) {
  for (const [index, address] of addresses.entries()) {
    const row = lines.rowAt(address);
    const ours = row === undefined ? "?" : `${pathText(pathOf(row.file))}:${row.line}:${row.column}`;
    if (ours !== theirs[index]) yield `0x${address.toString(16)}: ${ours}, llvm-symbolizer: ${theirs[index]}`;
  }
}

/** Addresses where code has lines, taken by chance that is the same in every run. */
function addressesOf(lines: DebugLines): number[] {
  const ranges: (readonly [start: number, end: number])[] = [];
  lines.visit((start, end) => void ranges.push([start, end]));
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48271) % 0x7fffffff) % below;
  return Array.from({ length: Math.min(ADDRESSES, ranges.length) }, () => {
    const [start, end] = ranges[random(ranges.length)];
    return start + random(Math.max(end - start, 1));
  });
}

/** What llvm-symbolizer says; addr2line of binutils 2.40 takes some files of DWARF 5 for others. */
async function symbolized(path: string, addresses: readonly number[]): Promise<string[]> {
  const child = new Deno.Command("llvm-symbolizer", {
    args: [`--obj=${path}`, "--no-inlines", "--functions=none"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = ReadableStream.from(
    addresses.map((address) => new TextEncoder().encode(`0x${address.toString(16)}\n`)),
  );
  const [{ stdout }] = await Promise.all([child.output(), input.pipeTo(child.stdin)]);
  return new TextDecoder().decode(stdout).trim().split("\n\n").map((text) => {
    const [, file = "", line = "0", column] = /^(.*):(\d+):(\d+)$/.exec(text) ?? [];
    return line === "0" ? "?" : `${pathText(file)}:${line}:${column}`;
  });
}

/** A path without `.` and `..`; only the name, if it is relative: to what, each tool sees differently. */
function pathText(path: string): string {
  if (!path.startsWith("/")) return path.slice(path.lastIndexOf("/") + 1);
  return new URL(path.replaceAll("%", "%25"), "file:///").pathname;
}

async function differences(path: string, sections: DebugSections, rows: readonly string[]): Promise<string[]> {
  const found = [...rowDifferences(rows, await objdumpRows(path)).take(MOST_SHOWN)];
  const lines = new DebugLines(sections);
  found.push(...lines.problems.map((problem) => problem.message));
  const addresses = addressesOf(lines);
  if (addresses.length === 0) return found;
  const theirs = await symbolized(path, addresses);
  return [...found, ...addressDifferences(addresses, lines, theirs).take(MOST_SHOWN)];
}

async function* debugFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* debugFiles(`${folder}/${name}`);
    else if (name.endsWith(".debug")) yield `${folder}/${name}`;
  }
}

const paths = Deno.args.length > 0 ? Deno.args : await Array.fromAsync(debugFiles("/usr/lib/debug"));
let [files, total, different] = [0, 0, 0];
for (const path of paths) {
  const sections = sectionsOf(path);
  const rows = rowsOf(sections);
  if (rows.length === 0) continue;
  files++;
  total += rows.length;
  const found = await differences(path, sections, rows);
  if (found.length === 0) continue;
  different++;
  console.log([path, ...found].join("\n  "));
}
console.log(`${files} files, ${total} rows; ${different} files differ`);
if (different > 0) Deno.exit(1);
