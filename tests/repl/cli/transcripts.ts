/**
 * Transcripts in comments and documents: lines `$ command` with the output that follows each, run and compared.
 *
 * Standard error is part of the output. A line `...` stands for any lines. Lines `(ceratops) text` are typed at the
 * prompt; a command that ends in ` < FILE` reads that file. Leaves out shell syntax other than spaces between words.
 */

import assert from "node:assert/strict";
import { CERATOPS, ROOT, run } from "./command.ts";

/** A command and what it prints. */
export interface Transcript {
  readonly command: string;
  readonly output: readonly string[];
  /** What is typed at the prompt. */
  readonly input: string;
}

const PROMPT = "(ceratops) ";

/** Transcripts in the first comment of an example. */
export function transcriptsOfExample(source: string): Transcript[] {
  const comment = source.slice(0, source.indexOf("*/")).split("\n").map((line) => line.replace(/^ \* ?/, ""));
  return transcripts(comment.filter((line) => line.startsWith("    ")).map((line) => line.slice(4)));
}

/** Transcripts in the `console` blocks of a Markdown document. */
export function transcriptsOfDocument(markdown: string): Transcript[] {
  return [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, text]) => transcriptsOfBlock(text));
}

/** Transcripts in the text of one block. */
export function transcriptsOfBlock(text: string): Transcript[] {
  return transcripts(text.split("\n"));
}

function transcripts(lines: readonly string[]): Transcript[] {
  const found: { command: string; output: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith("$ ")) found.push({ command: line.slice(2), output: [] });
    else found.at(-1)?.output.push(line);
  }
  return found.map(({ command, output }) => ({
    command,
    output: output.filter((line) => !line.startsWith(PROMPT)).join("\n").trimEnd().split("\n"),
    input: output.filter((line) => line.startsWith(PROMPT)).map((line) => `${line.slice(PROMPT.length)}\n`).join(""),
  }));
}

/** Runs a command in the project's folder and compares what it prints. */
export async function check({ command, output, input }: Transcript): Promise<void> {
  const [words, file] = command.split(" < ");
  const stdin = file === undefined ? input : await Deno.readTextFile(`${ROOT}/${file}`);
  const [program, ...args] = words.split(" ");
  const start = program === "./ceratops" ? CERATOPS : program === "deno" ? [Deno.execPath()] : undefined;
  assert.ok(start, `only ./ceratops and deno are known, not ${program}`);
  const outcome = await run(["sh", "-c", 'exec "$0" "$@" 2>&1', ...start, ...args], { cwd: ROOT, stdin });
  const actual = outcome.stdout.trimEnd().split("\n").map((line) => line.trimEnd());
  const expected = output.map((line) => line.trimEnd());
  if (!expected.includes("...")) return assert.deepEqual(actual, expected, command);
  const pattern = expected.map((line) => line === "..." ? "(?:.*\\n)*?" : `${RegExp.escape(line)}\\n`).join("");
  assert.match(`${actual.join("\n")}\n`, new RegExp(`^${pattern}$`), command);
}
