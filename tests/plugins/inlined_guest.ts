/** A guest with inlined calls, and what addr2line says of each of its instructions that ran. */

import type { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const SOURCE = String.raw`
static inline __attribute__((always_inline)) unsigned mix(unsigned x) { return (x ^ x >> 15) * 0x85ebca6bu; }
static inline __attribute__((always_inline)) unsigned twice(unsigned x) { return mix(mix(x) + 1); }
__attribute__((noinline)) unsigned leaf(unsigned n) {
  __asm__ volatile("" : "+r"(n));
  return n * 3;
}
static inline __attribute__((always_inline)) unsigned through(unsigned x) { return leaf(x) ^ mix(x + 7); }
__attribute__((noinline)) unsigned work(unsigned n) {
  unsigned sum = 0;
  for (unsigned i = 0; i < n; i++) {
    sum += twice(i);
    __asm__ volatile("" : "+r"(sum));
    if (i % 8 == 0) sum += through(i);
  }
  return sum;
}
__attribute__((noinline)) unsigned rest(unsigned n) {
  unsigned sum = n;
  while (n--) __asm__ volatile("" : "+r"(sum));
  return mix(sum);
}
int main(void) { return work(20000) + rest(30000) == 1; }
`;

/** Its functions that have code. */
export const OWN: readonly string[] = ["main", "work", "rest", "leaf"];
/** How often `work` calls `leaf`, inside `through`. */
export const LEAF_CALLS = 2500;

/** Its path. */
export async function inlinedProgram(): Promise<string> {
  return await compile(SOURCE, ["-O2", "-g", "-static", "-no-pie"]);
}

/** An instruction of its own that ran. */
export interface Executed {
  readonly address: bigint;
  readonly count: number;
  /** Names of the function and the calls inlined in it, the innermost last. */
  readonly functions: readonly string[];
  /** Where the source has it, as `file:line`; the file with its folder. */
  readonly place: string;
}

/** Asks addr2line about the instructions that ran. */
export async function executedBySource({ coverage, symbols }: Emulator, program: string): Promise<Executed[]> {
  const own = coverage.instructions().filter(({ address, count }) =>
    count > 0 && OWN.includes(symbols.at(address)?.name ?? "")
  );
  const args = ["-f", "-i", "-a", "-e", program, ...own.map(({ address }) => `0x${address.toString(16)}`)];
  const text = new TextDecoder().decode((await new Deno.Command("addr2line", { args }).output()).stdout);
  return text.trim().split(/^0x/m).slice(1).map((part, index) => {
    const lines = part.trim().split("\n").slice(1);
    const functions = lines.filter((_, at) => at % 2 === 0).reverse();
    return { ...own[index], functions, place: lines[1].replace(/ \(discriminator \d+\)$/, "") };
  });
}
