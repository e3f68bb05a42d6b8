/**
 * Blocks of code in the project's Markdown, and who plays each.
 *
 * A mark in the line above a block, an HTML comment, says what it is: `file: NAME`, written before the commands that
 * follow; `screen: NAME`, of the sitting in tests/repl/tour.ts; `test: PATH`, played by that test; `not run: WHY`, one of
 * REASONS. Leaves out fences of tildes, and fences that are indented, which the pages do not use.
 */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../repl/cli/command.ts";

/** A block of code. */
export interface Block {
  /** The line of its fence, or of its first line if it is indented; the first line of a page is 1. */
  readonly line: number;
  /** The text of the comment above it. */
  readonly mark?: string;
  /** Undefined if it is indented in place of fenced. */
  readonly language?: string;
  /** Its lines, each with its end. */
  readonly text: string;
}

/** Why a block cannot be run and compared. */
export const REASONS: readonly string[] = [
  "a drawing",
];

/** Pages that are written from the code, by what holds their blocks to it. */
export const GENERATED: Readonly<Record<string, string>> = {
  "docs/reference.md": "examples of commands, which tests/repl/script_test.ts types",
};

const BLOCK = /(?:^<!-- (.*) -->\n)?^```(.*)\n((?:.*\n)*?)^```$|(?<=^\n)((?:^(?: {4}|\t).*\n|^\n(?= {4}))+)/gm;

/** The Markdown files of the project, from its folder. */
export function documents(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return [".git", "node_modules"].includes(entry.name) ? [] : documents(path);
    return path.endsWith(".md") ? [path] : [];
  });
}

/** The blocks of a page, in order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(BLOCK)].map(({ index, 1: mark, 2: info, 3: text, 4: indented }) => ({
    line: markdown.slice(0, index).split("\n").length + (mark === undefined ? 0 : 1),
    ...(mark === undefined ? {} : { mark }),
    ...(info === undefined ? {} : { language: info.split(" ")[0] }),
    text: text ?? indented,
  }));
}

/** The file that a block is, by its mark. */
export function fileOf({ mark }: Block): string | undefined {
  return /^file: (\S+)$/.exec(mark ?? "")?.[1];
}

/**
 * What is wrong with a block: undefined if a test plays it, or if it says why none does.
 *
 * @param others The blocks of the page.
 */
export function unclaimed(block: Block, others: readonly Block[]): string | undefined {
  const { mark = "", language, text } = block;
  if (language === undefined) return "it is indented: fence it, and say what it is";
  if (language === "console") return /^\$ /m.test(text) ? undefined : "it has no line that begins with $";
  const file = fileOf(block);
  if (file !== undefined) {
    const uses = others.some((other) =>
      other.line > block.line && other.language === "console" && other.text.includes(file)
    );
    return uses ? undefined : `no command that follows uses ${file}`;
  }
  const test = /^test: (\S+)$/.exec(mark)?.[1];
  if (test !== undefined) return existsSync(join(ROOT, test)) ? undefined : `there is no test ${test}`;
  if (language !== "text") return `nothing says that it is a file: <!-- file: NAME -->`;
  if (/^screen: \w+$/.test(mark)) return undefined;
  if (REASONS.includes(/^not run: (.*)$/.exec(mark)?.[1] ?? "")) return undefined;
  return `nothing says why it is not run: <!-- not run: ${REASONS.join(" | ")} -->`;
}
