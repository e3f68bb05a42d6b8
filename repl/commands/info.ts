/** `info`: gdb's names for what other commands show. */

import { suggest } from "../../mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { breakpointLines } from "../views/breakpoints.ts";
import { backtrace } from "./backtrace.ts";
import type { Command } from "./command.ts";
import { images } from "./images.ts";
import { maps } from "./maps.ts";
import { regs } from "./regs.ts";
import { symbols } from "./symbols.ts";

function breakpoints(session: Session): void {
  const rows = session.attachments.list().map((each) => ({
    ...{ number: each.number, kind: each.kind, isTemporary: each.isTemporary, isEnabled: each.isEnabled },
    ...{ where: each.where, addresses: each.addresses, condition: each.condition?.text },
    ...{ hits: each.hits, ignore: each.ignore },
  }));
  session.out.print(breakpointLines(rows, session.describe));
}

function symbolAt(session: Session, text: string): void | Promise<void> {
  return symbols.run(session, text);
}

const TOPICS: Readonly<Record<string, (session: Session, text: string) => void | Promise<void>>> = {
  breakpoints,
  hooks: breakpoints,
  registers: (session, text) => regs.run(session, text),
  maps: (session, text) => maps.run(session, text),
  proc: (session) => maps.run(session, ""),
  sharedlibrary: (session) => images.run(session, ""),
  stack: (session, text) => backtrace.run(session, text),
  functions: (session, text) => symbols.run(session, text),
  symbol: symbolAt,
};

export const info: Command = {
  name: "info",
  aliases: ["i"],
  usage: `info ${Object.keys(TOPICS).join(" | ")}`,
  summary: "Show breakpoints, registers, mappings and more, by gdb's names",
  example: "info breakpoints",
  async run(session, text) {
    const [, topic = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
    const names = Object.keys(TOPICS).filter((name) => topic !== "" && name.startsWith(topic));
    if (names.length === 0) {
      throw new CommandError(
        `info knows ${Object.keys(TOPICS).join(", ")}${
          topic === "" ? "" : `; not ${topic}${didYouMean(suggest(topic, Object.keys(TOPICS)))}`
        }`,
      );
    }
    await TOPICS[names[0]](session, rest);
  },
  complete: () => Object.keys(TOPICS),
};
