/** `source`: runs a file, of TypeScript or of commands. */

import { dirname, extname, resolve } from "node:path";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const source: Command = {
  name: "source",
  aliases: ["load"],
  usage: "source FILE",
  summary: "Run a file: TypeScript if it is named .ts, .mts or .js, else commands",
  details: "TypeScript has the prompt's scope; what it declares stays. Imports are relative to the file.",
  example: "source hooks.ts",
  async run(session, text) {
    if (text === "") throw new CommandError("Cannot source nothing: name a file, as in `source hooks.ts`");
    const path = resolve(text.replace(/^(["'])(.*)\1$/, "$2"));
    let content: string;
    try {
      content = await Deno.readTextFile(path);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new CommandError(`Cannot read ${path}: ${error.message}`);
    }
    if (![".ts", ".mts", ".js", ".mjs"].includes(extname(path))) return await session.runScript(content, path);
    const outcome = await session.evaluator.evaluate(content, path, dirname(path));
    if (outcome.kind === "thrown") throw outcome.error;
  },
  complete: (_session, text) => {
    const folder = text.includes("/") ? text.replace(/[^/]*$/, "") : "";
    try {
      return [...Deno.readDirSync(folder || ".")].map(({ name, isDirectory }) =>
        `${folder}${name}${isDirectory ? "/" : ""}`
      );
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
      throw error;
    }
  },
};
