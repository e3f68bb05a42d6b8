/** `until`, `advance`: to a place. */

import { addressOf } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import { returnPlace } from "../session/frames.ts";
import type { Command } from "./command.ts";

export const until: Command = {
  name: "until",
  aliases: ["advance", "u"],
  usage: "until LOCATION",
  summary: "Run until a place is reached, or the function at hand returns",
  example: "until main+4",
  async run(session, text) {
    if (text === "") throw new CommandError("Cannot go on until nowhere: name a place, as in `until main+4`");
    session.requireAlive();
    const target = await addressOf(session, text.replace(/^\*/, ""));
    const back = returnPlace(session.emulator);
    const places = back === undefined ? [target] : [target, back.address];
    await session.run(() => session.control.to(places));
  },
};
