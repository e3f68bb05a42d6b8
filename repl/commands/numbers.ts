/** Arguments that name attachments: `1 3-5`; without any, all breakpoints. */

import type { Attachment } from "../session/attachment.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";

/** The attachments that a text names. @throws {CommandError} If there is none of a number. */
export function attachmentsOf(session: Session, text: string): Attachment[] {
  const all = session.attachments.list();
  const words = text.replace(/^breakpoints?\b/, "").split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0) return all.filter(({ kind }) => kind === "breakpoint");
  return words.flatMap((word) => {
    const range = /^(\d+)(?:-(\d+))?$/.exec(word);
    if (range === null) throw new CommandError(`Cannot read \`${word}\`: numbers are wanted; see \`info breakpoints\``);
    const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
    const found = all.filter(({ number }) => number >= first && number <= last);
    if (found.length === 0) throw new CommandError(`No breakpoint number ${word}; see \`info breakpoints\``);
    return found;
  });
}

/** Completion: the numbers there are. */
export function numbersOf(session: Session): string[] {
  return session.attachments.list().map(({ number }) => String(number));
}
