/** `session`: saves what is attached, shown and set to a file, and starts from such a file. */

import { dirname, resolve } from "node:path";
import { CommandError } from "../session/errors.ts";
import { clearSession, HEADING, sessionLines } from "../session/saved.ts";
import type { Session } from "../session/session.ts";
import type { Command } from "./command.ts";
import { fileNames } from "./source.ts";

/** Writes a session's file, whole or not at all. @throws {CommandError} If it cannot. */
export async function saveSession(session: Session, path: string): Promise<void> {
  const text = `${sessionLines(session).join("\n")}\n`;
  const unfinished = `${path}.${Deno.pid}`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(unfinished, text);
    await Deno.rename(unfinished, path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandError(`Cannot save the session to ${path}: ${error.message}`);
  }
}

/** Starts from a session's file: what there is goes. @throws {CommandError} If it is none, or a line fails. */
export async function loadSession(session: Session, path: string): Promise<void> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandError(`Cannot load the session ${path}: ${error.message}`);
  }
  if (text.split("\n")[0] !== HEADING) {
    throw new CommandError(`Cannot load the session ${path}: it is none; \`source ${path}\` runs a file of commands`);
  }
  clearSession(session);
  await session.runScript(text, path);
}

export const sessionCommand: Command = {
  name: "session",
  usage: "session save FILE | load FILE | autosave FILE | autosave off",
  summary: "Save breakpoints, hooks, displays and settings to a file, or start from one",
  details:
    "The file has the lines that make them, and can be edited. Hooks are saved by their text: a variable that one uses\n" +
    "must be there when the file is loaded. `autosave` saves at the end of the session, `ceratops repl --session FILE`\n" +
    "loads the file at its start, too. `load` takes away what is attached.",
  example: "break main\nsession save /tmp/ceratops-example.session\nsession load /tmp/ceratops-example.session",
  async run(session, text) {
    const [, action = "", file = ""] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
    const path = resolve(file.replace(/^(["'])(.*)\1$/, "$2"));
    if (action === "autosave" && file === "off") return void (session.autosave = undefined);
    if (file === "" || !["save", "load", "autosave"].includes(action)) {
      throw new CommandError(
        "What of the session? `session save FILE`, `session load FILE` or `session autosave FILE`",
      );
    }
    if (action === "load") return await loadSession(session, path);
    if (action === "autosave") session.autosave = path;
    await saveSession(session, path);
    session.out.print(`Saved to ${path}${action === "autosave" ? "; it is saved again at the end" : ""}`);
  },
  complete: (_session, text) => ["save", "load", "autosave", "off", ...fileNames(text)],
};
