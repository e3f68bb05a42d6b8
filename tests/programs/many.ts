/**
 * Runs many short commands natively and on Ceratops, and compares what they print, how they end, and what is in their
 * folder afterwards. The folders are made alike, so commands may change what is there.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ENVIRONMENT, inputOf, type Outcome, programOf, words } from "./command_lines.ts";

function runNatively(line: string, cwd: string): Outcome {
  const { args: [name, ...args], input } = inputOf(words(line));
  const { code, stdout } = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@" < "$INPUT"', programOf(name), ...args],
    cwd,
    clearEnv: true,
    env: { ...ENVIRONMENT, INPUT: input },
  }).outputSync();
  return { stdout: new TextDecoder().decode(stdout), status: code };
}

/** One process runs all guests. */
async function runAsGuests(lines: readonly string[], folder: string, output: string): Promise<Outcome[]> {
  const script = fileURLToPath(new URL("./many_guests.ts", import.meta.url));
  const args = ["run", "-A", "--no-check", script, folder, output];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "null", stderr: "piped" }).spawn();
  const ended = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(lines)));
  await writer.close();
  const { success, stderr } = await ended;
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(await Deno.readTextFile(`${output}.json`));
}

/** All that is in a folder: names, types, modes, sizes, contents. */
function tree(folder: string): string {
  const script = 'find . -printf "%p %y %m %l\\n" | sort; find . -type f | sort | xargs -d "\\n" sha256sum';
  const { stdout } = new Deno.Command("sh", { args: ["-c", script], cwd: folder }).outputSync();
  return new TextDecoder().decode(stdout);
}

/**
 * Runs commands both ways, one after the other, and compares.
 *
 * @param prepare Makes what the commands find in the folder, which is theirs.
 * @throws {AssertionError} If output or status differ, or what is in the folders afterwards.
 */
export async function assertManySame(lines: readonly string[], prepare: (folder: string) => void): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-many-" }));
  try {
    const outcomes: Record<"native" | "guest", string[]> = { native: [], guest: [] };
    for (const way of ["native", "guest"] as const) {
      // The folder's path is the same both ways: it may be part of the output.
      const folder = `${root}/folder`;
      await Deno.mkdir(folder);
      prepare(folder);
      const found = way === "native"
        ? lines.map((line) => runNatively(line, folder))
        : await runAsGuests(lines, folder, `${root}/output`);
      found.forEach(({ stdout, status }, index) => {
        outcomes[way].push(`$ ${lines[index]}\n${stdout}status ${status}\n`);
      });
      outcomes[way].push(tree(folder));
      await Deno.remove(folder, { recursive: true });
    }
    lines.forEach((line, index) => {
      assert.equal(outcomes.guest[index], outcomes.native[index], line);
      // A command that is not there has nothing to compare.
      assert.doesNotMatch(outcomes.native[index], /^status 12[67]$/m, line);
    });
    assert.equal(outcomes.guest.at(-1), outcomes.native.at(-1), "what is in the folder afterwards");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
