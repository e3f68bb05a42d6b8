/** `source`: runs a file, of TypeScript or of commands. */

import { basename, extname, resolve } from "node:path";
import { CommandLineError } from "../cli/errors.ts";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const source: Command = {
  name: "source",
  aliases: ["load"],
  usage: "source [FILE]",
  summary: "Run a file: TypeScript if it is named .ts, .mts or .js, else commands",
  details:
    "TypeScript has the prompt's scope, and what it declares stays. A file that exports something, or imports\n" +
    'from "ceratops", is a module: it is loaded now and for each new run, and its default function is called with the\n' +
    "emulator. Sourced again, what the file attached before goes first. Without FILE, shows what was sourced.",
  example: "source hooks.ts",
  async run(session, text) {
    if (text === "") return session.out.print(scriptLines(session.scripts.list()));
    const path = resolve(text.replace(/^(["'])(.*)\1$/, "$2"));
    if ([".ts", ".mts", ".js", ".mjs"].includes(extname(path))) {
      try {
        return await session.scripts.load(path);
      } catch (error) {
        throw error instanceof CommandLineError ? new CommandError(error.message) : error;
      }
    }
    let content: string;
    try {
      content = await Deno.readTextFile(path);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new CommandError(`Cannot read ${path}: ${error.message}`);
    }
    await session.runScript(content, path);
  },
  complete: (_session, text) => fileNames(text),
};

function scriptLines(
  scripts: readonly { readonly path: string; readonly owner: { readonly size: number } }[],
): string[] {
  if (scripts.length === 0) return ["No file was sourced; `source FILE` does"];
  return scripts.map(({ path, owner: { size } }) => `${basename(path)}  attached ${size}  ${path}`);
}

/** Names of files that a word may become. */
export function fileNames(word: string): string[] {
  const folder = word.includes("/") ? word.replace(/[^/]*$/, "") : "";
  try {
    return [...Deno.readDirSync(folder || ".")].map(({ name, isDirectory }) =>
      `${folder}${name}${isDirectory ? "/" : ""}`
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}
