/** `info locals`, `info args`, `info frame`: what is known of the selected frame. */

import type { SourceFrame } from "../../mod.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { frameLine, variableLines } from "../views/frame.ts";
import { hex } from "../views/hex.ts";

/** The selected frame. @throws {CommandError} If there is none, or nothing is known of its variables. */
function selected(session: Session): SourceFrame {
  session.requireAlive();
  const { current } = session.selection;
  if (!current?.isKnown) throw new CommandError("No symbol table info available.");
  return current;
}

/** Shows the variables of the selected frame, the innermost block's first. */
export function infoLocals(session: Session): void {
  const { locals } = selected(session);
  session.out.print(locals.length === 0 ? "No locals." : variableLines(locals));
}

/** Shows the arguments of the selected frame. */
export function infoArgs(session: Session): void {
  const { arguments: list } = selected(session);
  session.out.print(list.length === 0 ? "No arguments." : variableLines(list));
}

/** Shows where the selected frame is. */
export function infoFrame(session: Session): void {
  session.requireAlive();
  const { current } = session.selection;
  if (current === undefined) throw new CommandError("No frame selected.");
  const { frame, isInlined } = current;
  session.out.print([
    frameLine(current, session.describe, session.out.style),
    ` rip = ${hex(frame.pc)}, stack pointer ${hex(frame.sp)}`,
    ...(frame.cfa === undefined ? [] : [` frame at ${hex(frame.cfa)}`]),
    ` found by: ${frame.how}${isInlined ? "; inlined into the next frame" : ""}`,
  ]);
}
