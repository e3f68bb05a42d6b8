/** `run`: starts the guest, anew if it has begun. */

import type { Command } from "./command.ts";
import { splitWords } from "./words.ts";
import type { Session } from "../session/session.ts";

/** Takes a trailing `&` off: the guest is to run in the background. */
export function background(text: string): [rest: string, inBackground: boolean] {
  const match = /^(.*?)\s*&$/s.exec(text);
  return match === null ? [text, false] : [match[1].trim(), true];
}

/** Has the guest be at its first instruction. @param text Its new arguments, if there are any. */
export async function startOver(session: Session, text: string): Promise<void> {
  session.requireStopped();
  if (text !== "") session.args = splitWords(text);
  const isNew = session.emulator.ended === undefined && session.emulator.coverage.total === 0;
  if (text !== "" || !isNew) await session.restart();
}

export const run: Command = {
  name: "run",
  aliases: ["r"],
  usage: "run [ARGUMENT...] [&]",
  summary: "Run the guest from its start, with everything attached",
  details: "Arguments replace those of the last run; quotes group words. With &, the prompt goes on meanwhile.",
  example: "break main\nrun",
  async run(session, text) {
    const [args, inBackground] = background(text);
    await startOver(session, args);
    await session.run(() => session.control.go(), inBackground);
  },
  complete: () => [],
};
