/** Images for the tests of symbols, made without a guest: files of the machine, and small programs of our own. */

import { FileSource, parseElf } from "../../engine/binary/elf/mod.ts";
import { Image, type ImageOptions } from "../../engine/symbols/mod.ts";

/** The image of a file as if it were mapped at an address. */
export function imageOf(path: string, base = 0n, options: Partial<ImageOptions> = {}): Image {
  using source = new FileSource(options.hostPath ?? path);
  return new Image({ path, elf: parseElf(source, path), base, ...options });
}

/** Runs a tool and returns its output, in English. */
export async function tool(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, env: { LC_ALL: "C" } }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot run ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** A program with what makes symbols difficult; see each test for what it uses of it. */
export const PROGRAM = `
#include <stdio.h>
int counter = 7;
static int twice(int x) { return 2 * x; }
int apply(int x) { return twice(x) + counter; }
int alias(int x) __attribute__((alias("apply")));
int _hidden_alias(int x) __attribute__((alias("apply")));
__asm__(".text\\nbare_label:\\n  nop\\n  nop\\n  nop\\n  ret\\nnext_label:\\n  ret\\n");
int main(int argc, char **argv) { printf("%d\\n", apply(argc)); return 0; }
`;
