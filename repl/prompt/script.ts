/** Runs lines that no person types: a pipe, a file of `source`. The first error ends them and names its line. */

import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { execute, wantsMore } from "./execute.ts";
import type { Read } from "./terminal.ts";

/**
 * Runs lines until they end, one fails, or `quit`.
 *
 * @param name What the lines are called in messages.
 * @returns Whether all worked; if not, the session's status is 1.
 */
export async function runLines(session: Session, next: () => Promise<Read>, name: string): Promise<boolean> {
  let [number, first, text] = [0, 1, ""];
  while (session.quitStatus === undefined) {
    const read = await next();
    if (read.kind === "cancelled") continue;
    if (read.kind === "line") {
      number++;
      if (text === "") first = number;
      text = text === "" ? read.text : `${text}\n${read.text}`;
      if (wantsMore(text)) continue;
    }
    session.hasFailed = false;
    if (text !== "" && (!await execute(session, text) || session.hasFailed)) {
      session.showError(new CommandError(`${name}:${first}: stopped at this line: ${text.split("\n")[0]}`));
      session.quitStatus = 1;
      return false;
    }
    text = "";
    if (read.kind === "end") break;
  }
  if (session.quitStatus === undefined) await session.settled();
  return true;
}

/** The lines of a text, one at a time. */
export function linesOf(text: string): () => Promise<Read> {
  const lines = text.replace(/\n$/, "").split("\n");
  return () => {
    const line = lines.shift();
    return Promise.resolve(line === undefined ? { kind: "end" } : { kind: "line", text: line });
  };
}
