/** The callers of the guest, as gdb's `backtrace` numbers them; those that are guessed say so. */

import { type Describe, hex } from "./hex.ts";
import type { Style } from "./style.ts";

/** One frame, as far as it is shown. */
export interface FrameRow {
  readonly pc: bigint;
  /** How it was found; `guess` is marked. */
  readonly how: string;
  /** The source line, if it is known. */
  readonly source?: { readonly file: string; readonly line: number };
}

/** One line a frame. */
export function backtraceLines(frames: readonly FrameRow[], describe: Describe, style: Style): string[] {
  const width = Math.max(0, ...frames.map(({ pc }) => hex(pc).length));
  return frames.map(({ pc, how, source }, index) => {
    const guess = how === "guess" ? style.dim("  (guess: found on the stack)") : "";
    const line = source === undefined ? "" : ` at ${source.file}:${source.line}`;
    return `#${String(index).padEnd(2)} ${hex(pc).padEnd(width)} in ${describe(pc) ?? "??"}${line}${guess}`;
  });
}
