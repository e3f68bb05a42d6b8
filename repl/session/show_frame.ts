/** Shows a frame that was selected: its line as in a backtrace, and its source line. */

import type { SourceFrame } from "../../mod.ts";
import { frameLine } from "../views/frame.ts";
import { sourceLines } from "../views/source.ts";
import type { Session } from "./session.ts";
import { sourceRows } from "./source_text.ts";

/** Shows it. */
export function showFrame(session: Session, frame: SourceFrame): void {
  const { out, describe } = session;
  out.print(frameLine(frame, describe, out.style));
  if (frame.source !== undefined) out.print(sourceLines(sourceRows(frame.source, 0, 0), out.style));
}
