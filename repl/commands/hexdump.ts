/** `hexdump`: bytes and their characters, as hexdump -C shows them. */

import { addressOf, requireMapped } from "../session/address.ts";
import { CommandError } from "../session/errors.ts";
import { hexdumpLines } from "../views/hexdump.ts";
import { type Command, countOf } from "./command.ts";

const [BY_DEFAULT, MOST] = [128, 1 << 20];

export const hexdump: Command = {
  name: "hexdump",
  aliases: ["xxd", "hd"],
  usage: "hexdump ADDRESS [BYTES]",
  summary: "Show bytes and their characters",
  example: "hexdump $rsp 64",
  async run(session, text) {
    const [, where = "", bytes = ""] = /^(.*?)(?:\s+(\d+|0x[0-9a-f]+))?$/is.exec(text) ?? [];
    if (where === "") throw new CommandError("Show which bytes? As in `hexdump $rsp 64`");
    const count = Math.min(MOST, countOf(bytes, BY_DEFAULT));
    const address = await addressOf(session, where);
    requireMapped(session, address);
    const { memory } = session.emulator;
    const reach = memory.accessible(Number(address), count, 1);
    session.out.print(hexdumpLines(memory.view(address, reach), address, Infinity));
  },
};
