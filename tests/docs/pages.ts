/**
 * Documents as sittings at a shell: what a page has written to files and typed, in its order, by somebody whose home has
 * nothing but a clone of the project, in `~/ceratops`.
 *
 * A block after `<!-- file: NAME -->` is that file. `console` blocks have lines `$ command` with the output that follows,
 * both streams together. In the output, `...` stands for any text, alone in a line for any lines; `(ceratops) text` is
 * typed at the prompt. Left out: what a page only mentions, in other blocks.
 */

import assert from "node:assert/strict";
import { homeEnvironment, ROOT, run } from "../repl/cli/command.ts";
import { type Transcript, transcriptsOfBlock } from "../repl/cli/transcripts.ts";
import { blocksOf, fileOf } from "./blocks.ts";

/** What a page has a reader do. */
type Deed = { readonly file: string; readonly text: string } | Transcript;

/** Variables of the tests' own environment that a page's commands have, too. */
const KEPT = ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "CERATOPS_UNICORN", "CERATOPS_CAPSTONE"];
/** QEMU in Ceratops takes 5 seconds on a machine that does nothing else. */
const LONGEST_COMMAND_MILLISECONDS = 240_000;

/** What a page has a reader do, in order. */
export function deedsOf(markdown: string): Deed[] {
  return blocksOf(markdown).flatMap((block): Deed[] => {
    const file = fileOf(block);
    if (file !== undefined) return [{ file, text: block.text }];
    return block.language === "console" ? transcriptsOfBlock(block.text) : [];
  });
}

/**
 * Does what a page says and compares what is printed.
 *
 * @param path From the project's folder.
 */
export async function sitThrough(path: string): Promise<void> {
  const deeds = deedsOf(await Deno.readTextFile(`${ROOT}/${path}`));
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-page-" }));
  try {
    await furnish(home);
    for (const deed of deeds) {
      if ("file" in deed) await Deno.writeTextFile(`${home}/ceratops/${deed.file}`, deed.text);
      else await check(deed, home);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Makes what looks like a clone: links to what is in the project. */
async function furnish(home: string): Promise<void> {
  const folder = `${home}/ceratops`;
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(ROOT)) {
    if (name !== ".git") await Deno.symlink(`${ROOT}/${name}`, `${folder}/${name}`);
  }
}

async function check({ command, output, input }: Transcript, home: string): Promise<void> {
  // The size of the environment moves the stack, which some reports name.
  const kept = KEPT.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []);
  const env = { ...Object.fromEntries(kept), ...homeEnvironment(home), CERATOPS_DENO: Deno.execPath() };
  const outcome = await run(["bash", "-c", `exec 2>&1\n${command}`], {
    cwd: `${home}/ceratops`,
    stdin: input,
    clearEnv: true,
    env: { ...env, LC_ALL: "C.UTF-8" },
    timeoutMilliseconds: LONGEST_COMMAND_MILLISECONDS,
  });
  const actual = outcome.stdout.trimEnd().split("\n").map((line) => `${line.trimEnd()}\n`.replaceAll(home, "~"));
  const expected = output.map((line) => line.trimEnd());
  const pattern = expected.map((line) => line === "..." ? "(?:.*\\n)*?" : `${anyText(line)}\\n`).join("");
  if (new RegExp(`^${pattern}$`).test(actual.join(""))) return;
  assert.equal(actual.join(""), `${expected.join("\n")}\n`, command);
}

function anyText(line: string): string {
  return line.split("...").map((part) => RegExp.escape(part)).join(".*");
}
