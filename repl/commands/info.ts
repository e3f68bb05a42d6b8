/** `info`: gdb's names for what other commands show. */

import { suggest } from "../../mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { addressOf } from "../session/address.ts";
import type { Attachment } from "../session/attachment.ts";
import { breakpointLines, type BreakpointRow } from "../views/breakpoints.ts";
import { hex, place } from "../views/hex.ts";
import { backtrace } from "./backtrace.ts";
import type { Command } from "./command.ts";
import { displayLines } from "./display.ts";
import { infoSignals } from "./handle.ts";
import { images } from "./images.ts";
import { infoArgs, infoFrame, infoLocals } from "./info_frame.ts";
import { maps } from "./maps.ts";
import { attachmentsOf } from "./numbers.ts";
import { regs } from "./regs.ts";
import { symbols, symbolsByRegExp } from "./symbols.ts";
import { threads } from "./threads.ts";

function breakpoints(session: Session, text: string): void {
  const chosen = text === "" ? session.attachments.list() : attachmentsOf(session, text);
  session.out.print(breakpointLines(rowsOf(chosen), session.describe));
}

function rowsOf(list: readonly Attachment[]): BreakpointRow[] {
  return list.map((each) => ({
    ...{ number: each.number, type: each.target.type, disposition: each.disposition, isEnabled: each.isEnabled },
    ...{ where: each.where, addresses: each.addresses, isPending: each.isPending, condition: each.condition?.text },
    ...{ hits: each.hits, ignore: each.ignore, stopsLeft: each.stopsLeft, commands: each.commands },
  }));
}

function watchpoints(session: Session): void {
  const rows = rowsOf(session.attachments.list().filter(({ kind }) => kind === "watchpoint"));
  session.out.print(rows.length === 0 ? "No watchpoints." : breakpointLines(rows, session.describe));
}

/** `info line LOCATION`. */
async function line(session: Session, text: string): Promise<void> {
  const address = text === "" ? session.emulator.cpu.pc : await addressOf(session, text.replace(/^\*/, ""));
  const found = session.emulator.symbols.statementAt(address);
  const where = place(address, session.describe);
  session.out.print(
    found === undefined
      ? `No line number information available for address ${where}`
      : `Line ${found.line} of "${found.file}" starts at address ${
        place(found.address, session.describe)
      }; ${where} is in it.`,
  );
}

/** The guest as a process. */
function program(session: Session): void {
  const { emulator, args, out } = session;
  const state = emulator.ended !== undefined
    ? "It has ended."
    : session.isRunning
    ? "It is running."
    : emulator.coverage.total === 0
    ? "Nothing of it has run."
    : `It is stopped at ${place(emulator.cpu.pc, session.describe)}.`;
  const [image] = emulator.symbols.images;
  out.print([
    `process ${emulator.pid}`,
    `exe = '${image?.path ?? ""}'`,
    `args = ${args.map((word) => JSON.stringify(word)).join(" ")}`,
    state,
  ]);
}

const TOPICS: Readonly<Record<string, (session: Session, text: string) => void | Promise<void>>> = {
  breakpoints,
  locals: infoLocals,
  args: infoArgs,
  frame: infoFrame,
  hooks: breakpoints,
  watchpoints,
  display: (session) => session.out.print(displayLines(session.displays.list())),
  signals: infoSignals,
  handle: infoSignals,
  registers: (session, text) => regs.run(session, text),
  "all-registers": (session) => regs.run(session, ""),
  maps: (session, text) => maps.run(session, text),
  proc: (session, text) => /^map/.test(text) ? maps.run(session, "") : program(session),
  inferiors: program,
  program,
  sharedlibrary: (session) => images.run(session, ""),
  files: (session) => images.run(session, ""),
  threads: (session) => threads.run(session, ""),
  stack: (session, text) => backtrace.run(session, text),
  functions: symbolsByRegExp(["function", "stub"]),
  variables: symbolsByRegExp(["object"]),
  address: ({ emulator, out }, name) => {
    const { address, symbol } = emulator.symbols.find(name);
    const image = symbol?.image ?? emulator.symbols.imageAt(Number(address));
    out.print(`${name} is at ${hex(address)}${image === undefined ? "" : ` in ${image.path}`}.`);
  },
  symbol: (session, text) => symbols.run(session, text),
  line,
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
