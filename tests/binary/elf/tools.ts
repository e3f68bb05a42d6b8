/** The binutils as a second opinion, and the files they are asked about. */

/** Files of the machine that the parser is held against readelf on; each is on every x86-64 glibc system. */
export const FILES: readonly string[] = [
  "/bin/ls",
  "/lib64/ld-linux-x86-64.so.2",
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/lib/x86_64-linux-gnu/libm.so.6",
  "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
  Deno.execPath(),
];

/** Runs a tool and returns its output, in English. */
export async function tool(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, env: { LC_ALL: "C" } }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot run ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** The lines of a tool's output. */
export async function lines(command: string, ...args: string[]): Promise<readonly string[]> {
  return (await tool(command, ...args)).split("\n");
}

/** A copy of a file's bytes with some of them changed: offset -> the bytes to put there. */
export function patched(bytes: Uint8Array, patches: Readonly<Record<number, readonly number[]>>): Uint8Array {
  const copy = bytes.slice();
  for (const [offset, patch] of Object.entries(patches)) copy.set(patch, Number(offset));
  return copy;
}

/** A number as little-endian bytes. */
export function littleEndian(value: number | bigint, size: number): number[] {
  return Array.from({ length: size }, (_, index) => Number(BigInt(value) >> BigInt(8 * index) & 0xffn));
}
