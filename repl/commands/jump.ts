/** `jump`: has the guest go on elsewhere. */

import { addressOf, requireMapped } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import { place } from "../views/hex.ts";
import type { Command } from "./command.ts";

export const jump: Command = {
  name: "jump",
  aliases: ["j"],
  usage: "jump LOCATION",
  summary: "Let the guest go on at a place",
  details: "Only the program counter changes. A breakpoint at the place stops the guest there.",
  example: "jump *$pc",
  async run(session, text) {
    session.requireAlive();
    if (text === "") throw new CommandError("Jump where? As in `jump main+4`");
    const address = await addressOf(session, text.replace(/^\*/, ""));
    requireMapped(session, address);
    const isHere = address === session.emulator.cpu.pc;
    session.emulator.cpu.pc = address;
    session.out.print(`Continuing at ${place(address, session.describe)}.`);
    await session.run(() => isHere ? session.control.continue() : session.control.go());
  },
};
