/** Rust programs for the tests, where there is a compiler. */

import { fileURLToPath } from "node:url";

/** Whether there is a Rust compiler that runs: Debian's own is older than the DWARF 5 that is of interest here. */
export function hasRust(): boolean {
  try {
    return new Deno.Command("rustc", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Compiles a Rust program into a folder.
 *
 * @returns The path of the result.
 * @throws {Error} If rustc refuses it; the message holds what it printed.
 */
export async function compileRust(source: URL, folder: string, flags: readonly string[] = []): Promise<string> {
  const result = `${folder}/program`;
  const args = ["-A", "warnings", "-g", ...flags, "-o", result, fileURLToPath(source)];
  const { success, stderr } = await new Deno.Command("rustc", { args, stderr: "piped" }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return result;
}

/** The commands that have gdb show Rust's containers as rust-gdb does. */
export async function rustGdbSetup(): Promise<string[]> {
  const { stdout } = await new Deno.Command("rustc", { args: ["--print", "sysroot"] }).output();
  const folder = `${new TextDecoder().decode(stdout).trim()}/lib/rustlib/etc`;
  return [
    `python import sys; sys.path.insert(0, ${
      JSON.stringify(folder)
    }); import gdb_lookup; gdb_lookup.register_printers(gdb)`,
  ];
}
