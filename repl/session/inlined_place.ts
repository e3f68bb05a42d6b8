/**
 * Where the guest is in the source while it is stepped: which inlined calls it is in, and which begin right here. Those are
 * not entered yet: their caller is shown, at the call. GDB: inline-frame.c, "skip_inline_frames".
 */

import type { ActiveCall, Emulator, SourceLine, SourcePlace } from "../../mod.ts";

/** A place. */
export interface InlinedPlace {
  readonly pc: bigint;
  /** The function and the calls inlined there. */
  readonly calls: readonly ActiveCall[];
  /** How many of the innermost calls begin here, and are not entered. */
  readonly hidden: number;
  /** The row of the line table. */
  readonly row: SourceLine | undefined;
}

/** The place at hand. @param isStepped Whether calls that begin here are not entered yet. */
export function placeAtHand({ cpu, symbols }: Emulator, isStepped: boolean): InlinedPlace {
  const { pc, activeCalls: calls } = cpu;
  const entered = isStepped ? calls.findLastIndex(({ isBeginning }) => !isBeginning) + 1 : calls.length;
  return { pc, calls, hidden: calls.length - entered, row: symbols.statementAt(pc) };
}

/** The line that is shown: where the first call that is not entered is made. */
export function lineOf({ calls, hidden, row }: InlinedPlace): SourcePlace | undefined {
  return hidden === 0 ? row : calls[calls.length - hidden].callPlace;
}

/** How many functions are shown, one inside the other. */
function depthOf({ calls, hidden }: InlinedPlace): number {
  return calls.length - hidden;
}

/** Whether a place is in the same calls as another, or in more that are inside those. */
function isWithin(place: InlinedPlace, other: InlinedPlace, depth = depthOf(other)): boolean {
  return depth > 0 && depthOf(place) >= depth &&
    other.calls.slice(0, depth).every(({ entry }, index) => entry === place.calls[index].entry);
}

/** Whether two places are on one line. */
function isSameLine(a: SourcePlace | undefined, b: SourcePlace | undefined): boolean {
  return a?.line === b?.line && a?.file === b?.file && a?.directory === b?.directory;
}

/**
 * What a step does at the beginning of a row of the line table, or in the middle of one that it came to otherwise.
 *
 * @returns Whether it ends here, or inside the call that begins here; else whether what it is to leave is now this line.
 */
export function wayOn(
  start: InlinedPlace,
  here: InlinedPlace,
  isOver: boolean,
): "stop" | "enter" | "go on" | "renew" | "forget" {
  const isSameCall = isWithin(here, start) && depthOf(here) === depthOf(start);
  if (isSameCall && here.hidden > 0) {
    const isSame = isSameLine(lineOf(here), lineOf(start));
    if (isSame) return isOver ? "go on" : "enter";
    return "stop";
  }
  if (isWithin(here, start) && !isSameCall) return isOver ? "go on" : "stop";
  if (here.row?.address !== here.pc || isSameLine(here.row, lineOf(start))) return "renew";
  if (here.row.isStatement) return "stop";
  return isSameCall ? "go on" : "forget";
}
