/** The callers of the guest, as gdb's `backtrace` numbers them; those that are guessed say so. */

import { type Describe, hex } from "./hex.ts";
import type { Style } from "./style.ts";

/** One frame. */
export interface Frame {
  readonly address: bigint;
  /** How the caller was found. */
  readonly found: "pc" | "return address" | "frame pointer" | "guess";
}

/** One line a frame. */
export function backtraceLines(frames: readonly Frame[], describe: Describe, style: Style): string[] {
  const width = Math.max(0, ...frames.map(({ address }) => hex(address).length));
  return frames.map(({ address, found }, index) => {
    const guess = found === "guess" ? style.dim("  (guess: found on the stack)") : "";
    return `#${String(index).padEnd(2)} ${hex(address).padEnd(width)} in ${describe(address) ?? "??"}${guess}`;
  });
}
