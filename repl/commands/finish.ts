/** `finish`: to the caller. */

import type { Command } from "./command.ts";
import { type SourceFrame, type StopReason, valueText } from "../../mod.ts";
import type { Session } from "../session/session.ts";
import { frameLine } from "../views/frame.ts";
import { hex } from "../views/hex.ts";

function showReturned(session: Session, left: SourceFrame | undefined): void {
  const { out, selection, emulator: { cpu } } = session;
  if (left?.isInlined) return;
  if (left === undefined || !left.isKnown) return out.print(`Value returned: rax = ${hex(cpu.rax)}`);
  if (left.isVoid) return;
  const value = cpu.returned(left);
  if (value === undefined) return;
  // The place it is in will be used for something else.
  out.print(`Value returned is $${selection.keep(value)} = ${valueText(value, { isTop: true })}`);
}

/** Runs until a frame is left, one of an inlined call too. */
async function leave({ control, selection }: Session, left: SourceFrame | undefined): Promise<StopReason> {
  if (left === undefined || !left.isInlined) return await control.finish(left?.frame.level);
  const inner = selection.list().filter(({ frame }) => frame.level < left.frame.level).length;
  if (inner > 0) {
    const reason = await control.finish(left.frame.level - 1);
    if (reason.kind !== "stepped") return reason;
  }
  return await control.leaveInlined(left.level - inner + 1);
}

export const finish: Command = {
  name: "finish",
  aliases: ["fin"],
  usage: "finish",
  summary: "Run until the function at hand has returned",
  details: "What it returned is shown, by its type where that is known, else rax. With a frame selected, it is that\n" +
    "frame's function.",
  example: "break main\nrun\nfinish",
  async run(session) {
    session.requireAlive();
    const { selection, out } = session;
    const left = selection.current;
    if (left?.isKnown) out.print(`Run till exit from ${frameLine(left, session.describe, out.style)}`);
    await session.run(async () => {
      const reason = await leave(session, left);
      if (reason.kind === "stepped") showReturned(session, left);
      return reason;
    });
  },
  complete: () => [],
};
