/**
 * An error of the user's code as text: what it says, and the lines of the user's own on the way there.
 *
 * Frames of the runtime and of Ceratops are left out, unless there are no others.
 */

import type { Style } from "./style.ts";

/** A line of source by the name of the script it is in, or undefined if it is not known. */
export type SourceLine = (script: string, line: number) => string | undefined;

const FRAME = /^\s+at (?:(.*?) \()?(?:file:\/\/)?([^()]*?):(\d+):(\d+)\)?$/;

/** Lines for something that was thrown. */
export function errorLines(error: unknown, sourceLine: SourceLine, style: Style): string[] {
  if (!(error instanceof Error)) return [style.red(`Uncaught: ${String(error)}`)];
  const lines = [style.red(`${error.name}: ${error.message}`)];
  const frames = (error.stack ?? "").split("\n").map((line) => FRAME.exec(line)).filter((frame) => frame !== null);
  let isFirst = true;
  for (const [, name, script, line, column] of frames) {
    const source = sourceLine(script, Number(line));
    if (source === undefined) continue;
    lines.push(`    at ${name === undefined ? "" : `${name}, `}${script}:${line}:${column}`);
    if (isFirst) lines.push(`    ${source}`, `    ${" ".repeat(Number(column) - 1)}^`);
    isFirst = false;
  }
  if (error.cause !== undefined) {
    const [first, ...rest] = errorLines(error.cause, sourceLine, style);
    lines.push(`Because: ${first}`, ...rest);
  }
  return lines;
}
