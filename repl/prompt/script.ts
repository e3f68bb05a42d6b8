/** Runs lines that no person types: a pipe, a file of `source`. The first error ends them and names its line. */

import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { execute, wantsMore } from "./execute.ts";
import type { Read } from "./terminal.ts";

/**
 * Runs lines until they end, one fails, or `quit`.
 *
 * @param name What the lines are called in messages.
 * @param position The number of the line read last; shared by who reads on in between.
 * @returns Whether all worked; if not, the session's status is 1.
 */
export async function runLines(
  session: Session,
  next: () => Promise<Read>,
  name: string,
  position: { line: number } = { line: 0 },
): Promise<boolean> {
  const { visits } = session;
  let [first, text] = [position.line + 1, ""];
  while (session.quitStatus === undefined && session.visits >= visits) {
    const read = await next();
    if (read.kind === "cancelled") continue;
    if (read.kind === "line") {
      position.line++;
      if (text === "") first = position.line;
      text = text === "" ? read.text : `${text}\n${read.text}`;
      if (wantsMore(text)) continue;
    }
    session.hasFailed = false;
    if (text !== "") session.recorder.typed(text);
    if (text !== "" && (!await execute(session, text) || session.hasFailed)) {
      session.showError(new CommandError(`${name}:${first}: stopped at this line: ${text.split("\n")[0]}`));
      session.quitStatus = 1;
      return false;
    }
    text = "";
    if (read.kind === "end") break;
  }
  if (session.quitStatus === undefined && !session.isVisited) await session.settled();
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
