/** A frame as gdb's `backtrace` and `frame` show it: number, address, function, arguments, place in the source. */

import { type SourceFrame, valueText } from "../../mod.ts";
import { type Describe, hex } from "./hex.ts";
import type { Style } from "./style.ts";

/** `n=5, list=0x7ffe...`; arrays and structures are left out. */
export function argumentsText(frame: SourceFrame): string {
  return frame.arguments.map(({ name, value, atEntry }) => {
    const text = valueText(value, { isBrief: true });
    const isHidden = text === "..." && /reference$/.test(value.bare.kind);
    if (atEntry === undefined || isHidden) return `${name}=${text}`;
    const before = valueText(atEntry, { isBrief: true });
    if (before === text && valueText(value) === valueText(atEntry)) return `${name}=${name}@entry=${text}`;
    return text === "<optimized out>" ? `${name}@entry=${before}` : `${name}=${text}, ${name}@entry=${before}`;
  }).join(", ");
}

/** Whether the address says more than the line: the frame is in the middle of it. GDB: frame_show_address. */
function isMidLine(frame: SourceFrame): boolean {
  if (frame.source === undefined) return true;
  if (frame.isAtInlinedCall) return false;
  const { level, source } = frame.frame;
  return level > 0 || source?.address !== frame.pc || !source.isStatement;
}

/** The line of a frame. @param describe Says where code without debug information is. */
export function frameLine(frame: SourceFrame, describe: Describe, style: Style): string {
  const { source, frame: { how }, pc, level } = frame;
  const guess = how === "guess" ? style.dim("  (guess: found on the stack)") : "";
  const number = `#${String(level).padEnd(2)}`;
  if (frame.frame.isTrampoline) return `${number} <signal handler called>`;
  if (!frame.isKnown) {
    const line = source === undefined ? "" : ` at ${source.file}:${source.line}`;
    return `${number} ${hex(pc)} in ${describe(pc) ?? "??"}${line}${guess}`;
  }
  const address = isMidLine(frame) ? `${hex(pc)} in ` : "";
  const place = source === undefined ? "" : ` at ${source.file}:${source.line}`;
  return `${number} ${address}${style.bold(frame.name ?? "??")} (${argumentsText(frame)})${place}${guess}`;
}

/** `name = value`, one variable a line. */
export function variableLines(
  variables: readonly { readonly name: string; readonly value: { toString(): string } }[],
): string[] {
  return variables.map(({ name, value }) => `${name} = ${value}`);
}
