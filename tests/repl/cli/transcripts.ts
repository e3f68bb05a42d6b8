/**
 * Transcripts in comments and blocks of documents: lines `$ command` with the output that follows each, run and compared.
 *
 * Standard error is part of the output. A line `...` stands for any lines. Lines `(ceratops) text` are typed at the
 * prompt, and after `commands` lines `... text`, to `... end`. A command goes on in the next line after a backslash; `check()` knows ` < FILE` at its end, and leaves out other
 * syntax of the shell.
 */

import assert from "node:assert/strict";
import { ROOT, run } from "./command.ts";

/** A command and what it prints. */
export interface Transcript {
  readonly command: string;
  readonly output: readonly string[];
  /** What is typed at the prompt. */
  readonly input: string;
}

/** What stands before typed lines; the second one only in a list of commands. */
const PROMPTS = /^(?:\(ceratops\) |\.\.\. )/;
/** A line that begins a list of commands or goes on with it. */
const LIST = /^(?:\(ceratops\) commands\b|\.\.\. (?!end$))/;

/** Transcripts in the first comment of an example. */
export function transcriptsOfExample(source: string): Transcript[] {
  const comment = source.slice(0, source.indexOf("*/")).split("\n").map((line) => line.replace(/^ \* ?/, ""));
  return transcripts(comment.filter((line) => line.startsWith("    ")).map((line) => line.slice(4)));
}

/** Transcripts in the text of one block. */
export function transcriptsOfBlock(text: string): Transcript[] {
  return transcripts(text.split("\n"));
}

function transcripts(lines: readonly string[]): Transcript[] {
  const found: { command: string; output: string[]; typed: string[] }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.startsWith("$ ")) found.push({ command: line.slice(2), output: [], typed: [] });
    else if (last === undefined) continue;
    else if (last.output.length === 0 && last.command.endsWith("\\")) last.command += `\n${line}`;
    else if (isTyped(line, last.typed.at(-1))) last.typed.push(line);
    else last.output.push(line);
  }
  return found.map(({ command, output, typed }) => ({
    command,
    output: output.join("\n").trimEnd().split("\n"),
    input: typed.map((line) => `${line.replace(PROMPTS, "")}\n`).join(""),
  }));
}

/** Whether a line is typed at the prompt; `before` is what was typed last, which may have begun a list of commands. */
function isTyped(line: string, before = ""): boolean {
  return line.startsWith("(") ? PROMPTS.test(line) : LIST.test(before) && PROMPTS.test(line);
}

/** Runs a command in the project's folder and compares what it prints. */
export async function check({ command, output, input }: Transcript): Promise<void> {
  const [words, file] = command.split(" < ");
  const stdin = file === undefined ? input : await Deno.readTextFile(`${ROOT}/${file}`);
  const [program, ...args] = words.split(" ");
  assert.equal(program, "./ceratops", "no other command is known");
  const outcome = await run(["sh", "-c", 'exec ./ceratops "$@" 2>&1', "", ...args], {
    cwd: ROOT,
    stdin,
    env: { CERATOPS_DENO: Deno.execPath() },
  });
  const actual = outcome.stdout.trimEnd().split("\n").map((line) => line.trimEnd());
  const expected = output.map((line) => line.trimEnd());
  if (!expected.includes("...")) return assert.deepEqual(actual, expected, command);
  const pattern = expected.map((line) => line === "..." ? "(?:.*\\n)*?" : `${RegExp.escape(line)}\\n`).join("");
  assert.match(`${actual.join("\n")}\n`, new RegExp(`^${pattern}$`), command);
}
