/**
 * An error of the user's code as text: what it says, and the lines of the user's own on the way there.
 *
 * Frames of the runtime and of Ceratops are left out, unless there are no others.
 */

import type { Style } from "./style.ts";

/** A line of source, and its number for people, by the name and line in a stack trace; undefined if it is not known. */
export type FindLine = (script: string, line: number) => { readonly text: string; readonly line: number } | undefined;

const FRAME = /^\s+at (?:(.*?) \()?(?:file:\/\/)?([^()]*?):(\d+):(\d+)\)?$/;

/** Lines for something that was thrown. */
export function errorLines(error: unknown, findLine: FindLine, style: Style): string[] {
  if (!(error instanceof Error)) return [style.red(`Uncaught: ${String(error)}`)];
  const lines = [style.red(`${error.name}: ${error.message}`)];
  const frames = (error.stack ?? "").split("\n").map((line) => FRAME.exec(line)).filter((frame) => frame !== null);
  let isFirst = true;
  for (const [, name, script, line, column] of frames) {
    const source = findLine(script, Number(line));
    if (source === undefined) continue;
    lines.push(`    at ${name === undefined ? "" : `${name}, `}${script}:${source.line}:${column}`);
    if (isFirst) lines.push(`    ${source.text}`, `    ${" ".repeat(Number(column) - 1)}^`);
    isFirst = false;
  }
  if (error.cause !== undefined) {
    const [first, ...rest] = errorLines(error.cause, findLine, style);
    lines.push(`Because: ${first}`, ...rest);
  }
  return lines;
}
