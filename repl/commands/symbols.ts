/** `symbols`: finds symbols by a pattern. */

import { CommandError, didYouMean } from "../session/errors.ts";
import { suggest } from "../../mod.ts";
import { symbolLines } from "../views/symbols.ts";
import type { Command } from "./command.ts";

const MOST = 100;

export const symbols: Command = {
  name: "symbols",
  aliases: ["sym"],
  usage: "symbols [PATTERN]",
  summary: "List symbols by a pattern, or say which is at an address",
  details: "A pattern as in a shell (str*, libc.so.6:mem*), a /regexp/, or an address. Without one, the program's own.",
  example: "symbols ma*",
  run(session, text) {
    const { emulator: { symbols }, out } = session;
    const kinds = ["function", "object", "label", "stub"] as const;
    if (/^(?:0x[0-9a-f]+|\$\w+)$/i.test(text)) {
      const address = text.startsWith("$") ? session.emulator.cpu.register(text.slice(1)) ?? 0n : BigInt(text);
      const found = symbols.at(address);
      if (found === undefined) throw new CommandError(`No symbol is at ${text}; \`maps\` shows what is mapped there`);
      return out.print(`${symbols.describe(address)} in ${found.image.path}`);
    }
    const regexp = /^\/(.+)\/([imsuv]*)$/.exec(text);
    const program = symbols.images.find(({ role }) => role === "program");
    const pattern = regexp !== null
      ? new RegExp(regexp[1], regexp[2])
      : text === ""
      ? `${program?.name ?? ""}:*`
      : text;
    const found = symbols.matching(pattern, { kinds });
    if (found.length === 0) {
      const near = suggest(text, symbols.matching("*").map(({ name }) => name));
      throw new CommandError(`No symbol matches ${text || "the program's own"}${didYouMean(near)}`);
    }
    out.print(symbolLines(found, MOST));
  },
};
