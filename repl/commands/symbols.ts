/** `symbols`: finds symbols by a pattern. */

import { CommandError, didYouMean } from "../session/errors.ts";
import { suggest, type SymbolKind } from "../../mod.ts";
import { symbolLines } from "../views/symbols.ts";
import type { Session } from "../session/session.ts";
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
    listSymbols(session, pattern, kinds, text || "the program's own");
  },
};

/** Functions or variables by a regular expression, as gdb has them. */
export function symbolsByRegExp(kinds: readonly SymbolKind[]): (session: Session, text: string) => void {
  return (session, text) => {
    let pattern: RegExp;
    try {
      pattern = new RegExp(text);
    } catch (error) {
      throw new CommandError(`Cannot use ${text} as a regular expression: ${(error as Error).message}`);
    }
    listSymbols(session, pattern, kinds, text || "at all");
  };
}

function listSymbols(
  { emulator: { symbols }, out }: Session,
  pattern: string | RegExp,
  kinds: readonly SymbolKind[],
  wanted: string,
): void {
  const found = symbols.matching(pattern, { kinds });
  if (found.length === 0) {
    const near = suggest(wanted, symbols.matching("*").map(({ name }) => name));
    throw new CommandError(`No symbol matches ${wanted}${didYouMean(near)}`);
  }
  out.print(symbolLines(found, MOST));
}
