/**
 * Documents as sittings at a shell: what a page has written to files and typed, in its order, in a folder of its own
 * that looks like a clone of the project.
 *
 * A block after `<!-- file: NAME -->` is that file. `console` blocks have lines `$ command` with the output that follows,
 * both streams together. In the output, `...` stands for any text, alone in a line for any lines; `(ceratops) text` is
 * typed at the prompt. Left out: what a page only mentions, in other blocks.
 */

import assert from "node:assert/strict";
import { CERATOPS, ROOT, run } from "../repl/cli/command.ts";
import { type Transcript, transcriptsOfBlock } from "../repl/cli/transcripts.ts";

/** What a page has a reader do. */
type Deed = { readonly file: string; readonly text: string } | Transcript;

/** QEMU in Ceratops takes 5 seconds on a machine that does nothing else. */
const LONGEST_COMMAND_MILLISECONDS = 240_000;
const BLOCK = /(?:^<!-- file: (\S+) -->\n)?^```(\w*)[^\n]*\n(.*?)^```$/gms;

/** What a page has a reader do, in order. */
export function deedsOf(markdown: string): Deed[] {
  return [...markdown.matchAll(BLOCK)].flatMap(([, file, language, text]): Deed[] => {
    if (file !== undefined) return [{ file, text }];
    return language === "console" ? transcriptsOfBlock(text) : [];
  });
}

/**
 * Does what a page says and compares what is printed.
 *
 * @param path From the project's folder.
 * @returns How many commands were run.
 */
export async function sitThrough(path: string): Promise<number> {
  const deeds = deedsOf(await Deno.readTextFile(`${ROOT}/${path}`));
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-page-" }));
  try {
    await furnish(folder);
    for (const deed of deeds) {
      if ("file" in deed) await Deno.writeTextFile(`${folder}/${deed.file}`, deed.text);
      else await check(deed, folder);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return deeds.filter((deed) => "command" in deed).length;
}

/** Makes a folder look like a clone: links to what is in the project, and the launcher. */
async function furnish(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(ROOT)) {
    if (name !== "ceratops" && name !== ".git") await Deno.symlink(`${ROOT}/${name}`, `${folder}/${name}`);
  }
  const words = CERATOPS.map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${folder}/ceratops`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
}

async function check({ command, output, input }: Transcript, folder: string): Promise<void> {
  const env = {
    PATH: `${folder}:${Deno.env.get("PATH")}`,
    XDG_STATE_HOME: `${folder}/state`,
    XDG_CONFIG_HOME: `${folder}/config`,
    LC_ALL: "C.UTF-8",
  };
  const outcome = await run(["bash", "-c", `exec 2>&1\n${command}`], {
    cwd: folder,
    stdin: input,
    env,
    timeoutMilliseconds: LONGEST_COMMAND_MILLISECONDS,
  });
  const actual = outcome.stdout.trimEnd().split("\n").map((line) =>
    `${line.trimEnd()}\n`.replaceAll(folder, "~/ceratops")
  );
  const expected = output.map((line) => line.trimEnd());
  const pattern = expected.map((line) => line === "..." ? "(?:.*\\n)*?" : `${anyText(line)}\\n`).join("");
  if (new RegExp(`^${pattern}$`).test(actual.join(""))) return;
  assert.equal(actual.join(""), `${expected.join("\n")}\n`, command);
}

function anyText(line: string): string {
  return line.split("...").map((part) => RegExp.escape(part)).join(".*");
}
