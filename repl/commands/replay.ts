/** `replay`: types what a transcript has, and compares what it prints. */

import { resolve } from "node:path";
import { execute, wantsMore } from "../prompt/execute.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { type Exchange, inputLines, readTranscript } from "../session/transcript.ts";
import type { Command } from "./command.ts";
import { fileNames } from "./source.ts";

export const replay: Command = {
  name: "replay",
  usage: "replay FILE",
  summary: "Type what a transcript of `record` has, and say where the output differs",
  details: "It ends at a `quit`. Outputs that have process ids or times differ unless the guest is deterministic.",
  example: "replay session.md",
  async run(session, text) {
    const path = resolve(text.replace(/^(["'])(.*)\1$/, "$2"));
    const exchanges = readTranscript(await readFile(path), wantsMore);
    if (exchanges.length === 0) {
      throw new CommandError(`Cannot replay ${path}: it has no line that begins with (ceratops)`);
    }
    await play(session, path, exchanges);
  },
  complete: (_session, text) => fileNames(text),
};

async function readFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandError(`Cannot read ${path}: ${error.message}`);
  }
}

/** Types all inputs: one that opens the prompt within a closure is followed by what was typed there. */
async function play(session: Session, path: string, exchanges: readonly Exchange[]): Promise<void> {
  if (session.typist !== undefined) throw new CommandError(`Cannot replay ${path}: a transcript is being replayed`);
  const printed = new Map<Exchange, string[]>();
  const left = exchanges.values();
  const typeUntilLeft = async (): Promise<void> => {
    const { visits } = session;
    while (session.quitStatus === undefined && session.visits >= visits) {
      const { value: exchange } = left.next();
      if (exchange === undefined || /^\s*(?:q|quit|exit)\b/.test(exchange.input) && !session.isVisited) return;
      if (/^\s*record\b/.test(exchange.input)) continue;
      session.recorder.collect(undefined);
      session.out.print(inputLines(exchange.input));
      const lines: string[] = [];
      printed.set(exchange, lines);
      session.recorder.collect(lines);
      await execute(session, exchange.input);
    }
  };
  session.typist = typeUntilLeft;
  try {
    await typeUntilLeft();
  } finally {
    session.typist = undefined;
    session.recorder.collect(undefined);
  }
  const isSame = ([{ output }, lines]: [Exchange, string[]]) =>
    lines.join("\n").trimEnd() === output.join("\n").trimEnd();
  const different = [...printed].filter((each) => !isSame(each)).map(([{ line }]) => line);
  session.out.print(summary(printed.size, different, path));
}

function summary(count: number, different: readonly number[], path: string): string {
  const inputs = `${count} input${count === 1 ? "" : "s"} replayed`;
  if (different.length === 0) return `${inputs}; all printed the same`;
  const lines = `line${different.length === 1 ? "" : "s"} ${different.join(", ")}`;
  return `${inputs}; ${different.length} printed something else: ${lines} of ${path}`;
}
