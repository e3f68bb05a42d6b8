/**
 * Errors that a script, a plugin or a closure threw, shown with the user's own line: the message, where in which file,
 * and the text of that line. Leaves out frames of Ceratops and of the runtime.
 */

import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = new URL("../../", import.meta.url).href;
/** Folders of the project whose code is not the user's; its plugins and examples are shown like any other. */
const OWN = ["engine/", "repl/", "mod.ts"].map((path) => ROOT + path);
const FRAME = /\b(file:\/\/[^\s()]+?):(\d+):(\d+)/;

/**
 * Describes what user code threw.
 *
 * @param error What was thrown; it need not be an `Error`.
 * @returns Lines: `TypeError: ...`, then `    at file:line:column`, then the line of source.
 */
export function describeThrown(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${Deno.inspect(error)}`;
  const text = `${error.name}: ${error.message}`;
  const frame = (error.stack ?? "").split("\n")
    .map((line) => FRAME.exec(line))
    .find((match) => match !== null && !OWN.some((own) => match[1].startsWith(own)));
  // The message of a syntax or import error says the place itself.
  if (FRAME.test(error.message)) return error.message.replace(/\?\d+(?=:\d+:\d+)/, "");
  if (frame === undefined || frame === null) return text;
  const [, url, line, column] = frame;
  const path = fileURLToPath(url);
  const source = sourceLine(path, Number(line));
  return [
    text,
    `    at ${path}:${line}:${column}`,
    ...(source === undefined ? [] : [`    ${line} | ${source.trimEnd()}`]),
  ].join("\n");
}

/** A line of a file that is not Ceratops's own; undefined if it is, or is not there. */
export function sourceLine(path: string, line: number): string | undefined {
  if (OWN.some((own) => pathToFileURL(path).href.startsWith(own))) return undefined;
  try {
    return Deno.readTextFileSync(path).split("\n")[line - 1];
  } catch (error) {
    // The file may have gone since it was imported; the place is said all the same.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
