/** `until`, `advance`: to a place; see "Continuing and Stepping" in the gdb manual. */

import { addressOf, locationOf } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import { returnPlace } from "../session/frames.ts";
import type { Session } from "../session/session.ts";
import type { Command } from "./command.ts";

/** The address of a place, which may be a line of the file at hand. */
async function placeOf(session: Session, text: string): Promise<bigint> {
  if (!/^\d+$/.test(text)) return await addressOf(session, text.replace(/^\*/, ""));
  return session.emulator.symbols.find(String(await locationOf(session, text))).address;
}

/** Runs to a place or to the caller. @param isFrameBound Whether deeper calls of the same function pass the place. */
async function runTo(session: Session, text: string, isFrameBound: boolean): Promise<void> {
  session.requireAlive();
  const { emulator, control } = session;
  const target = await placeOf(session, text);
  const back = returnPlace(emulator);
  const isSameFunction = emulator.symbols.at(target)?.address === emulator.symbols.at(emulator.cpu.pc)?.address;
  // Frames are told apart by where they begin on the stack: a deeper one begins lower.
  const isMeant = () => {
    if (!isFrameBound || !isSameFunction || back === undefined || emulator.cpu.pc !== target) return true;
    const now = returnPlace(emulator);
    return now === undefined || now.sp >= back.sp;
  };
  const isLeft = (sp: bigint) => back === undefined || emulator.cpu.pc !== back.address || sp >= back.sp;
  const places = back === undefined ? [target] : [target, back.address];
  await session.run(() => control.to(places, (sp) => isMeant() && isLeft(sp)));
}

export const until: Command = {
  name: "until",
  aliases: ["u"],
  usage: "until [LOCATION]",
  summary: "Run until a place is reached, or the function at hand returns",
  details:
    "Calls of the same function that are made on the way pass the place. Without a place: as `next`, but a jump back\n" +
    "is followed until what comes after the loop is reached.",
  example: "until main+4",
  async run(session, text) {
    if (text !== "") return await runTo(session, text, true);
    await session.run(() => session.control.past());
  },
};

export const advance: Command = {
  name: "advance",
  usage: "advance LOCATION",
  summary: "Run until a place is reached, by whatever call, or the function at hand returns",
  example: "advance main+4",
  async run(session, text) {
    if (text === "") throw new CommandError("Cannot go on to nowhere: name a place, as in `advance main+4`");
    await runTo(session, text, false);
  },
};
