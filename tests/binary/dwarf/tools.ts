/** What the tests of DWARF share: programs with debug information, their sections, and the words of readelf and objdump. */

import { type DebugSectionName, DebugSections } from "../../../engine/binary/dwarf/mod.ts";
import { FileSource, parseDebugElf } from "../../../engine/binary/elf/mod.ts";

/** A C program with loops, a static inline function and more than one file in its line table. */
export const C_PROGRAM = `
#include <stdio.h>
static inline int square(int x) { return x * x; }
__attribute__((noinline)) int sum(const int *values, int count) {
  int total = 0;
  for (int index = 0; index < count; index++) total += square(values[index]);
  return total;
}
int main(int argc, char **argv) {
  int values[4] = { 1, 2, argc, 4 };
  if (argc > 3) puts(argv[0]); else puts("few");
  return sum(values, 4) & 1;
}
`;

/** A C++ program whose line table refers to many headers, with discarded and inlined functions. */
export const CPP_PROGRAM = `
#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>
template <class T> struct Box { T value; T twice() const { return value + value; } };
static int square(int x) { return x * x; }
int refuse(int n) { if (n > 2) throw std::runtime_error("no"); return n; }
int main(int argc, char **) {
  std::vector<int> values{ 3, 1, 2 };
  std::sort(values.begin(), values.end(), [](int a, int b) { return square(a) < square(b); });
  Box<std::string> box{ "ab" };
  try { refuse(argc + 5); } catch (std::exception &error) { std::printf("%s %s\\n", error.what(), box.twice().c_str()); }
  return values[0];
}
`;

/** A Rust program. */
export const RUST_PROGRAM = `
fn square(x: u64) -> u64 { x * x }
fn main() {
    let mut values: Vec<u64> = (0..10).map(square).collect();
    values.sort_by(|a, b| b.cmp(a));
    println!("{:?}", values);
}
`;

/** The debug sections of a file. */
export function sectionsOf(path: string): DebugSections {
  using file = new FileSource(path);
  const elf = parseDebugElf(file, path);
  const bytes = new Map(
    elf.sections().filter(({ name }) => name.startsWith(".debug_")).map((
      section,
    ) => [section.name, elf.contents(section)]),
  );
  return new DebugSections((name: DebugSectionName) => bytes.get(name));
}

/** The bytes and the address of a section; undefined if the file does not have it. */
export function sectionOf(path: string, name: string): { bytes: Uint8Array; address: number } | undefined {
  using file = new FileSource(path);
  const elf = parseDebugElf(file, path);
  const section = elf.section(name);
  return section && { bytes: elf.contents(section), address: Number(section.address) };
}

/** Runs a tool and returns its output, in English, also if it grumbles; undefined if it is not installed. */
export async function tool(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args, env: { LC_ALL: "C" } }).output();
    // readelf fails, after it has printed everything, when it cannot follow the link to a debug file.
    if (success || stdout.length > 0) return new TextDecoder().decode(stdout);
    throw new Error(`Cannot run ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A generator of numbers that is the same in every run. */
export function generator(seed: number): (limit: number) => number {
  return (limit) => (seed = seed * 48271 % 2147483647) % limit;
}

/** A copy with some bytes changed: set to odd values, or a run of them copied from elsewhere. */
export function mutated(bytes: Uint8Array, random: (limit: number) => number): Uint8Array {
  const copy = bytes.slice();
  for (let left = 1 + random(6); left > 0; left--) {
    const at = random(copy.length);
    const kind = random(4);
    if (kind === 0) copy[at] = random(256);
    else if (kind === 1) copy[at] = [0, 1, 0x7f, 0x80, 0xff][random(5)];
    else if (kind === 2) copy[at] ^= 1 << random(8);
    else copy.copyWithin(at, random(copy.length), random(copy.length));
  }
  return random(16) === 0 ? copy.subarray(0, random(copy.length)) : copy;
}
