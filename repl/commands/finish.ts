/** `finish`: to the caller. */

import type { Command } from "./command.ts";
import { type SourceFrame, valueText } from "../../mod.ts";
import type { Session } from "../session/session.ts";
import { frameLine } from "../views/frame.ts";
import { hex } from "../views/hex.ts";

function showReturned(session: Session, left: SourceFrame | undefined): void {
  const { out, selection, emulator: { cpu } } = session;
  if (left === undefined || !left.isKnown || left.isInlined) return out.print(`Value returned: rax = ${hex(cpu.rax)}`);
  if (left.isVoid) return;
  const value = cpu.returned(left);
  if (value === undefined) return;
  // The place it is in will be used for something else.
  out.print(`Value returned is $${selection.keep(value)} = ${valueText(value, { isTop: true })}`);
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
      const reason = await session.control.finish(left?.frame.level);
      if (reason.kind === "stepped") showReturned(session, left);
      return reason;
    });
  },
  complete: () => [],
};
