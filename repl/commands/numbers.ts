/** Arguments that name attachments: `1 3-5`, `$bpnum` for the last one; without any, all that stop the guest. */

import type { Attachment } from "../session/attachment.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";

/** The numbers that a text names, in its order. @throws {CommandError} If it names none. */
export function numbersIn(text: string, what: string): number[] {
  return text.split(/[\s,]+/).filter((word) => word !== "").flatMap((word) => {
    const range = /^(\d+)(?:-(\d+))?$/.exec(word);
    if (range === null) throw new CommandError(`Cannot read \`${word}\`: numbers are wanted; see \`${what}\``);
    const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (last < first || last - first > 10_000) throw new CommandError(`Cannot read the range ${word}`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The attachments that a text names. @throws {CommandError} If there is none of a number. */
export function attachmentsOf(session: Session, text: string): Attachment[] {
  const { attachments } = session;
  const list = text.replace(/^breakpoints?\b/, "").replaceAll("$bpnum", String(attachments.lastNumber)).trim();
  if (list === "") return attachments.list().filter(({ kind }) => kind !== "hook");
  return list.split(/[\s,]+/).flatMap((word) => {
    const found = numbersIn(word, "info breakpoints").flatMap((number) => attachments.get(number) ?? []);
    if (found.length === 0) throw new CommandError(`No breakpoint number ${word}; see \`info breakpoints\``);
    return found;
  });
}

/** Takes an attachment's number off the start of a text. @throws {CommandError} If there is none of that number. */
export function attachmentAnd(session: Session, text: string): [attachment: Attachment, rest: string] {
  const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
  if (!/^(?:\d+|\$bpnum)$/.test(word)) {
    throw new CommandError(`Which breakpoint? Write its number first; \`info breakpoints\` lists them`);
  }
  return [attachmentsOf(session, word)[0], rest];
}

/** Completion: the numbers there are. */
export function numbersOf(session: Session): string[] {
  return session.attachments.list().map(({ number }) => String(number));
}
