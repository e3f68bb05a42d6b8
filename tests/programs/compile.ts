/**
 * Compiles the guests of the tests with the machine's gcc, once per source and flags.
 *
 * A result stays in a folder of the temporary directory, named after a hash of the compiler's version, the source and
 * the flags, so that test files running in parallel share it. Leaves out: headers that a source includes from its own
 * folder do not take part in the hash.
 */

import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const cache = `${tmpdir()}/ceratops-test-programs-${Deno.uid() ?? "any"}`;
const running = new Map<string, Promise<string>>();
let compilerVersion: Promise<string> | undefined;

/**
 * Compiles a guest and returns the path of the result.
 *
 * The flags come after the source on gcc's command line, so `-lm` works. A file is compiled where it is: its name in
 * the debug information is its own. A text is written beside the result as `program.c`.
 *
 * @param source C as text, or the URL of a file that gcc knows by its extension (`.c`, `.S`, `.cpp`).
 * @param flags Flags for gcc, such as `["-O2", "-static"]`; `-o` is added.
 * @returns The absolute path of the compiled file; do not change the file, it is shared.
 * @throws {Error} If gcc is not installed, or if it refuses the source; the message holds what it printed.
 */
export async function compile(source: string | URL, flags: readonly string[] = []): Promise<string> {
  const text = typeof source === "string" ? source : await Deno.readTextFile(source);
  const hash = createHash("sha256");
  for (const part of [await version(), typeof source === "string" ? "" : source.href, text, ...flags]) {
    hash.update(part).update("\0");
  }
  const key = hash.digest("hex").slice(0, 24);
  let result = running.get(key);
  if (result === undefined) {
    result = compileInto(`${cache}/${key}`, source, flags);
    running.set(key, result);
  }
  return await result;
}

async function compileInto(folder: string, source: string | URL, flags: readonly string[]): Promise<string> {
  const result = `${folder}/program`;
  if (await exists(result)) return result;
  await Deno.mkdir(folder, { recursive: true });
  const unique = `${Deno.pid}-${crypto.randomUUID()}`;
  let path = `${folder}/program.c`;
  if (typeof source === "string") {
    await Deno.writeTextFile(`${path}.${unique}`, source);
    await Deno.rename(`${path}.${unique}`, path);
  } else {
    path = fileURLToPath(source);
  }
  // Another process may be compiling the same: each writes its own file, and the rename is atomic.
  await gcc([path, ...flags, "-o", `${result}.${unique}`], path);
  await Deno.rename(`${result}.${unique}`, result);
  return result;
}

function version(): Promise<string> {
  return compilerVersion ??= gcc(["-dumpfullversion", "-dumpmachine"], "the version test");
}

async function gcc(args: string[], what: string): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("gcc", { args, stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("Cannot compile the guests of the tests: gcc is not installed; install gcc and libc6-dev", {
      cause: error,
    });
  }
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  throw new Error(`Cannot compile ${what}: gcc ${args.join(" ")} says\n${decoder.decode(output.stderr)}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
